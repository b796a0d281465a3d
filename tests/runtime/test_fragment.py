"""A run as a whole: failures, draining, cancelling, back-pressure, shapes of graphs."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import trio
import trio.testing
from jobs import WORD_COUNT, Prepared, Splits, add, as_text, prepare, split

from lightflus.errors import InternalError, RecordInvalid, SinkFailed, SourceFailed
from lightflus.model.extract import Emit
from lightflus.model.graph import SinkField
from lightflus.ports.health import Health
from lightflus.runtime.fragment import JobResult
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count
from lightflus.testing.guests import ENDLESS
from lightflus.testing.memory import Abort, MemorySink, MemoryWriter, Value, Wait

VALUE = (SinkField("value", field(), UTF8),)


def no_space() -> None:
    raise SinkFailed("no space left")


@pytest.mark.parametrize("error", [SourceFailed("disk gone"), RecordInvalid("bad line", where="book.txt:2")])
async def test_a_source_that_fails_ends_the_job_with_its_error(
    autojump_clock: trio.testing.MockClock, error: Exception
) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a"], Abort(error)]}, parallelism=2)
    with pytest.raises(type(error)) as caught:
        await job.result()
    assert caught.value is error
    assert job.sink.is_closed
    assert job.source.closed == ["a"]


async def test_an_error_without_a_place_gets_the_name_of_its_operator(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [Abort(SourceFailed("disk gone"))]})
    with pytest.raises(SourceFailed) as caught:
        await job.result()
    assert caught.value.where == "topic"


async def test_a_sink_that_fails_ends_the_job_with_its_error(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a"]]}, sink=MemorySink(on_write=no_space))
    with pytest.raises(SinkFailed, match="no space left"):
        await job.result()
    assert job.sink.writers == 0


async def test_our_own_bug_is_an_internal_error_with_its_cause(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [Abort(ZeroDivisionError("oops"))]})
    with pytest.raises(InternalError, match="ZeroDivisionError: oops") as caught:
        await job.result()
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


async def told_while_it_waits(job: Prepared, waiting: threading.Event, tell: Callable[[], None]) -> JobResult:
    """The result of a job that is told to end when its source waits."""
    results = []

    async def run() -> None:
        results.append(await job.result())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await trio.to_thread.run_sync(waiting.wait)
        tell()
        tell()
    return results[0]


@pytest.mark.parametrize("is_draining", [False, True])
@pytest.mark.parametrize("emit", list(Emit))
async def test_a_stop_loses_nothing_that_was_read_and_fires_nothing_that_waits_for_the_end(
    emit: Emit, is_draining: bool
) -> None:
    waiting, never = threading.Event(), threading.Event()

    def block() -> None:
        waiting.set()
        never.wait()

    job = prepare(word_count(emit=emit), WORD_COUNT, {"stdin": [["a b a"], Wait(block)]}, is_threaded=True)
    result = await told_while_it_waits(job, waiting, job.run.drain if is_draining else job.run.stop)
    never.set()
    is_open = emit is Emit.FINAL and not is_draining
    assert result.is_stopped
    assert job.counts() == ({} if is_open else {"a": "2", "b": "1"})
    assert sum(one.open for one in result.operators) == (2 if is_open else 0)


async def test_a_stop_before_the_start_reads_nothing(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["a"]]})
    job.run.stop()
    assert (await job.result()).is_stopped
    assert job.source.reads == 0


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_a_guest_that_never_ends_is_cancelled_within_a_second(position: int) -> None:
    begun = threading.Event()

    def endless(*arguments: Value) -> Value:
        begun.set()
        return ENDLESS(*arguments)

    functions = [*WORD_COUNT]
    functions[position] = endless
    job = prepare(word_count(), functions, {"a": [["a a"]]}, is_threaded=True)
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(job.result)
            await trio.to_thread.run_sync(begun.wait)
            cancelled_at = trio.current_time()
            nursery.cancel_scope.cancel()
        assert trio.current_time() - cancelled_at < 1
    assert all(guest.is_closed for guest in job.guests.made)
    assert job.sink.is_closed


async def test_a_source_that_blocks_for_ever_is_left_behind_within_a_second() -> None:
    waiting, never = threading.Event(), threading.Event()

    def block() -> None:
        waiting.set()
        never.wait()

    job = prepare(word_count(), WORD_COUNT, {"stdin": [Wait(block)]}, is_threaded=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.result)
        await trio.to_thread.run_sync(waiting.wait)
        cancelled_at = trio.current_time()
        nursery.cancel_scope.cancel()
    assert trio.current_time() - cancelled_at < 1
    never.set()


async def test_a_slow_sink_slows_the_source_and_what_waits_is_bounded() -> None:
    writing, may_write = threading.Event(), threading.Event()

    def slow() -> None:
        writing.set()
        may_write.wait()

    builder = GraphBuilder()
    builder.sink(builder.map(builder.source(UTF8, parallelism=1), UTF8, parallelism=1), VALUE, parallelism=1)
    sink = MemorySink(on_write=slow)
    job = prepare(builder.build(), (str.upper,), {"a": [["x"]] * 100}, sink=sink, is_threaded=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.result)
        await trio.to_thread.run_sync(writing.wait)
        await trio.testing.wait_all_tasks_blocked(0.02)
        assert job.source.reads <= 4
        may_write.set()
    assert len(job.sink.flushed) == 100


async def test_the_first_of_several_failures_is_raised_alone(autojump_clock: trio.testing.MockClock) -> None:
    splits = {name: [Abort(SourceFailed(name))] for name in ("a", "b", "c")}
    with pytest.raises(SourceFailed):
        await prepare(word_count(), WORD_COUNT, splits, parallelism=3).result()


async def test_two_sinks_on_one_stream_both_get_everything(autojump_clock: trio.testing.MockClock) -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    builder.sink(source, VALUE, name="plain")
    builder.sink(builder.map(source, UTF8), VALUE, name="loud")
    job = prepare(builder.build(), (str.upper,), {"a": [["x", "y"]]})
    await job.result()
    assert sorted(str(row["value"]) for row in job.sink.flushed) == ["X", "Y", "x", "y"]


async def test_order_within_a_split_is_kept_when_parallelism_changes(autojump_clock: trio.testing.MockClock) -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8, parallelism=3)
    builder.sink(builder.filter(source, parallelism=2), VALUE, parallelism=1)
    lines = {name: [[f"{name}{n}" for n in range(k, k + 3)] for k in range(0, 9, 3)] for name in "abc"}
    job = prepare(builder.build(), (lambda _: True,), lines)
    await job.result()
    for name in "abc":
        mine = [row["value"] for row in job.sink.flushed if str(row["value"]).startswith(name)]
        assert mine == [f"{name}{n}" for n in range(9)]


async def test_a_filter_that_drops_everything_sends_nothing(autojump_clock: trio.testing.MockClock) -> None:
    builder = GraphBuilder()
    builder.sink(builder.filter(builder.source(UTF8)), VALUE)
    job = prepare(builder.build(), (lambda _: False,), {"a": [["x", "y"]]})
    result = await job.result()
    assert job.sink.flushed == []
    assert [(o.rows_in, o.rows_out) for o in result.operators] == [(2, 2), (2, 0), (0, 0)]


async def test_a_key_by_without_a_keyed_operator_only_deals_by_key(autojump_clock: trio.testing.MockClock) -> None:
    builder = GraphBuilder()
    keyed = builder.key_by(builder.source(UTF8), field(), UTF8)
    builder.sink(builder.map(keyed, UTF8), VALUE)
    job = prepare(builder.build(), (str.upper,), {"a": [["x", "y", "x"]]}, parallelism=2)
    await job.result()
    assert sorted(str(row["value"]) for row in job.sink.flushed) == ["X", "X", "Y"]


async def test_progress_can_be_read_while_it_runs() -> None:
    waiting, may_go = threading.Event(), threading.Event()

    def block() -> None:
        waiting.set()
        may_go.wait()

    splits: Splits = {"a": [["a b"], Wait(block)]}
    job = prepare(word_count(), (split, add, as_text), splits, is_threaded=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(job.result)
        await trio.to_thread.run_sync(waiting.wait)
        await trio.testing.wait_all_tasks_blocked(0.02)
        progress = {operator.name: operator for operator in job.run.progress()}
        assert (progress["topic"].rows_out, progress["reduce-1"].rows_in) == (1, 2)
        assert progress["redis"].rows_out == 2
        may_go.set()


async def test_a_writer_that_cannot_be_opened_fails_the_job_before_anything_is_read(
    autojump_clock: trio.testing.MockClock,
) -> None:
    class Refusing(MemorySink):
        def writer(self, subtask: int, health: Health) -> MemoryWriter:
            if subtask == 1:
                raise SinkFailed("too many connections")
            return super().writer(subtask, health)

    job = prepare(word_count(), WORD_COUNT, {"a": [["a"]]}, sink=Refusing(), parallelism=2)
    with pytest.raises(SinkFailed, match="too many connections"):
        await job.result()
    assert job.source.reads == 0
    assert job.sink.writers == 0
    assert job.sink.is_closed


async def test_no_thread_of_ours_is_left_after_a_run() -> None:
    before = set(threading.enumerate())
    job = prepare(word_count(), WORD_COUNT, {"a": [["a"]], "b": [["b"]]}, parallelism=2, is_threaded=True)
    await job.result()
    ours = [t for t in threading.enumerate() if t not in before and "Trio" not in t.name]
    for thread in ours:
        await trio.to_thread.run_sync(thread.join)
    assert not [thread for thread in ours if thread.is_alive()]
