"""Where reading stands in one stream. Values and rules, no server. Pure.

What it owns: the position, the end of bounded reading, what is to be acknowledged, how much is left or was lost.
What it leaves: asking the server (`lanes.py`), the order of things (`reading.py`).

A position is the id of the last entry that was read and, where that is known, the number of entries that had been added
up to it: an id alone does not say whether entries after it were trimmed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightflus.connectors.redis.ids import BEGINNING, EntryId
from lightflus.connectors.redis.lanes import Entry, Info
from lightflus.connectors.redis.plan import Place, ReadPlan


@dataclass(frozen=True, slots=True)
class Position:
    """After an entry. `added` is how many entries had been added up to it, itself included; None = unknown."""

    id: EntryId
    added: int | None = None

    def __str__(self) -> str:
        return str(self.id) if self.added is None else f"{self.id}:{self.added}"

    @staticmethod
    def parse(text: str) -> Position | None:
        """The inverse of `str`; None for what is none."""
        id_text, _, added = text.partition(":")
        found = EntryId.parse(id_text)
        if found is None or (added and not added.isdecimal()):
            return None
        return Position(found, int(added) if added else None)


class Cursor:
    """One stream.

    Attributes:
        stream: its name.
        id: the newest entry that was taken; entries after it are next.
        has_begun: whether `begin` was called.
        is_behind: in a group, whether this consumer may have entries that it has not seen: from a former life, or
            given to it in a reply that was lost.
        is_done: whether bounded reading has reached its end.
        lag: entries that wait; None = unknown.
    """

    def __init__(self, stream: str, position: Position | None) -> None:
        """`position` is where an earlier reader stood; None = where the plan says."""
        self.stream = stream
        self.id = BEGINNING if position is None else position.id
        self.is_resumed = self._has_read = position is not None
        self.has_begun = False
        self.is_behind = False
        self.is_done = False
        self.lag: int | None = None
        self._added = None if position is None else position.added
        self._is_shared = False
        self._older: EntryId | None = None
        self._is_renewed = False
        self._end: EntryId | None = None
        self._given: deque[EntryId] = deque()

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.id, self._added)

    def begin(self, plan: ReadPlan, info: Info) -> None:
        """Finds the place to begin at, and the end."""
        self._is_shared = bool(plan.group)
        self.is_behind = self._is_shared and not self.is_resumed
        if not self.is_resumed and not self._is_shared:
            self.id = _place(plan.begin, info)
            if self.id == BEGINNING and info.added is not None:
                self._added = info.added - info.length
        if plan.is_bounded:
            self._end = info.last
            self.is_done = info.last <= self.id
        self.has_begun = True
        self.look(info)

    def take(self, entries: Sequence[Entry], *, has_asked_for_new: bool) -> list[Entry]:
        """Those of a reply that are to be read; moves on."""
        self.is_behind = self.is_behind and bool(entries)
        if not entries and has_asked_for_new and self._end is not None:
            self.is_done = True
        if entries and self._end is not None and entries[-1][0] >= self._end:
            self.is_done = True
            entries = [entry for entry in entries if entry[0] <= self._end]
        if entries:
            self.id, self._has_read = entries[-1][0], True
            self._added = None if self._added is None else self._added + len(entries)
        return list(entries)

    def look(self, info: Info) -> None:
        """Counts what is left, as far as the server lets it be counted; and sees where the stream begins anew."""
        self._is_renewed = self._older is not None and self._older < info.last_id < self.id
        self._older = info.last_id if self._has_read and info.last_id < self.id else None
        self.lag = None
        if self.id >= info.last_id and not self.is_behind:
            self.lag = 0
            self._added = None if self._is_shared else info.added
        elif self._added is not None and info.added is not None:
            self.lag = max(0, info.added - self._added)

    def has_lost(self, info: Info) -> bool:
        """Whether entries were trimmed before they were read: more are gone than had been added up to here."""
        return self._added is not None and info.added is not None and info.added - info.length > self._added

    @property
    def is_renewed(self) -> bool:
        """Whether entries are being added in front of those that were read: the stream was made anew."""
        return self._is_renewed

    def give(self, ids: Iterator[EntryId]) -> None:
        """These have been given to this consumer of the group."""
        self._given.extend(ids)

    def given_until(self, position: EntryId) -> list[EntryId]:
        """What may be acknowledged once all up to `position` is done."""
        return [id_ for id_ in self._given if id_ <= position]

    def forget(self, count: int) -> None:
        """The first ones have been acknowledged."""
        for _ in range(count):
            self._given.popleft()


def _place(begin: Place | EntryId, info: Info) -> EntryId:
    if isinstance(begin, EntryId):
        return begin
    return info.last_id if begin is Place.LATEST else BEGINNING
