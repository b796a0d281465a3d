"""The source side of one fragment: a feeder per source subtask, and splits that are found while it runs.

What it owns: dealing splits to subtasks, so that a split stays with its subtask; asking growing sources again, unless
somebody lists splits for all fragments of the job; ending and closing all feeders. On the event loop.
What it leaves: one feeder's work (`feeder.py`), when to commit (`commits.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import trio

from lightflus.limits import DISCOVERY_MS
from lightflus.model.checkpoints import SourceState
from lightflus.model.elements import EndOfInput, Stop
from lightflus.model.graph import OperatorId
from lightflus.model.plan import Plan, Task
from lightflus.model.times import max_drift, timestamps_behind
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.compute import Compute
from lightflus.ports.network import Sender
from lightflus.ports.sources import Source
from lightflus.runtime.clocks import SplitClocks
from lightflus.runtime.counters import Counters, OperatorHealth
from lightflus.runtime.feeder import Feeder
from lightflus.runtime.intake import BadRecordPolicy, Intake
from lightflus.runtime.lettering import PartLetters, putting_into
from lightflus.runtime.timing import Timing

_SPLITS = 1 << 32
"""More than a source has."""


@dataclass(frozen=True, slots=True)
class FedSubtask:
    """A subtask of a source: what its feeder needs of it."""

    number: int
    sender: Sender
    counters: Counters
    health: OperatorHealth
    letters: PartLetters | None = None
    """Where it puts what is bad, where that is done by epoch."""


@dataclass(slots=True)
class _Fed:
    """One source, its subtasks' feeders by number, and the splits that all subtasks have."""

    operator: OperatorId
    source: Source
    asking: Compute
    """The thread on which the source is asked for splits: nothing else blocks it."""
    parallelism: int
    first_number: int
    """Of its splits."""
    feeders: dict[int, Feeder] = field(default_factory=dict)
    splits: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Of each split, the same in every run, and no other source's."""

    def know(self, splits: Sequence[str]) -> None:
        """These are there, too."""
        self.splits += splits
        self.numbers |= {split: number for number, split in enumerate(self.splits, self.first_number)}


