"""The start of a run with checkpoints: sinks recover, and the parts that take checkpoints are put together.

What it owns: the order of that, once per fragment. On the event loop.
What it leaves: each part (`recovery.py`, `restoring.py`, `snapshots.py`, `checkpointing.py`), making subtasks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from lightflus.model.checkpoints import Manifest
from lightflus.model.collecting import Collecting
from lightflus.model.graph import BadRecords, OperatorId
from lightflus.model.kept import shape_of
from lightflus.model.letter_parts import LETTERS, letter_parts
from lightflus.model.plan import Plan, SubtaskId, Task
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import Compute
from lightflus.ports.health import Health
from lightflus.ports.kernel import Kernel
from lightflus.ports.letters import TransactionalLetters
from lightflus.ports.sinks import Committer, Sink, TransactionalSink
from lightflus.runtime.checkpointing import Checkpointing
from lightflus.runtime.lettering import Lettering
from lightflus.runtime.making import Keeping
from lightflus.runtime.recovery import Recovering, Recovery
from lightflus.runtime.restoring import Restoring
from lightflus.runtime.snapshots import Keeper


async def begun(
    how: CheckpointPlan,
    plan: Plan,
    *,
    sinks: Mapping[OperatorId, Sink],
    kernel: Kernel,
    letters: TransactionalLetters | None,
    actions: Mapping[OperatorId, BadRecords],
    thread: Compute,
    health: Callable[[SubtaskId, OperatorId], Health],
    wall: Callable[[], int],
) -> tuple[Checkpointing, Keeping]:
    """Recovers sinks, and makes what the run needs. `thread` is for all that blocks meanwhile.

    `letters` is where dead letters go, if they go there by epoch; `actions` are those of operators on what is bad.
    Raises SinkFailed, StoreFailed, CheckpointUnfit.
    """
    staging = {number: sink for number, sink in sinks.items() if isinstance(sink, TransactionalSink)}
    parts = () if letters is None else letter_parts(plan, actions)
    recovering = [_recovering(task, staging[task.last.operator.id], health) for task in _ends(plan, staging)]
    if letters is not None:
        recovering.append(Recovering(LETTERS, len(parts), letters.begin, letters.committer))
    recovered = await Recovery(how, recovering, thread).recovered()
    restoring = None if how.resumed is None else Restoring(how.checkpoints, how.resumed, plan, kernel)
    runs = {} if restoring is None else restoring.runs()
    collecting = Collecting(shape_of(plan, how.header, staging, len(parts)), recovered.last_epoch, runs)
    lettering = Lettering(how.checkpoints, how.header.generation, thread)
    is_first = not {one.name for one in recovering if one.parallelism} <= _shown_in(how.resumed)
    checkpointing = Checkpointing(how, collecting, thread, wall, lettering, is_first=is_first)
    if letters is not None:
        await lettering.open(letters, parts, recovered.committers, recovered.last_epoch, checkpointing.note_staged)
    keeper = Keeper(
        checkpoints=how.checkpoints,
        thread=thread,
        generation=how.header.generation,
        names=plan.names,
        acknowledged=checkpointing.acknowledged,
        ended=checkpointing.ended,
    )
    return checkpointing, Keeping(
        keeper=keeper,
        restoring=restoring,
        epoch=recovered.last_epoch,
        committers=recovered.committers,
        ends=checkpointing.ends,
        on_staged=checkpointing.note_staged,
        snapshots=checkpointing.snapshots,
        letters=lettering,
    )


def _shown_in(manifest: Manifest | None) -> set[str]:
    """The sinks of which it knows what they have shown."""
    return set() if manifest is None else {sink.name for sink in manifest.sinks if sink.outputs}


def _ends(plan: Plan, staging: Collection[OperatorId]) -> list[Task]:
    return [task for task in plan.tasks if task.last.operator.id in staging]


def _recovering(task: Task, sink: TransactionalSink, health: Callable[[SubtaskId, OperatorId], Health]) -> Recovering:
    def committer(number: int) -> Committer:
        return sink.committer(number, health(SubtaskId(task.id, number), task.last.operator.id))

    return Recovering(task.last.name, task.parallelism, sink.begin, committer)
