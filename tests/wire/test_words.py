"""Words about epochs over a real connection: they come as they went, from who belongs there alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trio

from lightflus.errors import PeerLost, PeerRefused
from lightflus.model.epochs import Begun, Done, Ended, Flushed, Joined, Over, Word
from lightflus.model.plan import SubtaskId, TaskId
from lightflus.wire import frames
from lightflus.wire.epochs import Counting, reporting, word, word_head
from lightflus.wire.frames import ELEMENTS, EPOCHS, Head, Hello, Kind, Refused
from lightflus.wire.listener import Listener, open_listener

HELLO = Hello("default", "word count", 4, "secret", "worker-1")
WORDS: list[Word] = [Joined(is_committing=True), Joined(is_committing=False), Begun(1), Flushed(1), Done(1)]
WORDS += [Ended(), Over()]


@asynccontextmanager
async def counting(most: int = 1, hello: Hello = HELLO) -> AsyncIterator[tuple[Listener, Counting]]:
    listener, party = await open_listener("127.0.0.1"), Counting(most)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.run)
        with listener.admitting(hello, {EPOCHS: party}):
            yield listener, party
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("said", WORDS)
def test_a_word_comes_back_as_it_went(said: Word) -> None:
    assert word(frames.head(word_head(said).to_bytes())) == said


def test_an_element_is_no_word() -> None:
    with pytest.raises(Refused, match="a frame of kind BARRIER where a word about epochs belongs"):
        word(Head(Kind.BARRIER, SubtaskId(TaskId(0), 0), 0, 1))


async def test_words_go_both_ways_and_who_hears_finds_out_that_the_other_is_gone() -> None:
    async with counting() as (listener, party):
        async with reporting(listener.address, HELLO) as other:
            up, down = await other.way(), await party.way()
            for said in WORDS:
                await up.say(said)
                await down.say(said)
            assert [await up.hear() for _ in WORDS] == WORDS
            assert [await down.hear() for _ in WORDS] == WORDS
        with pytest.raises(PeerLost, match="the runner of worker-1 is gone"):
            await down.hear()


async def test_who_reports_finds_out_that_the_one_that_counts_is_gone() -> None:
    async with counting() as (listener, party), reporting(listener.address, HELLO) as other:
        await party.way()
        party.close()
        with pytest.raises(PeerLost):
            await (await other.way()).hear()


async def test_one_too_many_is_not_taken() -> None:
    async with counting(1) as (listener, party), reporting(listener.address, HELLO):
        await party.way()
        with pytest.raises(PeerLost):
            await one_more(listener)


async def one_more(listener: Listener) -> None:
    async with reporting(listener.address, HELLO) as second:
        await (await second.way()).hear()


@pytest.mark.parametrize(
    ("hello", "why"),
    [
        (replace(HELLO, generation=3), "generation 3 of default/word count is over"),
        (replace(HELLO, token="guessed"), "the token is not that of default/word count"),
    ],
)
async def test_who_does_not_belong_to_this_life_of_the_job_is_refused(hello: Hello, why: str) -> None:
    async with counting() as (listener, _):
        with pytest.raises(PeerRefused, match=why):
            async with reporting(listener.address, hello):
                pass


async def test_elements_are_refused_where_only_epochs_are_counted() -> None:
    async with counting() as (listener, _):
        stream = await trio.open_tcp_stream("127.0.0.1", int(listener.address.split(":")[1]))
        await stream.send_all(frames.hello_bytes(replace(HELLO, carries=ELEMENTS)))
        assert b"no elements of default/word count are taken here" in await stream.receive_some(4_096)
        await stream.aclose()
