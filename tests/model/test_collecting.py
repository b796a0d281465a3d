"""The books of a run with checkpoints: what an epoch waits for, and that a failed one loses nothing."""

from __future__ import annotations

from lightflus.model.checkpoints import (
    Manifest,
    ObjectRef,
    OperatorState,
    RunRef,
    SourceState,
    StagedOutput,
)
from lightflus.model.collecting import Ack, Collecting, Part, Shape, is_worn
from lightflus.model.plan import SubtaskId, TaskId

COUNT, OUT = TaskId(0), TaskId(1)
COUNTING = [SubtaskId(COUNT, 0), SubtaskId(COUNT, 1)]
WRITING = SubtaskId(OUT, 0)
HEADER = Manifest("default", "job", "life", 3, 0, "me", "digest", 0, False, 128, (), (), ())
SHAPE = Shape(
    header=HEADER,
    participants=(*COUNTING, WRITING),
    operators=(OperatorState("count", True, "reduce", "{}", None, None, 2, ()),),
    keepers={0: ("count",), 1: ()},
    sinks={"out": 1},
    ends={1: "out"},
)


def run(name: str) -> RunRef:
    return RunRef(ObjectRef(name, 10, "c"), 1)


def part(name: str | None, *, is_whole: bool = False) -> Part:
    return Part(None if name is None else run(name), is_whole, b"", {})


def output(epoch: int) -> StagedOutput:
    return StagedOutput(epoch, 0, b"rows")


def runs_of(manifest: Manifest, subtask: int = 0) -> list[str]:
    (operator,) = manifest.operators
    return [one.object.name for one in operator.subtasks[subtask].runs]


def collecting() -> Collecting:
    return Collecting(SHAPE, 0, {})


def hand_over(books: Collecting, epoch: int, *names: str | None) -> None:
    for subtask, name in zip(COUNTING, names, strict=True):
        books.acknowledged(Ack(subtask, epoch, {"count": part(name)}))
    books.acknowledged(Ack(WRITING, epoch, {}, output(epoch)))


def test_an_epoch_is_complete_when_every_subtask_has_handed_over() -> None:
    books = collecting()
    epoch = books.begin()
    books.acknowledged(Ack(COUNTING[0], epoch, {"count": part("a")}))
    assert not books.is_complete
    books.acknowledged(Ack(COUNTING[1], epoch, {"count": part("b")}))
    books.acknowledged(Ack(WRITING, epoch, {}, output(epoch)))
    assert books.is_complete


def test_a_manifest_has_all_runs_of_a_subtask_the_oldest_first() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    hand_over(books, books.begin(), None, "b2")
    manifest = books.manifest(2, [SourceState("topic", ("0",), {"0": "7"})], 99)
    assert (runs_of(manifest), runs_of(manifest, 1)) == (["a1"], ["b1", "b2"])
    assert (manifest.epoch, manifest.created_ms, manifest.sources[0].positions) == (2, 99, {"0": "7"})


def test_a_run_that_holds_everything_stands_for_those_before_it() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    books.acknowledged(Ack(COUNTING[0], books.begin(), {"count": part("a2", is_whole=True)}))
    assert runs_of(books.manifest(2, [], 0)) == ["a2"]


def test_an_epoch_that_failed_leaves_its_runs_and_its_output_to_the_next_one() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    hand_over(books, books.begin(), "a2", "b2")
    manifest = books.manifest(2, [], 0)
    assert runs_of(manifest) == ["a1", "a2"]
    assert [one.epoch for one in manifest.sinks[0].outputs] == [1, 2]


def test_of_output_that_is_visible_the_last_stays_until_the_next_is_there() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    books.committed("out", [output(1)])
    assert [one.epoch for one in books.manifest(1, [], 0).sinks[0].outputs] == [1]
    hand_over(books, books.begin(), "a2", "b2")
    assert [one.epoch for one in books.manifest(2, [], 0).sinks[0].outputs] == [2]
    assert [one.epoch for one in books.outputs["out"]] == [2]


def test_a_subtask_whose_input_has_ended_keeps_nothing_and_its_last_output_waits_for_a_manifest() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    books.ended(COUNTING[0], None)
    books.ended(WRITING, output(2))
    books.acknowledged(Ack(COUNTING[1], books.begin(), {"count": part("b2")}))
    assert books.is_complete
    manifest = books.manifest(2, [], 0)
    assert (runs_of(manifest), runs_of(manifest, 1)) == ([], ["b1", "b2"])
    assert [one.epoch for one in manifest.sinks[0].outputs] == [1, 2]


def test_what_ends_behind_the_barrier_of_an_epoch_belongs_to_the_next_one() -> None:
    books = collecting()
    epoch = books.begin()
    books.acknowledged(Ack(COUNTING[0], epoch, {"count": part("a1")}))
    books.acknowledged(Ack(WRITING, epoch, {}, output(1)))
    books.ended(WRITING, output(2))
    books.ended(COUNTING[0], None)
    books.acknowledged(Ack(COUNTING[1], epoch, {"count": part("b1")}))
    manifest = books.manifest(epoch, [], 0)
    assert (runs_of(manifest), [one.epoch for one in manifest.sinks[0].outputs]) == (["a1"], [1])
    manifest = books.manifest(books.begin(), [], 0)
    assert (runs_of(manifest), [one.epoch for one in manifest.sinks[0].outputs]) == ([], [1, 2])


def test_the_end_of_a_job_keeps_output_and_no_state() -> None:
    books = collecting()
    hand_over(books, books.begin(), "a1", "b1")
    manifest = books.manifest(1, [], 0, is_end=True)
    assert (manifest.is_end, manifest.operators, len(manifest.sinks[0].outputs)) == (True, (), 1)


def test_what_a_run_was_restored_from_is_still_needed() -> None:
    books = Collecting(SHAPE, 7, {("count", 0): (run("old"),)})
    hand_over(books, books.begin(), "a8", None)
    assert runs_of(books.manifest(8, [], 0)) == ["old", "a8"]


def test_state_is_written_anew_when_its_changes_are_more_than_it_is() -> None:
    def sized(*sizes: int) -> list[RunRef]:
        return [RunRef(ObjectRef(f"r{size}", size, "c"), 1) for size in sizes]

    assert not is_worn([])
    assert not is_worn(sized(100, *[200] * 7))
    assert not is_worn(sized(1_000, *[100] * 10))
    assert is_worn(sized(1_000, *[101] * 10))
    assert is_worn(sized(1_000_000, *[1] * 128))


def test_a_subtask_is_worn_where_one_of_its_operators_is() -> None:
    books = collecting()
    for number in range(10):
        hand_over(books, books.begin(), f"a{number}", None)
    assert books.worn == [COUNTING[0]]
