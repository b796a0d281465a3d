"""Sources: systems that records are read from.

What it owns: Protocols and the values that cross them; third parties' connectors implement the same ones. Everything
here is synchronous and may block; one thread at a time uses a reader.
What it leaves: the systems (`connectors/`), bytes to rows (`formats.py`), who reads when (`runtime/feeder.py`), what
becomes of records that could not be read (`letters.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pyarrow as pa

from lightflus.model.pace import Pace
from lightflus.ports.batch import Origin
from lightflus.ports.health import Health


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be decoded.

    Attributes:
        position: its place: `topic[3]@1077`, `book.txt:12:5`.
        reason: what is wrong.
        hint: what would be right, or None.
        raw: its bytes.
        rows_before: rows of its batch that stand before it.
    """

    position: str
    reason: str
    hint: str | None
    raw: bytes
    rows_before: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """So many neighbouring rows of one split."""

    split: str
    rows: int


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """Decoded rows of one or several splits.

    Attributes:
        columns: the rows; may be none, where nothing arrived in time or everything was rejected.
        origin: where the rows come from.
        positions: by split, the position after this batch (opaque; what a reader can resume from).
        bytes_read: bytes that the system sent for it.
        rejected: what could not be decoded, in order.
        runs: which rows are whose, in order; empty: all are of the one split that `positions` names.
        times: the time that the system has for each row, milliseconds since 1970; None where it has none.
        ended: splits that end with this batch.
    """

    columns: pa.RecordBatch
    origin: Origin
    positions: Mapping[str, str]
    bytes_read: int
    rejected: tuple[Rejected, ...] = ()
    runs: tuple[Run, ...] = ()
    times: pa.Int64Array | None = None
    ended: tuple[str, ...] = ()


class SourceReader(Protocol):
    """Reads all splits of one subtask, each in order. Used by one thread at a time."""

    def read(self) -> SourceBatch | None:
        """The next rows that have arrived; None when every split has ended (bounded ones do).

        Waits for at most about READ_WAIT_MS, where the system allows a bound. Raises SourceFailed.
        """
        ...

    def pace(self, pace: Pace) -> None:
        """Which split to read next, where its records have an event time; called before a read, when it has changed."""
        ...

    def add(self, splits: Sequence[str]) -> None:
        """Splits that were found while it runs: they are read from their beginning."""
        ...

    def commit(self, positions: Mapping[str, str]) -> None:
        """All before `positions` is where others can read it. Tells the system, if it keeps such positions."""
        ...

    def lag(self) -> int | None:
        """Records that wait in the system for this reader; None = unknown. Asks nobody: it is called often."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


@runtime_checkable
class WakingReader(Protocol):
    """A reader for which nobody has to wait on a thread."""

    def wake_with(self, wake: Callable[[], None]) -> bool:
        """From now on `read` answers at once, and `wake` is called, on any thread, when there is something to read.

        False: this one is as any other, and `wake` is never called.
        """
        ...


class Source(Protocol):
    """A system that records are read from, opened for one job."""

    @property
    def is_growing(self) -> bool:
        """Whether `splits` may have more later: the runtime then asks every DISCOVERY_MS."""
        ...

    @property
    def is_committing(self) -> bool:
        """Whether it wants `SourceReader.commit`: a barrier then runs through the job every COMMIT_MS."""
        ...

    @property
    def is_rewindable(self) -> bool:
        """Whether it can read again from a position: else a job that dies loses what was on its way."""
        ...

    def splits(self) -> Sequence[str]:
        """The ids of its splits, in a stable order; new ones come last.

        Asked again while the job runs, it answers what it knows for as long as it has patience with its system.
        Raises SourceFailed, BindingInvalid.
        """
        ...

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """Opens splits, each at a position; None = where the source's options say that reading starts."""
        ...

    def close(self) -> None:
        """After all readers are closed. Idempotent."""
        ...
