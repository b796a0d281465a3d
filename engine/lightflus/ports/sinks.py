"""Sinks: systems that records are written to, at least once or, given checkpoints, exactly once.

What it owns: Protocols and the values that cross them; third parties' connectors implement the same ones. Everything
here is synchronous and may block; one thread at a time uses a writer.
What it leaves: the systems (`connectors/`), rows to bytes (`formats.py`), when to flush (`runtime/subtask.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pyarrow as pa

from lightflus.model.graph import Delivery
from lightflus.ports.health import Health


class SinkWriter(Protocol):
    """Writes for one subtask. Used by one thread at a time."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Takes rows of the sink's fields; may hold them until `flush`. Raises SinkFailed."""
        ...

    def flush(self) -> None:
        """When it returns, all that was written is where others can read it. Raises SinkFailed.

        A write or flush that failed for a while is tried again inside, within the sink's patience; what was taken is
        kept until it has succeeded.
        """
        ...

    def close(self) -> None:
        """Releases what it holds, without a flush. Idempotent."""
        ...


class Sink(Protocol):
    """A system that records are written to, opened for one job."""

    @property
    def delivery(self) -> Delivery:
        """Whether a write appends or replaces the last one of its key."""
        ...

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """A writer for one subtask. Raises SinkFailed when the sink cannot be written at all."""
        ...

    def close(self) -> None:
        """After all writers are closed. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class SinkIdentity:
    """Who writes, among all jobs that ever were.

    Attributes:
        namespace: of the job.
        job: its name.
        incarnation: made with the job's first checkpoint, kept in all of them; a job that begins anew has another.
        sink: the operator's name.
        generation: counts the starts of this incarnation; of two runs, that of the higher one goes on.
    """

    namespace: str
    job: str
    incarnation: str
    sink: str
    generation: int


@dataclass(frozen=True, slots=True)
class Committable:
    """What one subtask wrote in one epoch: what makes it visible, or lets what was written behind it be undone.

    `data` holds the output itself, or names where it durably lies: never a handle to a transaction that is open, since
    that ends with the process. `epoch` is the checkpoint's number; it grows over all generations of an incarnation, and
    is beyond all that `Committer.committed` has named.
    """

    epoch: int
    subtask: int
    data: bytes


class StagingWriter(Protocol):
    """Takes what one subtask writes, epoch by epoch. Used by one thread at a time."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Takes rows of the sink's fields. Raises SinkFailed."""
        ...

    def flush(self) -> None:
        """Of what others may see before its checkpoint, all is where they can read it. Raises SinkFailed."""
        ...

    def prepare(self, epoch: int) -> Committable:
        """All since the last `prepare`; for as long as nobody commits it, it is as if it had not been written.

        A sink whose writes replace the last ones of their key may show them already: a job that goes back to an
        earlier checkpoint writes them again. So may one that `Committer.recover` can cut off. Raises SinkFailed.
        """
        ...

    @property
    def staged_bytes(self) -> int:
        """What it keeps in memory for the next `prepare`: above STAGED_BYTES a checkpoint ought to come early."""
        ...

    def close(self) -> None:
        """Forgets what was not prepared. Idempotent."""
        ...


class Committer(Protocol):
    """Makes committables of one subtask visible. Used by one thread at a time.

    To make one shuts out all older generations of the same identity and subtask, or fails for as long as one of them
    lives. At a start, those of all subtasks that the last checkpoint knows (without one, the run's own) are made before
    any is asked for anything, recover, and are closed; then those of the run's own subtasks are made, which commit.
    """

    def committed(self) -> int | None:
        """The last epoch of this incarnation that is visible; None: none, or the sink does not need to know."""
        ...

    def recover(self, committables: Sequence[Committable]) -> None:
        """At a start: makes those of the checkpoint visible, unless they are; undoes what was written behind them.

        They are of this subtask, in the order of their epochs. Without any, all that this incarnation has written is
        undone, as far as the sink can. Raises SinkFailed: also for output that is damaged, or of another subtask.
        """
        ...

    def commit(self, committable: Committable) -> None:
        """Makes one visible that this run has prepared, and whose checkpoint is complete: each once, in order.

        Raises SinkFailed; also, once a younger generation has been here, for having been shut out.
        """
        ...

    def abort(self, committable: Committable) -> None:
        """It will never be committed: releases what it refers to. Idempotent."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


@runtime_checkable
class TransactionalSink(Sink, Protocol):
    """A sink that writes exactly once, given checkpoints."""

    def begin(self, identity: SinkIdentity) -> None:
        """Says who writes; before the first `staging_writer` or `committer`.

        Raises SinkFailed; BindingInvalid: a right is missing, an option does not go with checkpoints.
        """
        ...

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Takes what one subtask writes; made after its sink has recovered. Raises SinkFailed."""
        ...

    def committer(self, subtask: int, health: Health) -> Committer:
        """Commits for one subtask. Raises SinkFailed."""
        ...
