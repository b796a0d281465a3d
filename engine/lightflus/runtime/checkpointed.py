"""The start of a run with checkpoints: sinks recover, and the parts that take checkpoints are put together.

What it owns: the order of that, once per fragment. On the event loop.
What it leaves: each part (`recovery.py`, `restoring.py`, `snapshots.py`, `checkpointing.py`), making subtasks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lightflus.model.collecting import Collecting
from lightflus.model.graph import OperatorId
from lightflus.model.kept import shape_of
from lightflus.model.plan import Plan, SubtaskId
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import Compute
from lightflus.ports.health import Health
from lightflus.ports.kernel import Kernel
from lightflus.ports.sinks import Sink, TransactionalSink
from lightflus.runtime.checkpointing import Checkpointing
from lightflus.runtime.making import Keeping
from lightflus.runtime.recovery import Recovery
from lightflus.runtime.restoring import Restoring
from lightflus.runtime.snapshots import Keeper


async def begun(
    how: CheckpointPlan,
    plan: Plan,
    *,
    sinks: Mapping[OperatorId, Sink],
    kernel: Kernel,
    thread: Compute,
    health: Callable[[SubtaskId, OperatorId], Health],
    wall: Callable[[], int],
) -> tuple[Checkpointing, Keeping]:
    """Recovers sinks, and makes what the run needs. `thread` is for all that blocks meanwhile.

    Raises SinkFailed, StoreFailed, CheckpointUnfit.
    """
    staging = {number: sink for number, sink in sinks.items() if isinstance(sink, TransactionalSink)}
    recovered = await Recovery(how, plan, staging, thread, health).recovered()
    restoring = None if how.resumed is None else Restoring(how.checkpoints, how.resumed, plan, kernel)
    runs = {} if restoring is None else restoring.runs()
    collecting = Collecting(shape_of(plan, how.header, staging), recovered.last_epoch, runs)
    checkpointing = Checkpointing(how, collecting, thread, wall)
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
    )