class Feeding:
    """All sources of one fragment: `add` each, then `start` the feeders in a nursery."""

    def __init__(
        self,
        plan: Plan,
        sources: Mapping[OperatorId, Source],
        policies: Mapping[OperatorId, BadRecordPolicy],
        make_thread: Callable[[str], Compute],
        *,
        clocks: Mapping[OperatorId, SplitClocks],
        listed: Mapping[OperatorId, Sequence[str]] | None = None,
        checkpoints: CheckpointPlan | None = None,
    ) -> None:
        """`clocks` say how far each source has come, where its records get an event time.

        `listed` are the splits of each source, where they are listed once for all fragments. With `checkpoints`
        sources go on where an earlier run was, and a stop waits for `let_end`.
        """
        self._plan = plan
        self.sources = sources
        """All of them, by operator."""
        self._policies = policies
        self._make_thread = make_thread
        self._clocks = clocks
        self._listed = listed
        resumed = None if checkpoints is None else checkpoints.resumed
        self._resumed = {} if resumed is None else {source.name: source for source in resumed.sources}
        self._keeps_positions = checkpoints is not None
        self._fed: list[_Fed] = []
        self._last: EndOfInput | Stop | None = None
        self.closing: list[tuple[Compute, Callable[[], None]]] = []
        """What gives each reader back, and the thread to do it on."""

    @property
    def feeders(self) -> Sequence[Feeder]:
        """All of them."""
        return [feeder for fed in self._fed for feeder in fed.feeders.values()]

    @property
    def is_committing(self) -> bool:
        """Whether any source wants to know what is done."""
        return any(fed.source.is_committing for fed in self._fed)

    async def add(self, task: Task, fed: Sequence[FedSubtask]) -> None:
        """Opens a source with a feeder for each of these subtasks of its task. Raises SourceFailed, BindingInvalid."""
        operator = task.head.operator.id
        name = task.head.name
        asking = self._make_thread(f"{name}-splits")
        one = _Fed(operator, self.sources[operator], asking, task.parallelism, operator * _SPLITS)
        self._fed.append(one)
        before = self._resumed.get(name)
        one.know(await self._splits(one) if before is None else before.splits)
        for subtask in fed:
            policy = putting_into(subtask.letters, self._policies).get(operator, BadRecordPolicy())
            thread = self._make_thread(f"{name}-{subtask.number}")
            feeder = Feeder(
                name,
                one.source,
                one.splits[subtask.number :: task.parallelism],
                sender=subtask.sender,
                compute=thread,
                intake=Intake(name, policy, subtask.counters),
                counters=subtask.counters,
                health=subtask.health,
                timing=self._timing(operator, one),
                positions={} if before is None else before.positions,
                letters=subtask.letters,
            )
            one.feeders[subtask.number] = feeder
            self.closing.append((thread, feeder.close))
            if subtask.letters is not None:
                self.closing.append((thread, subtask.letters.close))
            await feeder.open()
        if self._last is not None:
            self.end(self._last)

    async def _splits(self, one: _Fed) -> Sequence[str]:
        return await one.asking.run(one.source.splits) if self._listed is None else self._listed[one.operator]

    def _timing(self, operator: OperatorId, one: _Fed) -> Timing | None:
        graph = self._plan.graph
        timestamps = timestamps_behind(graph, graph.operator(operator))
        drift = max_drift(timestamps) if timestamps else None
        return None if drift is None else Timing(one.numbers, self._clocks[operator], drift)

    def end(self, last: EndOfInput | Stop) -> None:
        """All sources end now, with this element; what was read flows on. The first call counts."""
        self._last = self._last or last
        for feeder in self.feeders:
            feeder.end(self._last, waits=self._keeps_positions)

    async def rest(self) -> None:
        """Returns when feeders that were told to end hand nothing on any more."""
        for feeder in self.feeders:
            await feeder.rest()

    def let_end(self) -> None:
        """Feeders that were told to stop may do so: no barrier comes any more."""
        for feeder in self.feeders:
            feeder.let_end()

    def hold(self) -> None:
        """Nothing is read until `go_on`."""
        for feeder in self.feeders:
            feeder.hold()

    def go_on(self) -> None:
        """Reading goes on."""
        for feeder in self.feeders:
            feeder.go_on()

    async def barrier(self, epoch: int) -> None:
        """Sends a barrier into every source subtask, and notes how far each is."""
        for feeder in self.feeders:
            await feeder.barrier(epoch)

    def note_positions(self) -> None:
        """Notes how far each is, without a barrier."""
        for feeder in self.feeders:
            feeder.note()

    async def commit_barrier(self) -> None:
        """All before the last barrier is in the sinks."""
        for feeder in self.feeders:
            await feeder.commit_barrier()

    def states(self) -> list[SourceState]:
        """How far each source was read, up to what was noted last."""
        return [
            SourceState(
                self._plan.names[fed.operator],
                tuple(fed.splits),
                {split: at for feeder in fed.feeders.values() for split, at in feeder.noted.items()},
            )
            for fed in self._fed
        ]

    async def discover(self) -> None:
        """Asks growing sources for new splits every DISCOVERY_MS. Runs until cancelled. Raises SourceFailed."""
        growing = [fed for fed in self._fed if fed.source.is_growing and self._listed is None]
        for fed in growing:  # what came since the run that this one goes on from
            if self._resumed:
                await _deal_new(fed, await fed.asking.run(fed.source.splits))
        while growing:
            await trio.sleep(DISCOVERY_MS / 1_000)
            for fed in growing:
                await _deal_new(fed, await fed.asking.run(fed.source.splits))

    async def deal(self, operator: OperatorId, splits: Sequence[str]) -> None:
        """These are all splits of a source now, in the order in which they were found. Raises SourceFailed."""
        for fed in self._fed:
            if fed.operator == operator:
                await _deal_new(fed, splits)

    async def commit_all(self) -> None:
        """Everything that was read is in the sinks."""
        for feeder in self.feeders:
            await feeder.commit_all()

    async def close(self) -> None:
        """Closes the sources; their readers are closed already."""
        for fed in self._fed:
            await fed.asking.run(fed.source.close)


async def _deal_new(fed: _Fed, splits: Sequence[str]) -> None:
    """New splits go round among all subtasks of the source, wherever they run; each fragment takes its own."""
    known = set(fed.splits)
    for split in splits:
        if split not in known:
            feeder = fed.feeders.get(len(fed.splits) % fed.parallelism)
            fed.know([split])
            if feeder is not None:
                await feeder.add([split])
