"""Transactional sinks in memory, for tests of what drives such sinks; the suite of real ones verifies them.

What it owns: a place that many sinks may open, as processes do; what is visible there, and by whom. Of each kind one:
output that is staged, rows that replace those of their key, and a file that is cut. Dies on demand.
What it leaves: the rules (`transactions.py`). One thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa

from lightflus.connectors.toolbox.staged import Stage, sealed, staged_batches, unsealed
from lightflus.errors import SinkFailed
from lightflus.model.graph import Delivery
from lightflus.model.markers import NOTHING, Marker
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable, SinkIdentity, SinkWriter
from lightflus.testing.transactions import Killed, Pair

Key = tuple[str, int]
"""An incarnation, and a subtask."""


class Showing(Enum):
    """When others see what is written."""

    STAGED = "staged"
    """When it is committed."""
    UPSERT = "upsert"
    """At once; it replaces what is there of its key."""
    CUT = "cut"
    """At once; what came behind a checkpoint is cut off."""


@dataclass
class Ledger:
    """The place: rows that everybody sees, and per subtask the last marker."""

    showing: Showing = Showing.STAGED
    rows: list[Pair] = field(default_factory=list)
    markers: dict[Key, Marker] = field(default_factory=dict)

    @property
    def is_staged(self) -> bool:
        """See `transactions.Place`."""
        return self.showing is Showing.STAGED

    def sink(self, dies_after: int | None = None) -> LedgerSink:
        """A sink as a new process opens it."""
        return LedgerSink(self, dies_after)

    def bury(self) -> None:
        """Nothing is held."""

    def read(self) -> list[Pair]:
        """What everybody sees."""
        return list(dict(self.rows).items()) if self.showing is Showing.UPSERT else list(self.rows)


class LedgerSink:
    """`ports.TransactionalSink`."""

    def __init__(self, ledger: Ledger, dies_after: int | None) -> None:
        self.ledger = ledger
        self._steps_left = dies_after
        self._identity: SinkIdentity | None = None
        self.lengths: dict[int, int] = {}
        """By subtask whose committer has recovered: how much was there at its checkpoint."""
        self.recovering: set[int] = set()

    @property
    def delivery(self) -> Delivery:
        """As the ledger shows."""
        return Delivery.UPSERT if self.ledger.showing is Showing.UPSERT else Delivery.APPEND

    @property
    def identity(self) -> SinkIdentity:
        """Who writes."""
        assert self._identity is not None, "whoever writes has begun"
        return self._identity

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """It has none: what is written without an epoch could not be told apart."""
        raise SinkFailed("this sink writes by epochs only")

    def begin(self, identity: SinkIdentity) -> None:
        """Remembered."""
        self._identity = identity
        self.step()

    def staging_writer(self, subtask: int, health: Health) -> LedgerWriter:
        """See `ports.TransactionalSink`."""
        return LedgerWriter(self, subtask)

    def committer(self, subtask: int, health: Health) -> LedgerCommitter:
        """Shuts out those of older generations."""
        self.recovering.add(subtask)
        return LedgerCommitter(self, subtask)

    def close(self) -> None:
        """Nothing is held."""

    def check(self, subtask: int) -> Marker:
        """The marker of a subtask. Raises SinkFailed: a younger generation has been here."""
        marker = self.ledger.markers.get((self.identity.incarnation, subtask), NOTHING)
        if marker.shuts_out(self.identity.generation):
            raise SinkFailed("another run has taken over")
        return marker

    def mark(self, subtask: int, epoch: int) -> None:
        """Sets the marker."""
        self.ledger.markers[self.identity.incarnation, subtask] = Marker(self.identity.generation, epoch)

    def step(self) -> None:
        """The process may die here."""
        if self._steps_left is not None:
            self._steps_left -= 1
            if self._steps_left <= 0:
                raise Killed


class LedgerWriter:
    """`ports.StagingWriter`."""

    def __init__(self, sink: LedgerSink, subtask: int) -> None:
        self._sink = sink
        self._subtask = subtask
        self._stage = Stage("ledger")

    def write(self, columns: pa.RecordBatch) -> None:
        """Kept, or shown."""
        if self._sink.ledger.is_staged:
            self._stage.add(columns)
            return
        self._sink.check(self._subtask)
        self._sink.ledger.rows += _pairs(columns)
        self._sink.step()

    def flush(self) -> None:
        """What may be shown is shown."""

    def prepare(self, epoch: int) -> Committable:
        """All since the last one, or how much is there."""
        self._sink.step()
        match self._sink.ledger.showing:
            case Showing.STAGED:
                data = self._stage.sealed()
            case Showing.UPSERT:
                self._sink.check(self._subtask)
                data = b""
            case Showing.CUT:
                self._sink.check(self._subtask)
                data = sealed(str(len(self._sink.ledger.rows)).encode())
        return Committable(epoch, self._subtask, data)

    @property
    def staged_bytes(self) -> int:
        """What it keeps."""
        return self._stage.bytes

    def close(self) -> None:
        """Forgets."""
        self._stage.clear()


class LedgerCommitter:
    """`ports.Committer`: a commit is two steps, and what it changes is changed between them at once."""

    def __init__(self, sink: LedgerSink, subtask: int) -> None:
        self._sink = sink
        self._subtask = subtask
        sink.mark(subtask, sink.check(subtask).epoch)
        sink.step()

    def committed(self) -> int | None:
        """The last one that is visible, where it was staged."""
        return self._sink.check(self._subtask).epoch or None

    def recover(self, committables: Sequence[Committable]) -> None:
        """Shows what is not visible; cuts off what came later once all that recover have said how much was there."""
        sink, ledger = self._sink, self._sink.ledger
        if ledger.showing is Showing.CUT:
            lengths = [int(unsealed(self._own(one).data, "ledger")) for one in committables]
            sink.lengths[self._subtask] = max(lengths, default=0)
            sink.recovering.discard(self._subtask)
            if not sink.recovering:
                del ledger.rows[max(sink.lengths.values()) :]
        for committable in committables:
            if not sink.check(self._subtask).covers(self._own(committable).epoch):
                self.commit(committable)

    def commit(self, committable: Committable) -> None:
        """Rows and marker in one."""
        sink = self._sink
        sink.check(self._subtask)
        data = self._own(committable).data
        if sink.ledger.is_staged and (batches := staged_batches(data, "ledger")):
            sink.step()
            for batch in batches:
                sink.ledger.rows += _pairs(batch)
            sink.mark(self._subtask, committable.epoch)
            sink.step()

    def abort(self, committable: Committable) -> None:
        """Nothing of it is here."""

    def close(self) -> None:
        """Nothing is held."""

    def _own(self, committable: Committable) -> Committable:
        if committable.subtask != self._subtask:
            raise SinkFailed(f"this is output of subtask {committable.subtask}, not of {self._subtask}")
        return committable


def _pairs(columns: pa.RecordBatch) -> list[Pair]:
    return [(str(row.get("key")), str(row.get("value", row))) for row in columns.to_pylist()]
