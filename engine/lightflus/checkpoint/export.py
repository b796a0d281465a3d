"""All that an operator keeps in one checkpoint, as a Parquet file for other programs.

What it owns: its columns: `key`, of windows `start` and `end`, `state`, of process functions their timers.
What it leaves: finding the rows (`lookup.py`). They are decoded one by one, some tens of thousands a second: a tool
for looking, not a way that records take.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from lightflus.checkpoint.lookup import StateLookup
from lightflus.checkpoint.rows import Row
from lightflus.checkpoint.settings import pane_ms
from lightflus.codec.row_encoding import decode_rows
from lightflus.codec.schema import AnyArray, schema_of
from lightflus.errors import CheckpointDamaged, SinkFailed
from lightflus.limits import CALL_ROWS
from lightflus.model.checkpoints import OperatorState
from lightflus.model.timers import TIMER_FIELDS, timer_row
from lightflus.model.types import StructType, Type
from lightflus.ports.stores import CheckpointStore

_TIME = pa.timestamp("ms", "UTC")


def export_state(store: CheckpointStore, operator: OperatorState, key_groups: int, file: Path) -> int:
    """Writes a file, in place of one that is there; the number of its rows.

    Raises CheckpointDamaged, ObjectMissing, StoreFailed, SinkFailed.
    """
    rows = StateLookup(store, operator, key_groups).rows()
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        count = _write(unfinished, _Columns(operator, store.where), rows)
        unfinished.replace(file)
    except OSError as error:
        raise SinkFailed(f"cannot be written: {error.strerror or error}", where=str(file)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return count


def _write(file: Path, columns: _Columns, rows: Iterator[Row]) -> int:
    count = 0
    with pq.ParquetWriter(file, columns.schema) as writer:
        while some := list(islice(rows, CALL_ROWS)):
            writer.write_batch(columns.batch(some))
            count += len(some)
    return count


class _Columns:
    """From rows of one operator to columns."""

    def __init__(self, operator: OperatorState, where: str) -> None:
        assert operator.key is not None
        assert operator.state is not None
        self._name = operator.name
        self._where = where
        self._key = operator.key
        self._state = operator.state
        self._pane = pane_ms(operator)
        self._has_windows = operator.kind == "window"
        self._has_timers = operator.kind == "process"
        self.schema = self.batch([]).schema

    def batch(self, rows: Sequence[Row]) -> pa.RecordBatch:
        """The columns of some rows. Raises CheckpointDamaged."""
        row = timer_row(self._state) if self._has_timers else self._state
        try:
            keys = decode_rows(self._key, [one.key for one in rows])
            states = decode_rows(row, [one.state or b"" for one in rows])
        except ValueError as error:
            raise CheckpointDamaged(
                f"a row of `{self._name}` is not of its type: {error}", where=self._where
            ) from error
        columns = {"key": _one_column(self._key, keys.columns)}
        if self._has_windows:
            columns |= self._windows(rows)
        own = states.columns[: -len(TIMER_FIELDS)] if self._has_timers else states.columns
        columns["state"] = _one_column(self._state, own)
        if self._has_timers:
            columns |= {field.name: states.column(field.name) for field in TIMER_FIELDS}
        return pa.RecordBatch.from_pydict(columns)

    def _windows(self, rows: Sequence[Row]) -> dict[str, AnyArray]:
        spans = [row.window or (0, 0) for row in rows]
        ends = [second if self._pane is None else start + self._pane for start, second in spans]
        return {"start": pa.array([start for start, _ in spans], _TIME), "end": pa.array(ends, _TIME)}


def _one_column(record: Type, columns: Sequence[AnyArray]) -> AnyArray:
    if not isinstance(record, StructType) or record.nullable:
        return columns[0]
    return cast(AnyArray, pa.StructArray.from_arrays(list(columns), fields=list(schema_of(record))))
