"""Sinks: systems that records are written to, at least once or, given checkpoints, exactly once.

What it owns: Protocols and the values that cross them; third parties' connectors implement the same ones. Everything
here is synchronous and may block; one thread at a time uses a writer.
What it leaves: the systems (`connectors/`), rows to bytes (`formats.py`), when to flush (`runtime/subtask.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

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
class Committable:
    """What one subtask wrote in one epoch, for a sink that shows it only when the checkpoint is complete.

    `data` holds the output itself (or names where it durably lies): never a handle to a transaction that is open, since
    that ends with the process. `generation` counts the job's restarts; `epoch` is the checkpoint's number.
    """

    generation: int
    epoch: int
    subtask: int
    data: bytes


class StagingWriter(Protocol):
    """Collects what one subtask writes, epoch by epoch. Used by one thread at a time."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Takes rows of the sink's fields."""
        ...

    def prepare(self, generation: int, epoch: int) -> Committable:
        """All since the last `prepare`; nobody can read it yet."""
        ...

    def close(self) -> None:
        """Forgets what was not prepared. Idempotent."""
        ...


class Committer(Protocol):
    """Makes committables of one subtask visible. Used by one thread at a time."""

    def commit(self, committable: Committable) -> None:
        """Makes it visible: once, however often this is called, also by a successor after a crash in the middle.

        Raises SinkFailed; in particular for a committable of an older generation than one that has committed.
        """
        ...

    def abort(self, committable: Committable) -> None:
        """It will never be committed: releases what it refers to. Idempotent."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class TransactionalSink(Sink, Protocol):
    """A sink that can write exactly once, given checkpoints."""

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Collects for one subtask."""
        ...

    def committer(self, subtask: int, health: Health) -> Committer:
        """Commits for one subtask; of two for the same one, the older is shut out."""
        ...
