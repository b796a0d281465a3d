"""A transactional sink in memory, for tests of what drives such sinks; the suite of real ones verifies it.

What it owns: a place that many sinks may open, as processes do; what is committed there, and by whom. Dies on demand.
What it leaves: the rules (`transactions.py`). One thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import pyarrow as pa

from lightflus.errors import SinkFailed
from lightflus.model.graph import Delivery
from lightflus.model.markers import NOTHING, Marker, Verdict
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable, SinkWriter
from lightflus.testing.transactions import Killed


@dataclass
class Ledger:
    """The place: rows that everybody sees, and per subtask the last marker and the committer that is let in."""

    rows: list[dict[str, object]] = field(default_factory=list)
    markers: dict[int, Marker] = field(default_factory=dict)
    owners: dict[int, object] = field(default_factory=dict)

    def sink(self, dies_after: int | None = None) -> LedgerSink:
        """A sink as a new process opens it."""
        return LedgerSink(self, dies_after)

    def read(self) -> list[tuple[str, str]]:
        """What everybody sees."""
        return [(str(row["key"]), str(row["value"])) for row in self.rows]


class LedgerSink:
    """`ports.TransactionalSink`."""

    delivery = Delivery.APPEND

    def __init__(self, ledger: Ledger, dies_after: int | None) -> None:
        self._ledger = ledger
        self._dies_after = dies_after

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """It has none: what is written without an epoch could not be told apart."""
        raise SinkFailed("this sink writes by epochs only")

    def staging_writer(self, subtask: int, health: Health) -> LedgerStagingWriter:
        """Collects rows."""
        return LedgerStagingWriter(subtask)

    def committer(self, subtask: int, health: Health) -> LedgerCommitter:
        """Shuts out the one before."""
        return LedgerCommitter(self._ledger, subtask, self._dies_after)

    def close(self) -> None:
        """Nothing is held."""


class LedgerStagingWriter:
    """`ports.StagingWriter`."""

    def __init__(self, subtask: int) -> None:
        self._subtask = subtask
        self._batches: list[pa.RecordBatch] = []

    def write(self, columns: pa.RecordBatch) -> None:
        """Kept."""
        self._batches.append(columns)

    def prepare(self, generation: int, epoch: int) -> Committable:
        """All since the last one, with a checksum in front."""
        sink = pa.BufferOutputStream()
        for batch in self._batches[:1]:
            with pa.ipc.new_stream(sink, batch.schema) as stream:
                for each in self._batches:
                    stream.write_batch(each)
        self._batches = []
        body = sink.getvalue().to_pybytes()
        return Committable(generation, epoch, self._subtask, crc32(body).to_bytes(4, "big") + body)

    def close(self) -> None:
        """Forgets."""
        self._batches = []


class LedgerCommitter:
    """`ports.Committer`: a commit is two steps, and what it changes is changed between them at once."""

    def __init__(self, ledger: Ledger, subtask: int, dies_after: int | None) -> None:
        self._ledger = ledger
        self._subtask = subtask
        self._steps_left = dies_after
        ledger.owners[subtask] = self
        self._step()

    def commit(self, committable: Committable) -> None:
        """Rows and marker in one."""
        if self._ledger.owners[self._subtask] is not self:
            raise SinkFailed("another committer has taken over")
        marker = self._ledger.markers.get(self._subtask, NOTHING)
        verdict = marker.judge(committable.generation, committable.epoch)
        if verdict is Verdict.OLD:
            raise SinkFailed("a newer generation has committed")
        rows = _rows(committable.data)
        if verdict is Verdict.NEW:
            self._step()
            self._ledger.rows += rows
            self._ledger.markers[self._subtask] = marker.after(committable.generation, committable.epoch)
            self._step()

    def abort(self, committable: Committable) -> None:
        """Nothing of it is here."""

    def close(self) -> None:
        """Nothing is held."""

    def _step(self) -> None:
        if self._steps_left is not None:
            self._steps_left -= 1
            if self._steps_left <= 0:
                raise Killed


def _rows(data: bytes) -> Sequence[dict[str, object]]:
    body = data[4:]
    if data[:4] != crc32(body).to_bytes(4, "big"):
        raise SinkFailed("the staged output is damaged")
    return pa.ipc.open_stream(body).read_all().to_pylist() if body else []
