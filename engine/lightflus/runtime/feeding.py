"""The source side of one run: a feeder per source subtask, and splits that are found while it runs.

What it owns: dealing splits to subtasks, so that a split stays with its subtask; asking growing sources again; stopping
and closing all feeders. On the event loop. What it leaves: one feeder's work (`feeder.py`), when to commit
(`commits.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import trio

from lightflus.limits import DISCOVERY_MS
from lightflus.model.graph import OperatorId
from lightflus.model.plan import Task
from lightflus.ports.compute import Compute
from lightflus.ports.sources import Source
from lightflus.runtime.assembly import Wiring
from lightflus.runtime.counters import Counters, OperatorHealth
from lightflus.runtime.feeder import Feeder
from lightflus.runtime.intake import BadRecordPolicy, Intake


@dataclass(slots=True)
class _Fed:
    """One source, its subtasks' feeders, and the splits that they have."""

    source: Source
    asking: Compute
    """The thread on which the source is asked for splits: nothing else blocks it."""
    feeders: list[Feeder] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)


class Feeding:
    """All sources of one run: `add` each, then `start` the feeders in a nursery."""

    def __init__(
        self,
        sources: Mapping[OperatorId, Source],
        policies: Mapping[OperatorId, BadRecordPolicy],
        wiring: Wiring,
        make_thread: Callable[[str], Compute],
    ) -> None:
        self._sources = sources
        self._policies = policies
        self._wiring = wiring
        self._make_thread = make_thread
        self._fed: list[_Fed] = []
        self._is_draining = False
        self.closing: list[tuple[Compute, Callable[[], None]]] = []
        """What gives each reader back, and the thread to do it on."""

    @property
    def feeders(self) -> Sequence[Feeder]:
        """All of them."""
        return [feeder for fed in self._fed for feeder in fed.feeders]

    @property
    def is_committing(self) -> bool:
        """Whether any source wants to know what is done."""
        return any(fed.source.is_committing for fed in self._fed)

    async def add(self, task: Task, counters: Sequence[Counters], healths: Sequence[OperatorHealth]) -> None:
        """Opens a source with a feeder per subtask of its task. Raises SourceFailed, BindingInvalid."""
        operator = task.head.operator.id
        name = task.head.name
        fed = _Fed(self._sources[operator], self._make_thread(f"{name}-splits"))
        self._fed.append(fed)
        fed.splits = list(await fed.asking.run(fed.source.splits))
        policy = self._policies.get(operator, BadRecordPolicy())
        for number in range(task.parallelism):
            thread = self._make_thread(f"{name}-{number}")
            feeder = Feeder(
                name,
                fed.source,
                fed.splits[number :: task.parallelism],
                inlet=self._wiring.mailbox(task, number).inlet(0),
                compute=thread,
                intake=Intake(name, policy, counters[number]),
                counters=counters[number],
                health=healths[number],
            )
            fed.feeders.append(feeder)
            self.closing.append((thread, feeder.close))
            await feeder.open()
        if self._is_draining:
            self.drain()

    def drain(self) -> None:
        """All sources end now; what was read flows on. Idempotent."""
        self._is_draining = True
        for feeder in self.feeders:
            feeder.drain()

    async def discover(self) -> None:
        """Asks growing sources for new splits every DISCOVERY_MS. Runs until cancelled. Raises SourceFailed."""
        growing = [fed for fed in self._fed if fed.source.is_growing]
        while growing:
            await trio.sleep(DISCOVERY_MS / 1_000)
            for fed in growing:
                await _deal_new(fed)

    async def commit_all(self) -> None:
        """Everything that was read is in the sinks."""
        for feeder in self.feeders:
            await feeder.commit_all()

    async def close(self) -> None:
        """Closes the sources; their readers are closed already."""
        for fed in self._fed:
            await fed.asking.run(fed.source.close)


async def _deal_new(fed: _Fed) -> None:
    known = set(fed.splits)
    for split in await fed.asking.run(fed.source.splits):
        if split not in known:
            feeder = fed.feeders[len(fed.splits) % len(fed.feeders)]
            fed.splits.append(split)
            await feeder.add([split])
