"""One fragment of a job in a runner: from its wish to its end, and what is reported of it meanwhile.

What it owns: its status, when what is done once for all fragments is done here, waiting for its peers, ending as it is
wished. On the event loop; what blocks, on threads.
What it leaves: which fragments ought to run (`runner.py`), loading (`loaded.py`), the run itself (`joined.py`).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import TypeVar, TypeVarTuple

import trio

from lightflus.compose.places import place_function
from lightflus.compose.running import composed
from lightflus.errors import InternalError, LightflusError
from lightflus.limits import DISCOVERY_MS
from lightflus.model.graph import OperatorId
from lightflus.model.plan import Plan, SubtaskId, TaskId
from lightflus.ports.epochs import Party
from lightflus.ports.sources import Source
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.runtime.fragment import Fragment
from lightflus.wire.arrivals import Arrivals
from lightflus.wire.data import DataNetwork
from lightflus.wire.epochs import Counting, reporting
from lightflus.wire.failures import to_failure
from lightflus.wire.frames import ELEMENTS, EPOCHS, Hello
from lightflus.wire.listener import Served
from lightflus.worker.house import House
from lightflus.worker.joined import run_joined
from lightflus.worker.lease import LeasedSink
from lightflus.worker.loaded import Loaded, load
from lightflus.worker.reports import operator_metrics, subtask_metrics
from lightflus.worker.saying import Voice

_log = logging.getLogger("lightflus.worker")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Part:
    """`run` it once; `heed` what is wished of it later; `report` at any time."""

    def __init__(self, wish: pb.FragmentWish, house: House) -> None:
        self._wish = wish
        self._house = house
        self._voice = Voice(wish, house.outbox)
        self._heard = trio.Event()
        self._status: pb.FragmentStatus.ValueType = pb.FRAGMENT_STATUS_STARTING
        self._failure: LightflusError | None = None
        self._fragment: Fragment | None = None
        self._splits: dict[OperatorId, list[str]] = {}
        self._own = sorted(_subtask(one) for one in wish.subtasks)
        self.scope = trio.CancelScope()
        """Cancelling it ends the part at once."""

    @property
    def generation(self) -> int:
        """Of its job."""
        return self._wish.generation

    def heed(self, wish: pb.FragmentWish) -> None:
        """What is wished of it now."""
        self._wish = wish
        if wish.ending == pb.ENDING_CANCEL:
            self.scope.cancel()
        self._heard.set()
        self._heard = trio.Event()

    def report(self) -> pb.FragmentReport:
        """How it stands; what was put aside since the last time waits in the outbox now."""
        self._voice.flush()
        fragment = self._fragment
        return pb.FragmentReport(
            namespace=self._wish.namespace,
            job=self._wish.job,
            generation=self._wish.generation,
            status=self._status,
            address=self._house.listener.address,
            failure=None if self._failure is None else to_failure(self._failure),
            splits=[pb.Splits(operator=operator, names=names) for operator, names in self._splits.items()],
            metrics=[] if fragment is None else [operator_metrics(one) for one in fragment.progress()],
            subtasks=[] if fragment is None else [subtask_metrics(one) for one in fragment.subtasks()],
        )

    async def run(self) -> None:
        """The whole of it. Raises nothing: how it ended is reported."""
        status = pb.FRAGMENT_STATUS_STOPPED
        with self.scope:
            try:
                is_stopped = await self._run()
                status = pb.FRAGMENT_STATUS_STOPPED if is_stopped else pb.FRAGMENT_STATUS_FINISHED
            except LightflusError as error:
                self._failure, status = error, pb.FRAGMENT_STATUS_FAILED
            except Exception as error:
                _log.exception("a part of %s failed by our own fault", self._wish.job)
                self._failure = InternalError(f"{type(error).__name__}: {error}", where=self._wish.job)
                status = pb.FRAGMENT_STATUS_FAILED
        self._become(status)

    def _become(self, status: pb.FragmentStatus.ValueType) -> None:
        self._status = status
        self._house.changed()

    async def _run(self) -> bool:
        """Answers whether it was stopped."""
        loaded = await self._on_thread(load, self._wish, self._house, self._voice)
        await self._on_thread(loaded.prepare, self._own, self.generation)
        sources = await self._on_thread(loaded.first_sources, self._own)
        plan, own = loaded.plan, self._own
        arrivals = Arrivals(loaded.flowing, own)
        counting = Counting(len(plan.subtasks) - len(own)) if plan.subtasks[0] in own else None
        served: Served = {ELEMENTS: arrivals} | ({} if counting is None else {EPOCHS: counting})
        hello = self._hello()
        try:
            self._splits = await self._on_thread(_splits_of, sources)
            with self._house.listener.admitting(hello, served):
                self._become(pb.FRAGMENT_STATUS_READY)
                async with _beside(partial(self._list_again, sources)):
                    await self._all_there(plan)
                    async with self._party(plan, hello, counting) as party:
                        return await self._run_fragment(loaded, arrivals, hello, party)
        except LightflusError as error:
            place_function(error, loaded.plan.graph)
            raise
        finally:
            for source in sources.values():
                source.close()

    async def _on_thread(self, work: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Work that may block; with few others at once."""
        return await trio.to_thread.run_sync(work, *arguments, limiter=self._house.loading)

    def _hello(self) -> Hello:
        wish = self._wish
        return Hello(wish.namespace, wish.job, wish.generation, wish.token, self._house.name)

    async def _list_again(self, sources: Mapping[OperatorId, Source]) -> None:
        """Growing sources are asked for new splits, which come back as a wish, to all fragments alike."""
        growing = {operator: source for operator, source in sources.items() if source.is_growing}
        while growing:
            await trio.sleep(DISCOVERY_MS / 1_000)
            for operator, source in growing.items():
                found = await self._on_thread(source.splits)
                known = self._splits[operator]
                if new := [split for split in found if split not in set(known)]:
                    known.extend(new)
                    self._house.changed()

    async def _all_there(self, plan: Plan) -> None:
        """Waits until it is known where all subtasks run, and which splits there are."""
        heads = [plan.tasks[subtask.task].head.operator for subtask in self._own]
        needed = {head.id for head in heads if not head.inputs}
        while not self._wish.peers or needed - self._listed().keys():
            await self._heard.wait()

    def _listed(self) -> dict[OperatorId, Sequence[str]]:
        return {OperatorId(one.operator): tuple(one.names) for one in self._wish.splits}

    @asynccontextmanager
    async def _party(self, plan: Plan, hello: Hello, counting: Counting | None) -> AsyncIterator[Party]:
        """The one with the job's first subtask counts epochs, the others report to it."""
        peers = self._peers
        if counting is None:
            async with reporting(peers[plan.subtasks[0]], hello, self._house.listener.tls) as party:
                yield party
        else:
            counting.others = len(set(peers.values())) - 1
            yield counting

    @property
    def _peers(self) -> dict[SubtaskId, str]:
        return {_subtask(one.subtask): one.address for one in self._wish.peers}

    async def _run_fragment(self, loaded: Loaded, arrivals: Arrivals, hello: Hello, party: Party) -> bool:
        house, plan = self._house, loaded.plan
        network = DataNetwork(loaded.flowing, self._own, hello, self._peers, house.listener.tls)
        with closing(loaded.letters):
            fragment = await self._on_thread(
                partial(
                    composed,
                    plan,
                    loaded.module,
                    slots=house.slots,
                    threads=house.threads,
                    streams=house.streams,
                    letters=loaded.letters,
                    reaches=loaded.walls.reach,
                    own=self._own,
                    network=network,
                    party=party,
                    splits=self._listed(),
                    around=lambda sink: LeasedSink(sink, house.lease),
                )
            )
            arrivals.open(fragment.inlet)
            self._fragment = fragment
            self._become(pb.FRAGMENT_STATUS_RUNNING)
            async with _beside(partial(self._obey, fragment)):
                result = await run_joined(fragment, network, arrivals)
            return result.is_stopped

    async def _obey(self, fragment: Fragment) -> None:
        """Hands on what is wished while it runs."""
        while True:
            heard = self._heard
            if self._wish.ending == pb.ENDING_STOP:
                fragment.stop()
            if self._wish.ending == pb.ENDING_DRAIN:
                fragment.drain()
            for operator, splits in self._listed().items():
                await fragment.deal(operator, splits)
            await heard.wait()


@asynccontextmanager
async def _beside(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Has `work` done while the block runs. The first error of either leaves the block."""
    failure: LightflusError | None = None

    async def kept() -> None:
        nonlocal failure
        try:
            await work()
        except LightflusError as error:
            failure = error
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(kept)
        try:
            yield
        except LightflusError as error:
            failure = failure or error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


def _subtask(one: pb.Subtask) -> SubtaskId:
    return SubtaskId(TaskId(one.task), one.number)


def _splits_of(sources: Mapping[OperatorId, Source]) -> dict[OperatorId, list[str]]:
    return {operator: list(source.splits()) for operator, source in sources.items()}
