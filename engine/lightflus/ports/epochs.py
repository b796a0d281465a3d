"""How the fragments of a job agree on epochs: one of them counts for all.

What it owns: Protocols. On the event loop.
What it leaves: what is said when (`runtime/commits.py`), connections between processes (`wire/epochs.py`).
"""

from __future__ import annotations

from typing import Protocol

from lightflus.model.epochs import Word


class Way(Protocol):
    """Between the fragment that counts and one of the others. One trio task reads, one at a time writes."""

    async def say(self, word: Word) -> None:
        """Raises PeerLost."""
        ...

    async def hear(self) -> Word:
        """The next word. Raises PeerLost, also where the other side has ended: it says what is its last word."""
        ...


class Party(Protocol):
    """All fragments of a job, as one of them meets them."""

    @property
    def counts(self) -> bool:
        """Whether this one counts for all."""
        ...

    @property
    def others(self) -> int:
        """To how many there is a way from here: to all others from the one that counts, else to that one."""
        ...

    async def way(self) -> Way:
        """The next of these, once it is there. Raises PeerLost."""
        ...
