"""A source and a sink in memory, which obey the runtime's ports.

What it owns: splits given as lists of batches, failures as input (`Abort`), everything that was written and flushed.
Readers and writers on any thread, one at a time each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.model.graph import Delivery
from lightflus.model.types import Type, columns
from lightflus.ports.health import Health
from lightflus.ports.letters import DeadLetter
from lightflus.ports.sources import Rejected, SourceBatch, SourceReader

Value = object
"""A record in Python: a dict for a struct that is not null, else the plain value."""


def batch_of(record: Type, values: Sequence[Value]) -> pa.RecordBatch:
    """A batch of `record` from Python values."""
    schema = schema_of(record)
    if _is_struct(record):
        rows = [value for value in values if isinstance(value, dict)]
        arrays: list[list[Value]] = [[row[name] for row in rows] for name in schema.names]
    else:
        arrays = [list(values)]
    typed = [pa.array(array, kind) for array, kind in zip(arrays, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(typed, schema=schema)


def values_of(record: Type, batch: pa.RecordBatch) -> list[Value]:
    """The Python values of a batch of `record`."""
    rows = batch.to_pylist()
    return list(rows) if _is_struct(record) else [row[columns(record)[0].name] for row in rows]


def _is_struct(record: Type) -> bool:
    return columns(record)[0].type != record


@dataclass(frozen=True, slots=True)
class Abort:
    """A source raises `error` when it comes to this."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Wait:
    """A source calls `until` when it comes to this; the call may block."""

    until: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bad:
    """A source rejects a record when it comes to this; its bytes are `raw`."""

    raw: bytes


Step = Sequence[Value] | Abort | Wait | Bad


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """Positions such as `split:7`: rows are counted from 1."""

    split: str
    first: int

    def position(self, row: int) -> str:
        """The place of `row`."""
        return f"{self.split}:{self.first + row + 1}"


class MemorySource:
    """`ports.Source` over lists: each split is a sequence of batches (of Python values) and things that happen.

    Attributes:
        reads: how often a split was read.
        closed: splits whose readers were closed.
        committed: by split, the position up to which everything is in the sinks.
    """

    def __init__(
        self,
        record: Type,
        splits: Mapping[str, Sequence[Step]],
        *,
        is_growing: bool = False,
        is_committing: bool = False,
    ) -> None:
        self._record = record
        self._splits = splits
        self.is_growing = is_growing
        self.is_committing = is_committing
        self.reads = 0
        self.closed: list[str] = []
        self.committed: dict[str, str] = {}

    @property
    def is_rewindable(self) -> bool:
        """Lists can be read again."""
        return True

    def splits(self) -> Sequence[str]:
        """The splits' names."""
        return tuple(self._splits)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """A reader of each split from the beginning, or from the step that its position counts."""
        return MemorySplitsReader(self, splits)

    def open_split(self, split: str, position: str | None) -> MemoryReader:
        """A reader of one split."""
        return MemoryReader(self, self._record, split, self._splits[split], int(position or 0))

    def close(self) -> None:
        """Nothing to release."""


class MemorySplitsReader(SequentialReader):
    """`ports.SourceReader` that tells the source what is committed."""

    def __init__(self, source: MemorySource, splits: Mapping[str, str | None]) -> None:
        super().__init__(source.open_split, splits)
        self._source = source

    def commit(self, positions: Mapping[str, str]) -> None:
        """Remembered by the source."""
        self._source.committed.update(positions)


class MemoryReader:
    """`sequential.SplitReader`: one step per read."""

    def __init__(self, source: MemorySource, record: Type, split: str, steps: Sequence[Step], at: int) -> None:
        self._source = source
        self._record = record
        self._split = split
        self._steps = steps
        self._at = at
        self._rows = 0

    def read(self) -> SourceBatch | None:
        """The next batch; raises or waits as the steps say."""
        self._source.reads += 1
        while self._at < len(self._steps):
            step = self._steps[self._at]
            self._at += 1
            match step:
                case Abort(error):
                    raise error
                case Wait(until):
                    until()
                case Bad(raw):
                    return self._rejected(raw)
                case _:
                    batch = batch_of(self._record, step)
                    origin = RowOrigin(self._split, self._rows)
                    self._rows += batch.num_rows
                    return SourceBatch(batch, origin, {self._split: str(self._at)}, batch.nbytes)
        return None

    def close(self) -> None:
        """Remembered by the source."""
        self._source.closed.append(self._split)

    def _rejected(self, raw: bytes) -> SourceBatch:
        origin = RowOrigin(self._split, self._rows)
        rejected = Rejected(origin.position(0), "it is bad", "make it good", raw)
        self._rows += 1
        return SourceBatch(batch_of(self._record, []), origin, {self._split: str(self._at)}, len(raw), (rejected,))


@dataclass(slots=True)
class MemorySink:
    """`ports.Sink` into lists.

    Attributes:
        flushed: rows that a flush has made visible, as dicts, in order.
        written: rows in the order of writes, flushed or not.
        on_write: called before each write; may raise or block.
    """

    delivery: Delivery = Delivery.APPEND
    on_write: Callable[[], object] | None = None
    written: list[dict[str, Value]] = field(default_factory=list)
    flushed: list[dict[str, Value]] = field(default_factory=list)
    flushes: int = 0
    writers: int = 0
    is_closed: bool = False

    def writer(self, subtask: int, health: Health) -> MemoryWriter:
        """A writer with its own held rows."""
        self.writers += 1
        return MemoryWriter(self)

    def close(self) -> None:
        """Remembered."""
        self.is_closed = True

    def upserted(self, *key: str) -> dict[tuple[Value, ...], dict[str, Value]]:
        """What a table keyed by these fields would hold: the last flushed row per key."""
        return {tuple(row[name] for name in key): row for row in self.flushed}


class MemoryWriter:
    """`ports.SinkWriter`: holds rows until a flush."""

    def __init__(self, sink: MemorySink) -> None:
        self._sink = sink
        self._held: list[dict[str, Value]] = []

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows."""
        if self._sink.on_write is not None:
            self._sink.on_write()
        rows: list[dict[str, Value]] = columns.to_pylist()
        self._held.extend(rows)
        self._sink.written.extend(rows)

    def flush(self) -> None:
        """Makes them visible."""
        self._sink.flushes += 1
        self._sink.flushed.extend(self._held)
        self._held.clear()

    def close(self) -> None:
        """Counted by the sink; what was not flushed is lost."""
        self._sink.writers -= 1


class MemoryLetters:
    """`ports.DeadLetters` in a list.

    Attributes:
        kept: all letters, in the order in which they came.
        puts: how often some came.
    """

    def __init__(self) -> None:
        self.kept: list[DeadLetter] = []
        self.puts = 0

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Remembered."""
        self.puts += 1
        self.kept.extend(letters)

    def close(self) -> None:
        """Nothing to release."""
