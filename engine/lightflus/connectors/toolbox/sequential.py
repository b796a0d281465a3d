"""Reads splits one after the other: the reader of systems whose splits end, such as files.

What it owns: the order of splits, and one open split at a time. One thread at a time.
What it leaves: reading a split (`SplitReader`, given by the connector).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from lightflus.ports.sources import SourceBatch


class SplitReader(Protocol):
    """Reads one split in order."""

    def read(self) -> SourceBatch | None:
        """The next rows; blocks until there are some; None at the end. Raises SourceFailed."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class SequentialReader:
    """`ports.SourceReader` over splits that end."""

    def __init__(self, open_split: Callable[[str, str | None], SplitReader], splits: Mapping[str, str | None]) -> None:
        """`open_split(split, position)` opens one; `splits` gives each its position, None = its beginning."""
        self._open = open_split
        self._waiting = deque(splits.items())
        self._current: SplitReader | None = None

    def read(self) -> SourceBatch | None:
        """The next rows of the current split, or of the next one that has any."""
        while self._current is not None or self._waiting:
            if self._current is None:
                self._current = self._open(*self._waiting.popleft())
            found = self._current.read()
            if found is not None:
                return found
            self.close()
        return None

    def add(self, splits: Sequence[str]) -> None:
        """They are read after all others."""
        self._waiting.extend((split, None) for split in splits)

    def commit(self, positions: Mapping[str, str]) -> None:
        """Nobody keeps positions in a file."""

    def lag(self) -> int | None:
        """Unknown."""
        return None

    def close(self) -> None:
        """Closes the split that is open."""
        if self._current is not None:
            self._current.close()
            self._current = None
