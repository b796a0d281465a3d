"""The parts of a job that put dead letters, as a checkpoint tells them apart: letters are one more sink in it.

What it owns: its name, and the numbers of its subtasks, the *parts*. Pure; a function of plan and policies, so that
every process of a job gives the same numbers.
What it leaves: what the policies are (`compose/opening.py`), letters (`runtime/lettering.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lightflus.model.graph import BadRecords, OperatorId, Source
from lightflus.model.operators import uses
from lightflus.model.plan import Plan, SubtaskId, Task

LETTERS = "dead\tletters"
"""What manifests and sinks call them: operators have printable names."""


@dataclass(frozen=True, slots=True)
class LetterPart:
    """The guests of a subtask; or, where it `is_feeder`, what reads its source."""

    subtask: SubtaskId
    is_feeder: bool


def letter_parts(plan: Plan, actions: Mapping[OperatorId, BadRecords]) -> tuple[LetterPart, ...]:
    """All parts that may put letters; the place of each is its number. `actions`: on bad and on poison records."""
    putting = frozenset(number for number, action in actions.items() if action is BadRecords.DEAD_LETTER)
    found: list[LetterPart] = []
    for subtask in plan.subtasks:
        task = plan.tasks[subtask.task]
        if _calls(task, putting):
            found.append(LetterPart(subtask, is_feeder=False))
        if isinstance(task.head.operator.kind, Source) and task.head.operator.id in putting:
            found.append(LetterPart(subtask, is_feeder=True))
    return tuple(found)


def _calls(task: Task, putting: frozenset[OperatorId]) -> bool:
    """Whether functions are called for those; what fails outside functions is the last operator's affair."""
    calling = {planned.operator.id for planned in task.operators if uses(planned.operator)}
    return bool(calling) and not putting.isdisjoint(calling | {task.last.operator.id})
