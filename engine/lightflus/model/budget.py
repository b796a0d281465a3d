"""How much memory each guest of a job may have, so that all of them together stay within what the job may have.

What it owns: dividing it among the subtasks, and refusing a job that asks for more, or has more subtasks. Pure.
What it leaves: the numbers (`sandbox/limits.py`), holding a guest to its share (`wasm/store.py`).
"""

from __future__ import annotations

from lightflus.errors import JobInvalid, Problem
from lightflus.limits import JOB_SUBTASKS, MIB
from lightflus.model.operators import uses
from lightflus.model.plan import Plan
from lightflus.model.text import counted


def guest_memory(plan: Plan, *, most_bytes: int, job_bytes: int) -> int:
    """What each guest of the job may have: what the job asks for, else an equal share. Raises JobInvalid.

    Args:
        plan: of the whole job.
        most_bytes: what one guest may have, at most.
        job_bytes: what all guests of the job may have together.
    """
    guests = guests_of(plan)
    share = job_bytes // max(guests, 1)
    asked = min(plan.graph.limits.memory_mib * MIB, most_bytes)
    if asked * guests <= job_bytes:
        return asked or min(share, most_bytes)
    text = (
        f"the job asks for {asked // MIB:,} MiB of memory for each guest, and has {counted(guests, 'guest')}: "
        f"{asked * guests // MIB:,} MiB in all; a job may have {job_bytes // MIB:,} MiB"
    )
    hint = f"ask for {share // MIB} MiB at most, or for fewer subtasks: each whose task calls functions has a guest"
    raise JobInvalid(text, (Problem(text, hint=hint),), hint=hint)


def check_subtasks(plan: Plan) -> None:
    """Refuses a job of more subtasks than one may have. Raises JobInvalid."""
    found = len(plan.subtasks)
    if found > JOB_SUBTASKS:
        text = f"the job has {found:,} subtasks in {len(plan.tasks):,} tasks; {JOB_SUBTASKS:,} are allowed"
        hint = "ask for a lower parallelism, or for fewer sources and sinks"
        raise JobInvalid(text, (Problem(text, hint=hint),), hint=hint)


def guests_of(plan: Plan) -> int:
    """Subtasks that have a guest: those whose task calls functions."""
    tasks = (task for task in plan.tasks if any(any(uses(planned.operator)) for planned in task.operators))
    return sum(task.parallelism for task in tasks)
