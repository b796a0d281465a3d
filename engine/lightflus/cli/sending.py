"""`lightflus send`: lines into any sink, as they are or as columns.

What it owns: which lines, and what a line is to the sink. What it leaves: opening (`compose/alone.py`), the systems.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from lightflus.cli.fields import record_of
from lightflus.cli.peeking import Waiting
from lightflus.cli.screen import say
from lightflus.compose.alone import sink_alone, source_alone
from lightflus.connectors.contract.kinds import Streams
from lightflus.errors import RecordInvalid, UserError
from lightflus.formats.registry import line_decoder
from lightflus.model.text import counted
from lightflus.model.types import Scalar, ScalarType, Type, columns
from lightflus.ports.formats import Decoded
from lightflus.ports.sources import SourceBatch

_RAW = ScalarType(Scalar.UTF8)


def send(uri: str, lines: Sequence[str], *, file: Path | None, fields: str | None, key: str, creates: bool) -> None:
    """Writes records, and says how many. Raises LightflusError.

    Args:
        uri: the sink, as behind `--bind name=`.
        lines: the records; none: the lines of `file`, or of standard input.
        file: a file of lines.
        fields: the columns, of which each line is a JSON object; None: a line is one text, `value`.
        key: names of the fields that are the key of an upsert, joined by commas.
        creates: whether to make what is written to.
    """
    if lines and file is not None:
        raise UserError("there are lines and --file", hint="leave one of them out")
    record: Type = _RAW if fields is None else record_of(fields)
    keys, names = tuple(filter(None, key.split(","))), [field.name for field in columns(record)]
    if unknown := [name for name in keys if name not in names]:
        raise UserError(f"--key names `{unknown[0]}`, which is no field", hint=f"the fields are {', '.join(names)}")
    streams = Streams(stdin=0, stdout=sys.stdout.buffer)
    count = 0
    with (
        closing(sink_alone(uri, record, keys, streams, creates=creates, form="" if fields else "raw")) as sink,
        closing(sink.writer(0, Waiting())) as writer,
    ):
        for found in [_given(lines, record)] if lines else _read(file, record, streams):
            writer.write(found.columns)
            count += found.columns.num_rows
        writer.flush()
    say(f"sent {counted(count, 'record')}")


def _given(lines: Sequence[str], record: Type) -> Decoded:
    found = line_decoder("", record).decode_lines("\n".join(lines).encode(errors="replace"))
    for bad in found.bad:
        raise RecordInvalid(bad.reason, where=f"line {bad.index + 1}", hint=bad.hint)
    return found


def _read(file: Path | None, record: Type, streams: Streams) -> Iterator[SourceBatch]:
    uri = "stdin:" if file is None else f"file:{quote(str(file))}"
    with (
        closing(source_alone(uri, record, streams, follows=False, form="")) as source,
        closing(source.reader(dict.fromkeys(source.splits()), Waiting())) as reader,
    ):
        while (batch := reader.read()) is not None:
            for bad in batch.rejected:
                raise RecordInvalid(bad.reason, where=bad.position, hint=bad.hint)
            yield batch
