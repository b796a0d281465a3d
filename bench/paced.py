"""A source that has a batch ready every so often, and a sink that notes when a batch has come out.

What it owns: both as connectors, too (`paced:`, `counted:`), as a package of others would bring them, so that they can
be had in a runner's process: `installed` makes the package's description. What they saw is a file of JSON by then.
What it leaves: what is made of the times (`neighbours.py`, `neighbours_apart.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.model.graph import Delivery
from lightflus.model.options import Address, Option
from lightflus.model.pace import Pace
from lightflus.model.types import Scalar, ScalarType
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch, SourceReader
from lightflus.testing.memory import RowOrigin

ROWS = 2_000
"""Of a batch."""
PER_BATCH = sum(number & 3 for number in range(1, ROWS + 1) if number & 1)
"""Rows that the honest job makes of one."""
_MOST = 10**9


@dataclass
class Paced:
    """`ports.Source` and its reader: a batch every `period` seconds; 0 = as fast as it is read."""

    batches: int
    period: float
    dues: list[float] = field(default_factory=list)
    kept: Path | None = None
    """Where `dues` are written at the end."""
    is_growing = False
    is_committing = False
    is_rewindable = True

    def splits(self) -> Sequence[str]:
        """One."""
        return ["rows"]

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """Itself."""
        return self

    def read(self) -> SourceBatch | None:
        """The next batch, when it is due."""
        if len(self.dues) == self.batches:
            return None
        due = self.dues[0] + len(self.dues) * self.period if self.dues and self.period else perf_counter()
        sleep(max(0.0, due - perf_counter()))
        self.dues.append(due)
        schema = schema_of(ScalarType(Scalar.INT64))
        rows = pa.record_batch({"value": pa.array(range(ROWS), pa.int64())}, schema=schema)
        return SourceBatch(rows, RowOrigin("rows", len(self.dues)), {}, rows.nbytes)

    def add(self, splits: Sequence[str]) -> None:
        """It does not grow."""

    def commit(self, positions: Mapping[str, str]) -> None:
        """It keeps none."""

    def pace(self, pace: Pace) -> None:
        """It has one split, at its own pace."""

    def lag(self) -> int | None:
        """Not known."""
        return None

    def close(self) -> None:
        """Writes down what it saw."""
        _write(self.kept, self.dues)


@dataclass
class Counted:
    """`ports.Sink` and its writer: counts rows, and notes when a batch's worth of them is there."""

    delivery: Delivery = Delivery.APPEND
    rows: int = 0
    times: list[float] = field(default_factory=list)
    kept: Path | None = None

    def writer(self, subtask: int, health: Health) -> Counted:
        """Itself."""
        return self

    def write(self, columns: pa.RecordBatch) -> None:
        """Counts."""
        self.rows += columns.num_rows
        while self.rows >= (len(self.times) + 1) * PER_BATCH:
            self.times.append(perf_counter())

    def flush(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Writes down what it saw."""
        _write(self.kept, self.times)


def installed(folder: Path) -> None:
    """Has this process and its runners find both connectors, as if `folder` had a package that brings them."""
    package = folder / "lightflus_bench-0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: lightflus-bench\nVersion: 0\n", encoding="utf-8")
    points = "[lightflus.sources]\npaced = bench.paced:SOURCE\n[lightflus.sinks]\ncounted = bench.paced:SINK\n"
    (package / "entry_points.txt").write_text(points, encoding="utf-8")
    sys.path.append(str(folder))


def _write(kept: Path | None, times: list[float]) -> None:
    if kept is not None and times:
        kept.write_text(json.dumps(times), encoding="utf-8")


def _open_source(_: SourceSpec, options: Options) -> Paced:
    kept = Path(options.text("path"))
    source = Paced(options.number("batches"), options.number("period_us") / 1_000_000, kept=kept)
    options.end()
    return source


def _open_sink(_: SinkSpec, options: Options) -> Counted:
    sink = Counted(kept=Path(options.text("path")))
    options.end()
    return sink


_NUMBERS = [Option(name, "0", 0, _MOST) for name in ("batches", "period_us")]
SOURCE = SourceKind(Address(main="path"), _open_source, options=[Option("path"), *_NUMBERS])
SINK = SinkKind(Address(main="path"), _open_sink, options=[Option("path")])
