"""Ids of stream entries: `1700000000000-0`, milliseconds and a number.

What it owns: their order, which is not that of their text. Pure.
"""

from __future__ import annotations

import re
from functools import total_ordering
from typing import NamedTuple

_ID = re.compile(r"(\d{1,20})(?:-(\d{1,20}))?")


@total_ordering
class EntryId(NamedTuple):
    """An entry's id; also a position in a stream: after that entry."""

    ms: int
    number: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.number}"

    @property
    def word(self) -> bytes:
        """As a command has it."""
        return str(self).encode()

    @staticmethod
    def parse(text: str) -> EntryId | None:
        """The inverse of `str`, None for what is no id; without a number it is 0."""
        found = _ID.fullmatch(text)
        return None if found is None else EntryId(int(found[1]), int(found[2] or 0))

    @staticmethod
    def of(word: object) -> EntryId:
        """An id as a server says it; where it says none, the beginning."""
        return (EntryId.parse(word.decode()) if isinstance(word, bytes) else None) or BEGINNING


BEGINNING = EntryId(0, 0)
"""Before every entry."""
