"""State that a checkpoint holds: a kernel instance's rows as *runs*, sealed piece by piece and read back.

What it owns: the Protocol that all kinds of state share, and the values that cross it. Synchronous; one thread at a
time uses an instance.
What it leaves: the form of a run (docs/state-format.md), where runs lie (`stores.py`), when to seal (`runtime/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa


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
