"""What sources may call done, splits that come later, and bad records on their way through a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest
import trio
from jobs import WORD_COUNT, prepare

from lightflus.errors import RecordInvalid, SinkFailed, SourceFailed
from lightflus.model.graph import BadRecords
from lightflus.runtime import commits, feeding
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.testing.graphs import word_count
from lightflus.testing.memory import Bad, MemoryLetters, MemorySink, Step, Wait

SHORT = 0.05
LOOKS = 600


def idle_until(is_so: Callable[[], object]) -> Sequence[Step]:
    """Reads without rows until something is so, or for half a minute."""
    look: Sequence[Step] = (Wait(lambda: None if is_so() else time.sleep(SHORT)), [])
    return [*look] * LOOKS


async def test_at_the_end_everything_is_committed(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["x"], ["y"]], "b": [["z"]]}, is_committing=True)
    await job.result()
    assert job.source.committed == {"a": "2", "b": "1"}


async def test_a_source_that_keeps_no_positions_is_told_nothing(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["x"]]})
    await job.result()
    assert job.source.committed == {}


async def test_nothing_is_committed_that_the_sink_did_not_take(autojump_clock: trio.testing.MockClock) -> None:
    def refuse() -> None:
        raise SinkFailed("no space left")

    job = prepare(word_count(), WORD_COUNT, {"a": [["x"]]}, sink=MemorySink(on_write=refuse), is_committing=True)
    with pytest.raises(SinkFailed):
        await job.result()
    assert job.source.committed == {}


@pytest.mark.parametrize("parallelism", [1, 2])
async def test_while_it_runs_what_was_flushed_is_committed_even_where_one_split_has_ended(
    parallelism: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "COMMIT_MS", 50)
    idle = idle_until(lambda: "a" in job.source.committed)
    seen: list[dict[str, str]] = []
    last = Wait(lambda: seen.append(dict(job.source.committed)))
    splits: dict[str, Sequence[Step]] = {"a": [["x"], *idle, last, ["end"]], "b": [["z"]]}
    job = prepare(word_count(), WORD_COUNT, splits, is_committing=True, is_threaded=True, parallelism=parallelism)
    await job.result()
    assert int(seen[0]["a"]) >= 1
    assert seen[0]["a"] != job.source.committed["a"]


async def test_a_split_that_is_found_while_it_runs_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "DISCOVERY_MS", 50)
    splits: dict[str, Sequence[Step]] = {}
    looks: list[Sequence[str]] = []

    def look() -> Sequence[str]:
        looks.append(tuple(splits))
        return looks[-1]

    def grow() -> None:
        splits["b"] = [["late"]]
        monkeypatch.setattr(job.source, "splits", look)

    splits["a"] = [["x"], Wait(grow), *idle_until(lambda: len(looks) > 1)]
    job = prepare(word_count(), WORD_COUNT, splits, is_growing=True, is_threaded=True)
    await job.result()
    assert job.counts() == {"x": "1", "late": "1"}


async def test_a_source_that_cannot_say_its_splits_any_more_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "DISCOVERY_MS", 50)

    def gone() -> Sequence[str]:
        raise SourceFailed("the topic is gone")

    def vanish() -> None:
        monkeypatch.setattr(job.source, "splits", gone)

    splits: dict[str, Sequence[Step]] = {"a": [["x"], Wait(vanish), *idle_until(lambda: False)]}
    job = prepare(word_count(), WORD_COUNT, splits, is_growing=True, is_threaded=True)
    with pytest.raises(SourceFailed, match="the topic is gone"):
        await job.result()


async def test_a_bad_record_is_put_aside_and_its_neighbours_are_counted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    letters = MemoryLetters()
    policy = BadRecordPolicy(BadRecords.DEAD_LETTER, letters)
    job = prepare(word_count(), WORD_COUNT, {"a": [["x"], Bad(b"\xff"), ["x"]]}, policy=policy)
    result = await job.result()
    assert job.counts() == {"x": "2"}
    assert [letter.raw for letter in letters.kept] == [b"\xff"]
    assert [one.rejected for one in result.operators if one.name == "topic"] == [1]


async def test_without_a_policy_a_bad_record_ends_the_job(autojump_clock: trio.testing.MockClock) -> None:
    job = prepare(word_count(), WORD_COUNT, {"a": [["x"], Bad(b"\xff"), ["x"]]})
    with pytest.raises(RecordInvalid, match="it is bad") as caught:
        await job.result()
    assert caught.value.where == "a:2"
