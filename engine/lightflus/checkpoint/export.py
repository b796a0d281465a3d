"""All that an operator keeps in one checkpoint, as a Parquet file for other programs.

What it owns: its columns: `key`, of windows `start` and `end`, `state`, of process functions their timers.
What it leaves: the rows (`columns.py`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from lightflus.checkpoint.columns import StateColumns
from lightflus.codec.schema import AnyArray, arrow_type, schema_of
from lightflus.errors import SinkFailed
from lightflus.model.checkpoints import OperatorState
from lightflus.model.timers import TIMER_FIELDS
from lightflus.model.types import StructType, Type
from lightflus.ports.durable import RunRows
from lightflus.ports.kernel import Kernel
from lightflus.ports.stores import CheckpointStore

_TIME = pa.timestamp("ms", "UTC")


def export_state(store: CheckpointStore, operator: OperatorState, key_groups: int, kernel: Kernel, file: Path) -> int:
    """Writes a file, in place of one that is there; the number of its rows.

    Raises CheckpointDamaged, ObjectMissing, StoreFailed, SinkFailed.
    """
    batches = StateColumns(store, operator, key_groups, kernel).batches()
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        count = _write(unfinished, _Columns(operator), batches)
        unfinished.replace(file)
    except OSError as error:
        raise SinkFailed(f"cannot be written: {error.strerror or error}", where=str(file)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return count


def _write(file: Path, columns: _Columns, batches: Iterator[RunRows]) -> int:
    count = 0
    with pq.ParquetWriter(file, columns.schema) as writer:
        for batch in map(columns.batch, batches):
            writer.write_batch(batch)
            count += batch.num_rows
    return count


class _Columns:
    """From rows of one operator to columns."""

    def __init__(self, operator: OperatorState) -> None:
        assert operator.key is not None
        assert operator.state is not None
        self._key = operator.key
        self._state = operator.state
        self._has_windows = operator.kind == "window"
        self._timers = TIMER_FIELDS if operator.kind == "process" else ()
        times = [pa.field(name, _TIME) for name in ("start", "end")] if self._has_windows else []
        timers = [pa.field(field.name, arrow_type(field.type)) for field in self._timers]
        key, state = arrow_type(self._key), arrow_type(self._state)
        self.schema = pa.schema([pa.field("key", key), *times, pa.field("state", state), *timers])

    def batch(self, rows: RunRows) -> pa.RecordBatch:
        """The rows that are no removals."""
        columns = [_one_column(self._key, rows.keys.columns)]
        if self._has_windows:
            assert rows.starts is not None
            assert rows.ends is not None
            columns += [rows.starts.cast(_TIME), rows.ends.cast(_TIME)]
        states = rows.states.flatten()
        own = len(states) - len(self._timers)
        columns += [_one_column(self._state, states[:own]), *states[own:]]
        there = rows.states.is_valid()
        return pa.RecordBatch.from_arrays([column.filter(there) for column in columns], schema=self.schema)


def _one_column(record: Type, columns: Sequence[AnyArray]) -> AnyArray:
    if not isinstance(record, StructType) or record.nullable:
        return columns[0]
    return cast(AnyArray, pa.StructArray.from_arrays(list(columns), fields=list(schema_of(record))))
