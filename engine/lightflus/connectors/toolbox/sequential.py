"""Reads splits one after the other: the reader of systems whose splits end, such as files.

What it owns: the order of splits, and which of them are open. One thread at a time.
What it leaves: reading a split (`SplitReader`, given by the connector).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from lightflus.limits import OPEN_SPLITS
from lightflus.model.pace import Pace
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
    """`ports.SourceReader` over splits that end: one after the other, or always the one that is furthest behind."""

    def __init__(self, open_split: Callable[[str, str | None], SplitReader], splits: Mapping[str, str | None]) -> None:
        """`open_split(split, position)` opens one; `splits` gives each its position, None = its beginning."""
        self._open_split = open_split
        self._places = dict(splits)
        self._open: dict[str, SplitReader] = {}
        self._order: Sequence[str] = ()

    def read(self) -> SourceBatch | None:
        """The next rows of one split that has any; it says which splits have turned out to have none."""
        ended: list[str] = []
        while self._places:
            split = self._next()
            reader = self._open.get(split) or self._open_split(split, self._places[split])
            self._open[split] = reader
            found = reader.read()
            if found is not None:
                self._places[split] = found.positions[split]
                if len(self._open) > OPEN_SPLITS and not found.rejected:
                    self._close(split)
                return replace(found, ended=tuple(ended)) if ended else found
            self._close(split)
            del self._places[split]
            ended.append(split)
        return None

    def pace(self, pace: Pace) -> None:
        """Reads the first of them next."""
        self._order = pace.order

    def add(self, splits: Sequence[str]) -> None:
        """They are read after all others."""
        self._places |= dict.fromkeys(splits)

    def commit(self, positions: Mapping[str, str]) -> None:
        """Nobody keeps positions in a file."""

    def lag(self) -> int | None:
        """Unknown."""
        return None

    def close(self) -> None:
        """Closes the splits that are open."""
        for split in list(self._open):
            self._close(split)

    def _next(self) -> str:
        return next((split for split in self._order if split in self._places), next(iter(self._places)))

    def _close(self, split: str) -> None:
        self._open.pop(split).close()
