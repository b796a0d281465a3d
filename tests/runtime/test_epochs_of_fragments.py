"""Several fragments of a job agree on what is done: nothing before the ends of all have flushed it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio
import trio.testing
from parties import MemoryParty, MemoryWay, both_ends, parties

from lightflus.errors import PeerLost, PeerRefused
from lightflus.model.elements import Barrier, EndOfInput, Stop
from lightflus.model.epochs import Begun, Done, Ended, Flushed, Joined, Over, Word
from lightflus.runtime.commits import Commits, ReportedCommits, commits_of

TICK = 1.5
"""Longer than from one epoch to the next."""


@dataclass
class Source:
    """A feeder that only remembers."""

    barriers: list[int] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    has_news = True

    async def barrier(self, epoch: int) -> None:
        await trio.lowlevel.checkpoint()
        self.barriers.append(epoch)

    async def commit_barrier(self) -> None:
        await trio.lowlevel.checkpoint()
        self.committed.append(self.barriers[-1])


class Job:
    """Fragments with a source and an end each."""

    def __init__(self, fragments: int, *, committing: int = 0) -> None:
        """`committing` is the fragment whose source wants to know what is done."""
        self.committing = committing
        self.sources = [Source() for _ in range(fragments)]
        self.commits: list[Commits | ReportedCommits] = [commits_of(1, party) for party in parties(fragments)]

    async def run(self, number: int) -> None:
        await self.commits[number].run([self.sources[number]], is_committing=number == self.committing)

    @property
    def committed(self) -> list[list[int]]:
        return [source.committed for source in self.sources]


@asynccontextmanager
async def running(job: Job) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        for number in range(len(job.sources)):
            nursery.start_soon(job.run, number)
        await trio.sleep(TICK)
        yield
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("committing", [0, 1, 2])
async def test_an_epoch_is_done_everywhere_when_the_ends_of_all_fragments_have_flushed_it(
    autojump_clock: trio.testing.MockClock, committing: int
) -> None:
    job = Job(3, committing=committing)
    async with running(job):
        assert [source.barriers for source in job.sources] == [[1], [1], [1]]
        job.commits[0].flushed(0, Barrier(1))
        job.commits[1].flushed(0, Barrier(1))
        await trio.sleep(TICK)
        assert job.committed == [[], [], []]
        job.commits[2].flushed(0, Barrier(1))
        await trio.sleep(TICK)
        assert job.committed == [[1], [1], [1]]
        assert [source.barriers for source in job.sources] == [[1, 2], [1, 2], [1, 2]]


async def test_where_no_source_wants_to_know_no_barrier_is_sent(autojump_clock: trio.testing.MockClock) -> None:
    job = Job(2, committing=-1)
    async with running(job):
        await trio.sleep(10 * TICK)
        assert [source.barriers for source in job.sources] == [[], []]


async def test_a_fragment_whose_ends_have_ended_is_waited_for_no_more(autojump_clock: trio.testing.MockClock) -> None:
    job = Job(2)
    async with running(job):
        job.commits[1].flushed(0, EndOfInput())
        job.commits[0].flushed(0, Barrier(1))
        await trio.sleep(TICK)
        assert job.committed == [[1], [1]]


@pytest.mark.parametrize("last", [EndOfInput(), Stop()])
async def test_nobody_is_finished_before_the_ends_of_all_have_ended(
    autojump_clock: trio.testing.MockClock, last: EndOfInput | Stop
) -> None:
    job, finished = Job(2), list[int]()

    async def finish(number: int) -> None:
        await job.commits[number].finish()
        finished.append(number)

    async with running(job), trio.open_nursery() as nursery:
        for number in range(2):
            nursery.start_soon(finish, number)
        job.commits[0].flushed(0, last)
        await trio.sleep(TICK)
        assert finished == []
        job.commits[1].flushed(0, last)
    assert sorted(finished) == [0, 1]


def other(commits: Callable[[int, MemoryParty], Commits | ReportedCommits]) -> tuple[MemoryWay, Callable[[], object]]:
    """The other side of the way from a fragment, and the fragment's run."""
    theirs, ours = both_ends()
    made = commits(1, MemoryParty([ours], counts=commits is Commits))
    return theirs, lambda: made.run([Source()], is_committing=True)


@pytest.mark.parametrize(
    ("commits", "said"),
    [
        (Commits, [Flushed(1)]),
        (Commits, [Joined(is_committing=True), Over()]),
        (Commits, [Joined(is_committing=True), Flushed(7)]),
        (ReportedCommits, [Ended()]),
        (ReportedCommits, [Begun(1), Done(2)]),
        (ReportedCommits, [Begun(1), Done(1), Begun(1)]),
    ],
)
async def test_a_word_that_means_nothing_ends_the_job(
    autojump_clock: trio.testing.MockClock, commits: type[Commits] | type[ReportedCommits], said: list[Word]
) -> None:
    way, run = other(commits)
    for word in said:
        await way.say(word)
    with pytest.raises(PeerRefused, match=f"said {type(said[-1]).__name__} where that means nothing"):
        await run()  # type: ignore[misc] # awaitable


@pytest.mark.parametrize("commits", [Commits, ReportedCommits])
async def test_a_fragment_that_is_gone_ends_the_job(
    autojump_clock: trio.testing.MockClock, commits: type[Commits] | type[ReportedCommits]
) -> None:
    way, run = other(commits)
    way.there.close()
    with pytest.raises(PeerLost, match="gone"):
        await run()  # type: ignore[misc] # awaitable
