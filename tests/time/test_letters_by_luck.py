"""Records that are put aside are there once, however often their job is killed, and the job goes on without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

from lives import Lived, lived
from ordered_source import Splits
from test_lives_by_luck import events, every_row
from timed_jobs import EVENT, Event, Job, Row, cut, run

from lightflus.model.graph import BadRecords
from lightflus.model.timed import FixedWindow
from lightflus.testing.memory import Bad, Step, Value

POISON = frozenset({4, 17, 18, 55, 1_000, 1_033, 2_044, 2_059})
"""Ids on which functions fail: first and last ones of a split, neighbours, others."""


def unless_poisoned(row: dict[str, int]) -> Value:
    if row["id"] in POISON:
        raise ValueError(f"unlucky {row['id']}")
    return row


def mapped() -> Job:
    job = Job()
    job.sink("main", job.map(job.events(out_of_order=3), EVENT, unless_poisoned))
    return job


def unless_second(row: Row) -> Value:
    if row["start"] == 10:
        raise ValueError("the second window")
    return row


def windowed() -> Job:
    """It puts letters behind a shuffle."""
    job = Job()
    windows = job.window(job.keyed(job.events(out_of_order=3)), FixedWindow(10))
    job.sink("main", job.map(windows, job.builder.type_of(windows), unless_second))
    return job


def healthy(splits: Sequence[Sequence[Event]]) -> list[list[Event]]:
    return [[event for event in split if event.id not in POISON] for split in splits]


def with_bad_bytes(splits: Splits) -> Splits:
    """Behind each batch, bytes that nobody can decode."""
    found: dict[str, list[Step]] = {}
    for name, steps in splits.items():
        found[name] = [part for at, step in enumerate(steps) for part in (step, Bad(f"{name} {at}".encode()))]
    return found


def again(story: Lived, life: int) -> str:
    return "\n".join([f"make simulate SIMULATE='--lives 1 --first-life {life} -k letters'", *story.log])


def test_each_record_on_which_a_function_fails_is_in_the_letters_once(life: int) -> None:
    clean = run(mapped(), cut(healthy(events(life)), 3), seed=0, record=EVENT)
    story = lived(mapped(), cut(events(life), 3), seed=life)
    told = Counter(cast("dict[str, int]", letter["record"])["id"] for letter in story.put_aside())
    assert told == Counter(POISON), again(story, life)
    assert every_row(story.rows("main")) == every_row(clean.sinks["main"]), again(story, life)


def test_so_is_each_result_of_a_window_on_which_one_fails(life: int) -> None:
    clean = run(windowed(), cut(events(life), 3), seed=0, record=EVENT, poison=BadRecords.DROP)
    story = lived(windowed(), cut(events(life), 3), seed=life)
    told = Counter(cast("dict[str, str]", letter["record"])["key"] for letter in story.put_aside())
    assert told == Counter("abcde"), again(story, life)
    assert every_row(story.rows("main")) == every_row(clean.sinks["main"]), again(story, life)


def test_so_are_bytes_that_cannot_be_decoded(life: int) -> None:
    splits = cut(events(life), 3)
    clean = run(mapped(), cut(healthy(events(life)), 3), seed=0, record=EVENT)
    story = lived(mapped(), with_bad_bytes(splits), seed=life)
    told = Counter(letter["text"] for letter in story.put_aside() if "text" in letter)
    assert told == Counter(f"{name} {at}" for name, steps in splits.items() for at in range(len(steps)))
    assert every_row(story.rows("main")) == every_row(clean.sinks["main"]), again(story, life)
