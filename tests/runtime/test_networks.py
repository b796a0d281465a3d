"""A job in several fragments, which a network joins; jobs with several sources and side outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
import trio
import trio.testing
from jobs import WORD_COUNT, crc
from parties import parties

from lightflus.errors import PeerLost
from lightflus.model.graph import Delivery, FunctionKind, Input, JobGraph, Map, OperatorId, Sink, SinkField, Source
from lightflus.model.plan import Plan, SubtaskId, plan_job
from lightflus.model.validation import checked
from lightflus.model.wiring import inlets
from lightflus.ports.batch import Element
from lightflus.ports.epochs import Party, Way
from lightflus.ports.network import Network, Sender
from lightflus.runtime.fragment import Fragment
from lightflus.testing.compute import InlineCompute, InlineSlots
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count
from lightflus.testing.guests import PythonFunction, PythonGuests
from lightflus.testing.kernel import ModelKernel
from lightflus.testing.memory import MemorySink, MemorySource, Step
from lightflus.testing.two_inputs import SECOND, TAG, registered
from lightflus.wire.arrivals import Arrivals
from lightflus.wire.data import DataNetwork
from lightflus.wire.epochs import Counting, reporting
from lightflus.wire.frames import ELEMENTS, EPOCHS, Hello
from lightflus.wire.listener import Served, open_listener
from lightflus.worker.joined import run_joined

WHOLE = (SinkField("value", field(), UTF8),)


def a_map(builder: GraphBuilder, read: Input) -> OperatorId:
    return builder.add(Map(builder.function(FunctionKind.MAP, UTF8, UTF8)), (read,), UTF8)


class Machines:
    """A job whose subtasks are spread over several fragments, each on a machine of its own."""

    def __init__(
        self,
        graph: JobGraph,
        functions: Sequence[PythonFunction],
        splits: Sequence[Mapping[str, Sequence[Step]]],
        *,
        parallelism: int,
        machines: int,
        is_committing: bool = False,
        listed: Sequence[str] | None = None,
    ) -> None:
        """`splits` are those of each source in order of registration."""
        operators = graph.operators
        ends = [operator.id for operator in operators if isinstance(operator.kind, Sink)]
        begins = [operator.id for operator in operators if isinstance(operator.kind, Source)]
        self.sinks = {end: MemorySink(delivery=Delivery.UPSERT) for end in ends}
        self.plan = plan_job(checked(graph), parallelism=parallelism, deliveries=dict.fromkeys(ends, Delivery.UPSERT))
        self.home = {subtask: number % machines for number, subtask in enumerate(self.plan.subtasks)}
        self.sources: list[MemorySource] = []
        self.parties: Sequence[Party] = self.parties_of(machines)
        self.fragments = [
            Fragment(
                self.plan,
                guests=PythonGuests(graph, functions),
                kernel=ModelKernel(crc),
                sources={
                    begin: self._source(its, is_committing=is_committing)
                    for begin, its in zip(begins, splits, strict=True)
                },
                splits=None if listed is None else dict.fromkeys(begins, listed),
                sinks=self.sinks,
                slots=InlineSlots(),
                own=[subtask for subtask, home in self.home.items() if home == machine],
                network=self,
                party=self.parties[machine],
                threads=InlineCompute,
            )
            for machine in range(machines)
        ]

    def parties_of(self, machines: int) -> Sequence[Party]:
        return parties(machines)

    def _source(self, splits: Mapping[str, Sequence[Step]], *, is_committing: bool) -> MemorySource:
        self.sources.append(MemorySource(UTF8, splits, is_committing=is_committing))
        return self.sources[-1]

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        """`ports.Network`: over the loop, as it is."""
        return self.fragments[self.home[subtask]].inlet(subtask, number)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            for fragment in self.fragments:
                nursery.start_soon(fragment.run)


class WiredMachines(Machines):
    """The same with real connections between the machines."""

    def parties_of(self, machines: int) -> Sequence[Party]:
        self._counting = Counting(machines - 1)
        self._counting.others = machines - 1
        self._reporting = [Late() for _ in range(machines - 1)]
        return [self._counting, *self._reporting]

    async def run(self) -> None:
        self._listeners = [await open_listener("127.0.0.1") for _ in self.fragments]
        self._networks: dict[int, DataNetwork] = {}
        self._all_there = trio.Event()
        async with trio.open_nursery() as listening:
            for listener in self._listeners:
                listening.start_soon(listener.run)
            async with trio.open_nursery() as nursery:
                for machine in range(len(self.fragments)):
                    await nursery.start(self._run_one, machine)
                self._all_there.set()
            listening.cancel_scope.cancel()

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        """`ports.Network`: by TCP, through the one network of whoever sends into that input."""
        sender = inlets(self.plan, subtask)[number].sender
        return self._networks[self.home[sender]].sender(subtask, number)

    async def _run_one(self, machine: int, task_status: trio.TaskStatus[None]) -> object:
        hello = Hello("default", "job", 1, "secret", f"machine {machine}")
        own = [subtask for subtask, home in self.home.items() if home == machine]
        peers = {subtask: self._listeners[home].address for subtask, home in self.home.items() if home != machine}
        network = self._networks[machine] = DataNetwork(self.plan, own, hello, peers)
        fragment = self.fragments[machine]
        arrivals = Arrivals(self.plan, own)
        arrivals.open(fragment.inlet)
        served: Served = {ELEMENTS: arrivals} | ({} if machine else {EPOCHS: self._counting})
        with self._listeners[machine].admitting(hello, served):
            task_status.started()
            await self._all_there.wait()
            if not machine:
                return await run_joined(fragment, network, arrivals)
            async with reporting(self._listeners[0].address, hello) as self._reporting[machine - 1].party:
                return await run_joined(fragment, network, arrivals)


class Late:
    """`ports.Party` that is there before its connection is."""

    counts, others = False, 1
    party: Party

    async def way(self) -> Way:
        return await self.party.way()


def written(sinks: Mapping[OperatorId, MemorySink], end: int) -> list[str]:
    return sorted(str(row["value"]) for row in sinks[OperatorId(end)].flushed)


@pytest.mark.parametrize("kind", [Machines, WiredMachines])
@pytest.mark.parametrize("machines", [1, 2, 3, 5])
async def test_a_job_gives_the_same_on_any_number_of_machines(kind: type[Machines], machines: int) -> None:
    splits = {"a": [["to be or"], ["not to be"]], "b": [["be"]], "c": [["or so"]]}
    job = kind(word_count(), WORD_COUNT, [splits], parallelism=3, machines=machines)
    await job.run()
    (sink,) = job.sinks.values()
    counts = {key[0]: row["value"] for key, row in sink.upserted("key").items()}
    assert counts == {"to": "2", "be": "3", "or": "2", "not": "1", "so": "1"}


class Cut:
    """A network whose other side is gone."""

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        return self

    async def send(self, element: Element) -> None:
        await trio.lowlevel.checkpoint()
        raise PeerLost("machine 2 does not answer")


def half_of(plan: Plan, network: Network, sink: MemorySink) -> Fragment:
    (begin,) = (o.id for o in plan.graph.operators if isinstance(o.kind, Source))
    return Fragment(
        plan,
        guests=PythonGuests(plan.graph, WORD_COUNT),
        kernel=ModelKernel(crc),
        sources={begin: MemorySource(UTF8, {"a": [["a b c d"]]})},
        sinks={},
        slots=InlineSlots(),
        own=plan.subtasks_of(plan.tasks[0]),
        network=network,
        party=parties(2)[0],
        threads=InlineCompute,
    )


@pytest.mark.parametrize("kind", [Machines, WiredMachines])
@pytest.mark.parametrize("machines", [2, 3])
async def test_at_the_end_all_fragments_commit_what_has_reached_the_sinks_of_all(
    kind: type[Machines], machines: int
) -> None:
    splits = {"a": [["to be"]], "b": [["or"], ["not"]]}
    job = kind(word_count(), WORD_COUNT, [splits], parallelism=2, machines=machines, is_committing=True)
    await job.run()
    assert {split: at for source in job.sources for split, at in source.committed.items()} == {"a": "1", "b": "2"}


async def test_splits_that_are_listed_once_are_asked_for_by_no_fragment() -> None:
    splits = {"a": [["to be"]], "b": [["or"]]}
    job = Machines(word_count(), WORD_COUNT, [splits], parallelism=2, machines=2, listed=["b"])
    await job.run()
    (sink,) = job.sinks.values()
    assert [key for (key,) in sink.upserted("key")] == ["or"]


async def test_splits_that_are_dealt_later_are_read_by_the_fragments_that_they_fall_to() -> None:
    splits: dict[str, list[Step]] = {"a": [[]] * 1_000, "b": [["x"]], "c": [["y"]]}
    job = Machines(word_count(), WORD_COUNT, [splits], parallelism=1, machines=1, listed=["a"])
    (fragment,) = job.fragments
    async with trio.open_nursery() as nursery:
        nursery.start_soon(fragment.run)
        while not job.sources[0].reads:
            await trio.lowlevel.checkpoint()
        await fragment.deal(OperatorId(0), ["a", "b", "c"])
    (sink,) = job.sinks.values()
    assert sorted(str(key) for (key,) in sink.upserted("key")) == ["x", "y"]


async def test_a_peer_that_is_lost_ends_the_fragment(autojump_clock: trio.testing.MockClock) -> None:
    fragment = half_of(plan_job(word_count(), parallelism=2), Cut(), MemorySink())
    with pytest.raises(PeerLost, match="machine 2 does not answer") as caught:
        await fragment.run()
    assert caught.value.where == "topic -> flat_map-1 -> key_by-1"


@pytest.fixture
def _tag() -> Iterator[None]:
    with registered():
        yield


def two_sources() -> JobGraph:
    builder = GraphBuilder()
    both = builder.add(
        TAG, (Input(builder.source(UTF8)), Input(builder.source(UTF8, options={"topic": "other"}))), UTF8
    )
    builder.sink(both, WHOLE, name="main")
    builder.sink(a_map(builder, Input(both, SECOND)), WHOLE, name="at the side")
    return builder.build()


@pytest.mark.usefixtures("_tag")
@pytest.mark.parametrize("parallelism", [1, 2])
async def test_two_sources_reach_their_sides_and_a_side_output_its_readers(
    autojump_clock: trio.testing.MockClock, parallelism: int
) -> None:
    splits = [{"a": [["x"], ["y"]], "b": [["z"]]}, {"c": [["p", "q"]]}]
    job = Machines(two_sources(), (str.upper,), splits, parallelism=parallelism, machines=1)
    await job.run()
    assert written(job.sinks, 3) == ["0:x", "0:y", "0:z", "1:p", "1:q"]
    assert written(job.sinks, 5) == ["P", "Q"]


@pytest.mark.parametrize("kind", [Machines, WiredMachines])
@pytest.mark.usefixtures("_tag")
async def test_a_stream_joined_with_itself_comes_on_both_sides(kind: type[Machines]) -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    builder.sink(builder.add(TAG, (Input(source), Input(source)), UTF8), WHOLE)
    job = kind(builder.build(), (), [{"a": [["x", "y"]]}], parallelism=2, machines=2)
    await job.run()
    assert written(job.sinks, 2) == ["0:x", "0:y", "1:x", "1:y"]
