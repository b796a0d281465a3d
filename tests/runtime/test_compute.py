"""Slots: the shared contract, and what only a thread can do."""

from __future__ import annotations

import threading

import pytest
import trio

from lightflus.errors import ExternalError
from lightflus.runtime.compute import ThreadCompute
from lightflus.runtime.pool import ThreadPool
from lightflus.testing.compute import ComputeContract, InlineCompute


class TestThreadCompute(ComputeContract):
    make = ThreadCompute


class TestStrand(ComputeContract):
    make = ThreadPool()


class TestInlineCompute(ComputeContract):
    make = InlineCompute


async def test_the_work_runs_on_one_named_thread_of_its_own() -> None:
    compute = ThreadCompute("slot-7")
    first = await compute.run(threading.current_thread)
    second = await compute.run(threading.current_thread)
    assert first is second is not threading.main_thread()
    assert first.name == "slot-7"
    assert first.daemon
    compute.close()


async def test_cancellation_is_noticed_at_once_and_the_work_ends_on_its_thread() -> None:
    compute = ThreadCompute("slot")
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait()
        ended.set()

    with trio.CancelScope() as scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(compute.run, work)
            await trio.to_thread.run_sync(begun.wait)
            nursery.cancel_scope.cancel()
    assert not ended.is_set()
    assert not scope.cancelled_caught
    may_end.set()
    await compute.run(lambda: None)
    assert ended.is_set()
    compute.close()


async def test_the_thread_ends_after_close() -> None:
    compute = ThreadCompute("slot")
    thread = await compute.run(threading.current_thread)
    compute.close()
    compute.close()
    await trio.to_thread.run_sync(thread.join)
    assert not thread.is_alive()


def test_a_system_without_more_threads_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(ExternalError, match="no more threads for this process"):
        ThreadCompute("one too many")
