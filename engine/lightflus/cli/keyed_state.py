"""`lightflus state` and `checkpoint export`: what an operator keeps of a key, or all that it keeps, in a checkpoint.

What it owns: rows as JSON: key, window, state, timers. What it leaves: finding them (`checkpoint/lookup.py`), how
values look (`plain_values.py`), the file of an export (`checkpoint/export.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from rich.text import Text

from lightflus.checkpoint.export import export_state
from lightflus.checkpoint.lookup import StateLookup
from lightflus.checkpoint.rows import Row
from lightflus.checkpoint.settings import pane_ms, windows_of
from lightflus.cli.checkpoint_store import looked_at, opened, operator_of
from lightflus.cli.checkpoint_words import age_ms, span, taken
from lightflus.cli.plain_values import key_bytes, shown, shown_time
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit_json, say, show
from lightflus.codec.row_encoding import decode_row
from lightflus.errors import CheckpointDamaged
from lightflus.kernel import WasmKernel
from lightflus.model.checkpoints import Manifest, OperatorState
from lightflus.model.text import counted, line
from lightflus.model.timers import TIMER_FIELDS, timer_row
from lightflus.model.types import Type

Json = dict[str, object]


def show_state(uri: str, name: str, key: str | None, *, epoch: int | None, most: int, as_json: bool) -> None:
    """Prints rows. Raises LightflusError.

    Args:
        uri: of the store.
        name: the operator's.
        key: as somebody types it; None: any.
        epoch: of the checkpoint; None: the newest.
        most: how many rows, where no key is named.
        as_json: whether as one object.
    """

    def look(manifest: Manifest) -> tuple[Manifest, list[Json]]:
        operator = operator_of(manifest, name)
        lookup = StateLookup(store, operator, manifest.key_groups)
        rows = lookup.rows() if key is None else iter(lookup.find(_encoded(operator, key)))
        return manifest, list(_shown_rows(operator, rows if key else islice(rows, most), store.where))

    with told_as_json(is_wanted=as_json), opened(uri) as store:
        manifest, rows = looked_at(store, epoch, look)
    if as_json:
        emit_json({"operator": name, **taken(manifest), "rows": rows}, indent=2)
        return
    for row in rows:
        show(Text(line(json.dumps(row, ensure_ascii=False))))
    _tell(name, key, manifest, len(rows), most)


def export_operator(uri: str, name: str, file: Path, *, epoch: int | None, as_json: bool) -> None:
    """Writes all that an operator keeps to a Parquet file. Raises LightflusError."""

    def export(manifest: Manifest) -> tuple[Manifest, int]:
        operator = operator_of(manifest, name)
        return manifest, export_state(store, operator, manifest.key_groups, WasmKernel(), file)

    with told_as_json(is_wanted=as_json), opened(uri) as store:
        manifest, count = looked_at(store, epoch, export)
    if as_json:
        emit_json({"operator": name, **taken(manifest), "rows": count, "file": str(file)}, indent=2)
    else:
        say(f"{file}: {counted(count, 'row')} of `{name}` in checkpoint {manifest.epoch}")


def _tell(name: str, key: str | None, manifest: Manifest, count: int, most: int) -> None:
    of = f"checkpoint {manifest.epoch}, {span(age_ms(manifest))} old"
    if key is not None and not count:
        say(f"`{name}` keeps nothing of {key!r} in {of}")
    elif key is None and count == most:
        say(f"the first {most:,} of `{name}` in {of}; `checkpoint export` writes all")
    else:
        say(f"of {of}")


def _encoded(operator: OperatorState, key: str) -> bytes:
    assert operator.key is not None, "it keeps state by key"
    return key_bytes(operator.key, key)


def _shown_rows(operator: OperatorState, rows: Iterable[Row], where: str) -> Iterator[Json]:
    assert operator.key is not None
    assert operator.state is not None
    pane = pane_ms(windows_of(operator))
    for row in rows:
        try:
            yield {
                "key": shown(operator.key, decode_row(operator.key, row.key)),
                **_window(row, pane),
                **_state(operator, operator.state, row.state or b""),
            }
        except ValueError as error:
            raise CheckpointDamaged(f"a row of `{operator.name}` is not of its type: {error}", where=where) from error


def _window(row: Row, pane: int | None) -> Json:
    """When the window, session or pane of sliding windows begins and ends."""
    if row.window is None:
        return {}
    start, second = row.window
    return {"start": shown_time(start), "end": shown_time(second if pane is None else start + pane)}


def _state(operator: OperatorState, state: Type, encoded: bytes) -> Json:
    if operator.kind != "process":
        return {"state": shown(state, decode_row(state, encoded))}
    values = decode_row(timer_row(state), encoded)
    timers = {field.name: values[field.name] for field in TIMER_FIELDS}
    times = {name: [shown_time(one) for one in found] for name, found in timers.items() if isinstance(found, list)}
    return {"state": shown(state, values), **{name: found for name, found in times.items() if found}}
