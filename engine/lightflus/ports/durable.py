"""State that a checkpoint holds: a kernel instance's rows as *runs*, sealed piece by piece and read back.

What it owns: the Protocol that all kinds of state share, those of what works on runs alone, and the values that cross
them. Synchronous; one thread at a time uses an instance.
What it leaves: the form of a run (docs/state-format.md), where runs lie (`stores.py`), when to seal (`runtime/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import pyarrow as pa

from lightflus.model.windows import WindowSpec


@dataclass(frozen=True, slots=True)
class Piece:
    """The next bytes of the run that is being sealed.

    Attributes:
        data: to be written behind those of the pieces before it; may be empty, where the kernel has done its bounded
            part and asks for the next call. Either of blocks, or of the footer.
        rows: rows and removals in them.
        is_footer: whether they are of the footer: the XXH3-128 of all such bytes together is the run's checksum.
        is_last: whether the run ends with it.
    """

    data: pa.Buffer
    rows: int
    is_footer: bool
    is_last: bool


class Durable(Protocol):
    """State whose changes can be sealed, and put back."""

    def seal(self, *, whole: bool = False) -> bool:
        """All that has changed since the last `seal` (at first: everything) is the next run, as it is now.

        `whole`: all there is, whatever has changed: the run stands for all before it. A run that is not at its end is
        given up. Whether there is anything: then `sealed` is called until the last piece, and `seal` not before. What
        changes meanwhile is not in the run. Takes a bounded time, whatever has changed.

        Not while results wait to be taken: windows have been asked (`fire`, `fire_changed`) until nothing was left, and
        what is due is stored again.
        """
        ...

    def sealed(self) -> Piece:
        """The next piece of the run. Takes a few milliseconds at most. Pieces make the run in the order of hashes."""
        ...

    def facts(self) -> bytes:
        """What is not by key, as it is now (watermarks, what has fired), a few bytes: belongs to what `seal` seals."""
        ...

    def restore(self, blocks: pa.Buffer, first_group: int, last_group: int) -> None:
        """Puts rows of neighbouring blocks of a run back, those of key groups [first_group, last_group) of KEY_GROUPS.

        A row replaces that of its key, a removal removes it: so older runs come first. What is restored has not
        changed for the next `seal`. Checksums are the caller's; whatever else the bytes say, nothing but this is
        raised: CheckpointDamaged: they are not what a kernel has written. Then the state is good for nothing.
        """
        ...

    def restore_facts(self, facts: bytes) -> None:
        """Puts back what `facts` gave, before the rows of its subtask: those that are over by it stay away.

        Of several subtasks: the facts of one, all its runs, then the next. The state stands where the earliest of them
        stood. Raises CheckpointDamaged.
        """
        ...


class RunKind(IntEnum):
    """Of what a run has rows (docs/state-format.md)."""

    KEYED = 0
    TIMED = 1
    PANES = 2
    SESSIONS = 3


@dataclass(frozen=True, slots=True)
class Runs:
    """What holds of all runs of a state.

    Attributes:
        kind: of them.
        windows: of kinds PANES and SESSIONS.
        facts: of their subtask: rows that are over by them are as if they were not there. No bytes: none are.
    """

    kind: RunKind
    windows: WindowSpec | None = None
    facts: bytes = b""


@dataclass(frozen=True, slots=True)
class Merging:
    """Runs that become one.

    Attributes:
        runs: how many: number 0 is the oldest. A row is compared with one of each: a few dozen are too many.
        rows: that they have together.
        is_whole: whether the oldest run of the state is among them: then removals have nothing to remove, and go.
    """

    runs: int
    rows: int
    is_whole: bool


class RunMerger(Protocol):
    """Makes one run of several neighbours of one subtask, as streams, in bounded memory."""

    def merged(self) -> Piece | int:
        """The next piece, as `Durable.sealed` gives them; or the number of a run whose next blocks are wanted.

        Raises CheckpointDamaged: a run is not what a kernel has written.
        """
        ...

    def supply(self, run: int, blocks: pa.Buffer, *, is_last: bool) -> None:
        """Gives it whole neighbouring blocks of the run that it wants, `is_last` if nothing of the run is behind them.

        A run without blocks, or with none left, is supplied with no bytes. Raises CheckpointDamaged.
        """
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class RunRows:
    """Rows of a run, as columns.

    Attributes:
        keys: columns of the key's type.
        starts: of their windows (panes where windows overlap); None where there are none.
        ends: the same.
        states: columns of the state's type; null in a removal.
    """

    keys: pa.RecordBatch
    starts: pa.Int64Array | None
    ends: pa.Int64Array | None
    states: pa.StructArray


class RunReader(Protocol):
    """Shows rows of runs: a run that has been merged whole, or one by one."""

    def rows(self, blocks: pa.Buffer, first_group: int, last_group: int) -> RunRows:
        """The rows of neighbouring blocks, those of key groups [first_group, last_group) that are not over.

        They stand in the order of the run. Raises CheckpointDamaged.
        """
        ...

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        ...
