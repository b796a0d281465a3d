"""Writers and committers of sinks by epoch: what systems have in common that keep a marker beside the output.

What it owns: the order of checks, staging rows, and writing upserts at once. Used by one thread at a time.
What it leaves: bytes of an epoch (`staged.py`), the marker and the transaction (`EpochLog`, by each connector), what a
marker means (`model/markers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import pyarrow as pa

from lightflus.connectors.toolbox.staged import Stage, sealed, staged_batches
from lightflus.errors import SinkFailed
from lightflus.model.markers import Marker
from lightflus.ports.sinks import Committable, SinkIdentity, SinkWriter


def shut_out(marker: Marker, identity: SinkIdentity, where: str) -> SinkFailed:
    """The error of a run that comes too late."""
    return SinkFailed(
        f"another run of `{identity.job}` has taken over sink `{identity.sink}`: generation {marker.generation} writes "
        f"there, this is generation {identity.generation}",
        where=where,
        hint="a run that was replaced must not go on; stop it",
    )


def _as_it_is(columns: pa.RecordBatch) -> pa.RecordBatch:
    return columns


class StagedWriter:
    """`ports.StagingWriter` whose rows nobody sees before they are committed."""

    def __init__(self, subtask: int, where: str, form: Callable[[pa.RecordBatch], pa.RecordBatch] = _as_it_is) -> None:
        """`form` makes the rows that are kept; `where` is of errors."""
        self._subtask = subtask
        self._form = form
        self._stage = Stage(where)

    def write(self, columns: pa.RecordBatch) -> None:
        """Keeps rows. Raises SinkFailed: an epoch is too large."""
        self._stage.add(self._form(columns))

    def flush(self) -> None:
        """Nothing may be shown."""

    def prepare(self, epoch: int) -> Committable:
        """All since the last one."""
        return Committable(epoch, self._subtask, self._stage.sealed())

    @property
    def staged_bytes(self) -> int:
        """What it keeps."""
        return self._stage.bytes

    def close(self) -> None:
        """Forgets what was not prepared."""
        self._stage.clear()


class ShownWriter:
    """`ports.StagingWriter` of upserts, which are written at once: a job that goes back writes them again."""

    staged_bytes = 0

    def __init__(self, subtask: int, writer: SinkWriter) -> None:
        """`writer` refuses to write once a younger run has been there."""
        self._subtask = subtask
        self._writer = writer

    def write(self, columns: pa.RecordBatch) -> None:
        """See `ports.SinkWriter`."""
        self._writer.write(columns)

    def flush(self) -> None:
        """Writes what waits. Raises SinkFailed."""
        self._writer.flush()

    def prepare(self, epoch: int) -> Committable:
        """Nothing is left to be committed. Raises SinkFailed."""
        self._writer.flush()
        return Committable(epoch, self._subtask, sealed(b""))

    def close(self) -> None:
        """Idempotent."""
        self._writer.close()


class EpochLog(Protocol):
    """Output and marker of one subtask, in one system. To make one shuts out older generations."""

    def found(self) -> Marker:
        """The marker, which has this run's generation when it returns. Raises SinkFailed: it is of a younger run."""
        ...

    def write(self, batches: Sequence[pa.RecordBatch], epoch: int) -> None:
        """Writes rows and the marker, in one transaction or so that it can be finished. Raises SinkFailed."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class EpochCommitter:
    """`ports.Committer` over a log."""

    def __init__(self, log: EpochLog, subtask: int, where: str) -> None:
        self._log = log
        self._subtask = subtask
        self._where = where

    def committed(self) -> int | None:
        """The last epoch that had rows, of which some are visible. Raises SinkFailed."""
        return self._log.found().last or None

    def recover(self, committables: Sequence[Committable]) -> None:
        """Writes those that are not visible; what is visible behind them cannot be undone. Raises SinkFailed."""
        marker = self._log.found()
        for committable in committables:
            batches = self._batches(committable)
            if batches and not marker.covers(committable.epoch):
                self._log.write(batches, committable.epoch)

    def commit(self, committable: Committable) -> None:
        """Nothing where there are no rows. Raises SinkFailed."""
        if batches := self._batches(committable):
            self._log.write(batches, committable.epoch)

    def abort(self, committable: Committable) -> None:
        """Nothing of it is there."""

    def close(self) -> None:
        """Idempotent."""
        self._log.close()

    def _batches(self, committable: Committable) -> list[pa.RecordBatch]:
        if committable.subtask != self._subtask:
            raise SinkFailed(
                f"output of subtask {committable.subtask} cannot be committed as that of subtask {self._subtask}",
                where=self._where,
            )
        return staged_batches(committable.data, self._where)
