"""The table of what runs where."""

from __future__ import annotations

from lightflus.cli.placement import placement
from lightflus.client.api import Json


def on(worker: str, *subtasks: tuple[int, int]) -> Json:
    return {"worker": worker, "status": "running", "subtasks": [{"task": t, "number": n} for t, n in subtasks]}


def test_each_task_has_a_line_and_each_worker_a_column() -> None:
    text = placement([on("a", (0, 0), (1, 0)), on("b", (1, 1))], {0: "topic", 1: "reduce-1"})
    assert text.plain.splitlines() == [
        "TASK  OPERATORS  a (running)  b (running)",
        "0     topic      0",
        "1     reduce-1   0            1",
    ]


def test_many_subtasks_are_told_as_ranges() -> None:
    (_, row) = placement([on("a", *((0, n) for n in (3, 0, 1, 2, 7, 9, 10)))], {}).plain.splitlines()
    assert row.split() == ["0", "0-3", "7", "9-10"]
