"""A source in memory whose splits are read in an order of the test's own.

What it owns: that order: drawn, or written down. What it leaves: records (`timed_jobs.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lightflus.model.pace import Pace
from lightflus.model.types import Type
from lightflus.ports.health import Health
from lightflus.ports.sources import SourceBatch, SourceReader
from lightflus.testing.memory import MemoryReader, MemorySource, Step

Splits = Mapping[str, Sequence[Step]]
Choice = Callable[[Sequence[str]], str]
"""Which of some splits is read next."""


def shuffled(seed: int) -> Choice:
    """An order drawn by a seed."""
    return random.Random(seed).choice


def scripted(*order: str) -> Choice:
    """These first; then as they come."""
    left = list(order)
    return lambda splits: left.pop(0) if left else splits[0]


class OrderedSource(MemorySource):
    """Splits are read in an order of the test's own, whatever the pace."""

    def __init__(self, record: Type, splits: Splits, choose: Choice) -> None:
        super().__init__(record, splits)
        self._choose = choose

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """A reader of all of them."""
        readers = {split: self.open_split(split, position) for split, position in splits.items()}
        return OrderedReader(readers, self._choose)


class OrderedReader:
    """`ports.SourceReader`: any of its splits next."""

    def __init__(self, readers: dict[str, MemoryReader], choose: Choice) -> None:
        self._readers = readers
        self._choose = choose

    def read(self) -> SourceBatch | None:
        """A batch of one of them, or that one has ended."""
        ended: list[str] = []
        while self._readers:
            split = self._choose(list(self._readers))
            found = self._readers[split].read()
            if found is not None:
                return replace(found, ended=tuple(ended))
            ended.append(split)
            del self._readers[split]
        return None

    def pace(self, pace: Pace) -> None:
        """It does not listen."""

    def add(self, splits: Sequence[str]) -> None:
        """Never asked."""

    def commit(self, positions: Mapping[str, str]) -> None:
        """Nothing."""

    def lag(self) -> int | None:
        """Unknown."""
        return None

    def close(self) -> None:
        """Nothing."""
