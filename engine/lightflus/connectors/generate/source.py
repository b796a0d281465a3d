"""`generate:`: a source of made-up rows, for trying and measuring a job without data.

What it owns: splits, positions (row numbers) and the pace. The reader sleeps on its thread where a rate is wanted.
What it leaves: the rows themselves (`rows.py`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightflus.connectors.contract.kinds import SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.generate.rows import Generator, Shape
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.errors import SourceFailed
from lightflus.model.graph import BadRecords
from lightflus.model.schemas import GENERATE
from lightflus.model.types import Type
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch

_PACES_PER_SECOND = 10


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """What `generate:rows=...` says.

    Attributes:
        rows: how many in all; 0 = without end.
        splits: among how many splits they are divided.
        rate: rows per second and split; 0 = as fast as it goes.
    """

    rows: int = 1_000
    splits: int = 1
    rate: int = 0


class GenerateSource:
    """`ports.Source` of made-up rows."""

    is_growing = False
    is_committing = False
    is_rewindable = True

    def __init__(self, name: str, record: Type, shape: Shape, options: GenerateOptions) -> None:
        """`name` is how error messages call it."""
        self._name = name
        self._generator = Generator(record, shape)
        self._options = options

    def splits(self) -> Sequence[str]:
        """`0`, `1`, ..."""
        return tuple(str(split) for split in range(self._options.splits))

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SequentialReader:
        """One split after the other; a position is the number of rows already read of its split."""
        return SequentialReader(self._open, splits)

    def close(self) -> None:
        """Nothing to release."""

    def _open(self, split: str, position: str | None) -> GenerateReader:
        if position is not None and not position.isdecimal():
            raise SourceFailed(f"`{position}` is not a row number", where=self._name)
        number, splits, rows = int(split), self._options.splits, self._options.rows
        first = rows * number // splits if rows else number << 40
        end = rows * (number + 1) // splits if rows else (number + 1) << 40
        begin = first + int(position or 0)
        return GenerateReader(self._name, split, self._generator, _Range(first, begin, end), self._options.rate)


@dataclass(frozen=True, slots=True)
class _Range:
    """Rows of one split: it starts at `first`, reading at `begin`, and ends before `end`."""

    first: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """`batch.Origin` of made-up rows."""

    name: str
    first: int

    def position(self, row: int) -> str:
        """`generated[17]`, counted from 0."""
        return f"{self.name}[{self.first + row}]"


class GenerateReader:
    """`sequential.SplitReader`."""

    def __init__(self, name: str, split: str, generator: Generator, rows: _Range, rate: int) -> None:
        self._name = name
        self._split = split
        self._generator = generator
        self._rows = rows
        self._next = rows.begin
        self._rate = rate
        most = generator.most_rows
        self._batch_rows = min(most, max(1, rate // _PACES_PER_SECOND)) if rate else most
        self._due = time.monotonic()

    def read(self) -> SourceBatch | None:
        """The next rows; with a rate, not before their time."""
        count = min(self._batch_rows, self._rows.end - self._next)
        if count <= 0:
            return None
        if self._rate:
            self._wait(count)
        columns = self._generator.rows(self._next, count)
        origin = RowOrigin(self._name, self._next)
        self._next += count
        position = str(self._next - self._rows.first)
        return SourceBatch(columns, origin, {self._split: position}, columns.nbytes)

    def close(self) -> None:
        """Nothing to release."""

    def _wait(self, count: int) -> None:
        self._due += count / self._rate
        time.sleep(max(0.0, self._due - time.monotonic()))


def _open_source(spec: SourceSpec, options: Options) -> GenerateSource:
    shape = Shape(seed=options.number("seed"), distinct=options.number("distinct"), words=options.number("words"))
    how = GenerateOptions(options.number("rows"), options.number("splits"), options.number("rate"))
    return GenerateSource(spec.name, spec.record, shape, how)


SOURCE = SourceKind(GENERATE.address, _open_source, BadRecords.FAIL, options=GENERATE.source)
