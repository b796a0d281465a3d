"""`lightflus peek`: records of any source, as they are or decoded, some or as they come.

What it owns: how many, and how a record is shown. What it leaves: opening (`compose/alone.py`), the systems.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from lightflus.cli.fields import record_of
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit, results, say
from lightflus.compose.alone import source_alone
from lightflus.connectors.contract.kinds import Streams
from lightflus.formats.registry import message_encoder
from lightflus.model.text import line
from lightflus.model.types import Scalar, ScalarType, Type, columns
from lightflus.ports.sources import SourceBatch, SourceReader

_RAW = ScalarType(Scalar.BINARY)


class Waiting:
    """`ports.Health` for a person who looks: what is waited for is said once."""

    is_stopping = False

    def __init__(self) -> None:
        self._said = ""

    def waiting(self, reason: str) -> None:
        """Says why nothing comes."""
        if reason != self._said:
            say(reason, "yellow")
        self._said = reason

    def fine(self) -> None:
        """Something comes again."""
        self._said = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record: its place, its text, and what is wrong with it, if something is."""

    place: str
    text: str
    reason: str | None = None


def peek(uri: str, *, fields: str | None, most: int | None, follows: bool, has_places: bool, as_json: bool) -> None:
    """Prints records. Raises LightflusError.

    Args:
        uri: the source, as behind `--bind name=`.
        fields: the type of a record; None: it is shown as it is.
        most: how many; None: all.
        follows: whether to wait for new ones instead of reading what there is.
        has_places: whether each has its place in front.
        as_json: whether each is an object with its place.
    """
    record: Type = _RAW if fields is None else record_of(fields)
    streams = Streams(stdin=0, stdout=sys.stdout.buffer)
    is_empty = True
    with (
        told_as_json(is_wanted=as_json),
        closing(source_alone(uri, record, streams, follows=follows, form="" if fields else "raw")) as source,
        closing(source.reader(dict.fromkeys(source.splits()), Waiting())) as reader,
    ):
        for one in islice(_records(reader, record), most):
            _print(one, has_places=has_places, as_json=as_json)
            is_empty = False
    if is_empty and not as_json:
        say("there is no record; --follow waits for new ones")


def _records(reader: SourceReader, record: Type) -> Iterator[Shown]:
    while (batch := reader.read()) is not None:
        yield from _shown(batch, record)


def _shown(batch: SourceBatch, record: Type) -> Iterator[Shown]:
    """The records of a batch in their order, bad ones too; nothing is wrong with one that is shown as it is."""
    is_raw = record is _RAW
    encoder = message_encoder("raw" if is_raw else "json", columns(record))
    messages = encoder.encode_messages(batch.columns)
    rows = 0
    for bad in batch.rejected:
        yield from (_row(batch, messages, row) for row in range(rows, bad.rows_before))
        yield Shown(bad.position, _text(bad.raw), None if is_raw else bad.reason)
        rows = bad.rows_before
    yield from (_row(batch, messages, row) for row in range(rows, batch.columns.num_rows))


def _row(batch: SourceBatch, messages: Sequence[bytes | None], row: int) -> Shown:
    return Shown(batch.origin.position(row), _text(messages[row]))


def _text(message: bytes | None) -> str:
    return "null" if message is None else message.decode(errors="backslashreplace")


def _print(one: Shown, *, has_places: bool, as_json: bool) -> None:
    if as_json:
        wrong = {} if one.reason is None else {"reason": one.reason}
        emit(json.dumps({"position": one.place, "text": one.text, **wrong}, ensure_ascii=results().is_terminal))
        return
    shown = f"{one.place}\t{one.text}" if has_places else one.text
    emit(line(shown, len(shown)) if results().is_terminal else shown)
    if one.reason is not None:
        say(f"  {one.place}: {one.reason}", "yellow")
