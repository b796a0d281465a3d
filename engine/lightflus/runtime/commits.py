"""Tells sources what has reached the sinks: a barrier runs through the job, and what came before it is done.

What it owns: the rhythm and the way of an answer from the sinks to the sources, in whichever fragments of the job they
are: one fragment begins epochs and counts for all. On the event loop. Without checkpoints this is what bounds how much
a restart reads again; nothing is called done that a sink has not flushed.
What it leaves: counting (`model/epochs.py`), barriers on their way (`subtask.py`), positions (`feeder.py`), the ways
between fragments (`ports/epochs.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import trio

from lightflus.errors import PeerRefused
from lightflus.limits import COMMIT_MS
from lightflus.model.elements import Barrier, Control, EndOfInput, Stop
from lightflus.model.epochs import Begun, Done, Ended, EpochLedger, Flushed, Joined, Over, Word
from lightflus.ports.epochs import Party, Way
from lightflus.runtime.together import together


class Fed(Protocol):
    """What of a feeder this needs."""

    @property
    def has_news(self) -> bool:
        """Whether anything was handed on since the last barrier."""
        ...

    async def barrier(self, epoch: int) -> None:
        """Sends a barrier behind all that was handed on so far, and remembers how far that was."""
        ...

    async def commit_barrier(self) -> None:
        """All before the last barrier is in the sinks."""
        ...


class Commits:
    """The epochs of one run, as a fragment that counts has them: the only one, or the one that others report to.

    `run` it beside the fragment. `flushed` is called by the ends here, `finish` when all of the fragment has ended.
    """

    def __init__(self, ends: int, party: Party | None = None) -> None:
        """`ends` is the number of sink writers here, which count from 0; `party` leads to the other fragments."""
        assert party is None or party.counts
        self._party = party
        self._others = 0 if party is None else party.others
        self._ends = ends
        self._ledger = EpochLedger(ends + self._others)
        self._ways: list[Way] = []
        self._wanted = False
        self._changed = trio.Event()

    async def run(self, feeders: Sequence[Fed], *, is_committing: bool) -> None:
        """Sends a barrier every COMMIT_MS, one at a time, and commits what it has proved. Runs until cancelled.

        Does nothing where no source of the job wants to know; `is_committing`: whether one here does. Raises PeerLost.
        """
        self._wanted = is_committing
        attending = [partial(self._attend, self._ends + number) for number in range(self._others)]
        await together(*attending, partial(self._begin_epochs, feeders))

    async def finish(self) -> None:
        """Returns when all ends of the job have flushed all that they will ever get, and all fragments know."""
        while len(self._ways) < self._others or not self._ledger.has_ended:
            await self._change()
        for way in self._ways:
            await way.say(Over())

    def flushed(self, end: int, control: Control) -> None:
        """An end here has flushed all that came before `control`."""
        if _count(self._ledger, end, control):
            self._note()

    async def _begin_epochs(self, feeders: Sequence[Fed]) -> None:
        while len(self._ways) < self._others or not self._wanted:
            await self._change()
        while True:
            await trio.sleep(COMMIT_MS / 1_000)
            if self._others or any(feeder.has_news for feeder in feeders):
                await self._epoch(feeders)

    async def _epoch(self, feeders: Sequence[Fed]) -> None:
        epoch = self._ledger.begin()
        for way in self._ways:
            await way.say(Begun(epoch))
        for feeder in feeders:
            await feeder.barrier(epoch)
        while not self._ledger.is_complete:
            await self._change()
        for way in self._ways:
            await way.say(Done(epoch))
        for feeder in feeders:
            await feeder.commit_barrier()

    async def _attend(self, end: int) -> None:
        """Hears one of the other fragments, which counts as one end here, until all of its own have ended."""
        assert self._party is not None
        way = await self._party.way()
        match await way.hear():
            case Joined(is_committing):
                self._wanted = self._wanted or is_committing
            case word:
                raise _unexpected(word)
        self._ways.append(way)
        self._note()
        while True:
            match await way.hear():
                case Flushed(epoch) if epoch <= self._ledger.epoch:
                    self._ledger.flushed(end, epoch)
                    self._note()
                case Ended():
                    self._ledger.ended(end)
                    return self._note()
                case word:
                    raise _unexpected(word)

    def _note(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    async def _change(self) -> None:
        await self._changed.wait()


class ReportedCommits:
    """The same of a fragment that does not count: it reports what its ends have flushed, and does as it is told."""

    def __init__(self, ends: int, party: Party) -> None:
        """As `Commits`."""
        self._party = party
        self._ledger = EpochLedger(ends)
        self._changed = trio.Event()
        self._is_over = trio.Event()

    async def run(self, feeders: Sequence[Fed], *, is_committing: bool) -> None:
        """As `Commits.run`; but returns when all of the job has ended."""
        way = await self._party.way()
        await way.say(Joined(is_committing))
        await together(partial(self._report, way), partial(self._obey, way, feeders))

    async def finish(self) -> None:
        """As `Commits.finish`."""
        await self._is_over.wait()

    def flushed(self, end: int, control: Control) -> None:
        """As `Commits.flushed`."""
        if _count(self._ledger, end, control):
            self._changed.set()

    async def _report(self, way: Way) -> None:
        told = 0
        while not self._ledger.has_ended:
            await self._changed.wait()
            self._changed = trio.Event()
            if self._ledger.is_complete and self._ledger.epoch > told:
                told = self._ledger.epoch
                await way.say(Flushed(told))
        await way.say(Ended())

    async def _obey(self, way: Way, feeders: Sequence[Fed]) -> None:
        begun = 0
        while True:
            match await way.hear():
                case Begun(epoch) if epoch > begun:
                    begun = epoch
                    for feeder in feeders:
                        await feeder.barrier(epoch)
                case Done(epoch) if epoch == begun:
                    for feeder in feeders:
                        await feeder.commit_barrier()
                case Over():
                    return self._is_over.set()
                case word:
                    raise _unexpected(word)


def commits_of(ends: int, party: Party | None) -> Commits | ReportedCommits:
    """Of a fragment with so many sink writers; without a party it is the only one."""
    return Commits(ends, party) if party is None or party.counts else ReportedCommits(ends, party)


def _count(ledger: EpochLedger, end: int, control: Control) -> bool:
    """Whether it was worth counting."""
    match control:
        case Barrier(epoch):
            ledger.flushed(end, epoch)
        case EndOfInput() | Stop():
            ledger.ended(end)
        case _:
            return False
    return True


def _unexpected(word: Word) -> PeerRefused:
    return PeerRefused(f"another part of the job said {type(word).__name__} where that means nothing")
