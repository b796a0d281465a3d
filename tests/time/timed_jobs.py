"""Jobs of event time that this folder's tests run: events of splits through one operator, on doubles and virtual time.

What it owns: the event, graphs around an operator, sources whose splits come in an order drawn by a seed, runs.
What it leaves: what should come out (`contract.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import trio
import trio.testing
from ordered_source import Choice, OrderedSource, Splits, shuffled

from lightflus.kernel import WasmKernel
from lightflus.model.extract import Emit, FieldPath, FunctionNumber
from lightflus.model.graph import (
    BadRecords,
    Connector,
    Delivery,
    FunctionKind,
    Input,
    OperatorId,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.plan import plan_job
from lightflus.model.timed import Aggregate, Broadcast, Port, Process, Timestamps, Union, Window, Windows
from lightflus.model.types import ListType, StructType, Type
from lightflus.model.validation import checked
from lightflus.ports.kernel import Kernel
from lightflus.runtime.fragment import Fragment, JobResult
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.testing.compute import InlineCompute, InlineSlots
from lightflus.testing.graphs import INT64, UTF8, GraphBuilder, struct
from lightflus.testing.graphs import field as path
from lightflus.testing.guests import PythonAggregate, PythonFunction, PythonGuests
from lightflus.testing.memory import MemoryLetters, MemorySink, MemorySource, Value
from lightflus.testing.process import Handlers, Types, process_function

EVENT = struct(key=UTF8, time=INT64, id=INT64)
"""A record: what it is keyed by, when it happened, and which one it is."""
IDS = ListType(INT64)
RESULT = struct(key=UTF8, start=INT64, end=INT64, ids=IDS)
"""What a window gives: the records in it."""
SIDE = struct(key=UTF8, text=UTF8)
"""What process functions of tests say."""

Row = dict[str, Value]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """A record, in Python."""

    key: str
    time: int
    id: int

    def row(self) -> Row:
        """As a source yields it."""
        return {"key": self.key, "time": self.time, "id": self.id}


def ids_of(row: Row) -> list[int]:
    """The ids in a result of a window or aggregate."""
    return cast("list[int]", row["ids"])


def cut(splits: Sequence[Sequence[Event]], rows: int) -> dict[str, list[list[Value]]]:
    """Splits as batches of so many rows."""
    found: dict[str, list[list[Value]]] = {}
    for number, events in enumerate(splits):
        batches = [list(events[at : at + rows]) for at in range(0, len(events), rows)]
        found[f"s{number}"] = [[event.row() for event in batch] for batch in batches]
    return found


def _result(ids: Value, key: Row, start: int, end: int) -> Value:
    return {"key": key["value"], "start": start, "end": end, "ids": ids}


class Job:
    """A graph under construction, with its functions in Python."""

    def __init__(self) -> None:
        self.builder = GraphBuilder()
        self.functions: list[PythonFunction] = []
        self.sinks: dict[str, OperatorId] = {}

    def function(
        self, kind: FunctionKind, reads: Type, yields: Type, call: PythonFunction, *, times: bool = False
    ) -> FunctionNumber:
        """Registers a function."""
        number = self.builder.function(kind, reads, yields, times=times)
        self.functions.append(call)
        return number

    def events(
        self, *, out_of_order: int = 0, idle_after: int = 0, sources: int = 0, timestamps: int = 0
    ) -> OperatorId:
        """A source of events with their times, each at a parallelism."""
        source = self.builder.source(EVENT, parallelism=sources)
        kind = Timestamps(path("time"), out_of_order, idle_after)
        return self.builder.add(kind, [Input(source)], EVENT, parallelism=timestamps)

    def keyed(self, stream: OperatorId) -> OperatorId:
        """By `key`."""
        return self.builder.key_by(stream, path("key"), UTF8)

    def map(self, stream: OperatorId, output: Type, call: PythonFunction) -> OperatorId:
        """A map."""
        self.functions.append(call)
        return self.builder.map(stream, output)

    def union(self, *streams: OperatorId) -> OperatorId:
        """All of them."""
        return self.builder.add(Union(), list(map(Input, streams)), self.builder.type_of(streams[0]))

    def broadcast(self, stream: OperatorId) -> OperatorId:
        """To all subtasks."""
        return self.builder.add(Broadcast(), [Input(stream)], self.builder.type_of(stream))

    def window(
        self,
        keyed: OperatorId,
        windows: Windows,
        *,
        name: str = "window",
        allowed_lateness: int = 0,
        fires_once: bool = False,
        emit_early: int = 0,
    ) -> OperatorId:
        """The ids of the records of each window, in the order in which they were added."""
        record = self.builder.type_of(keyed)
        collect = PythonAggregate(list, lambda ids, row: [*ids, row["id"]], lambda a, b: a + b)
        add = self.function(FunctionKind.AGGREGATE, record, IDS, collect)
        finish = self.function(FunctionKind.FINISH, IDS, RESULT, _result)
        late = Port("late", record)
        kind = Window(
            windows,
            add,
            finish,
            merges=True,
            allowed_lateness=allowed_lateness,
            late=late,
            emit_early=emit_early,
            fires_once=fires_once,
        )
        return self.builder.add(kind, [Input(keyed)], RESULT, name=name)

    def process(
        self,
        keyed: OperatorId,
        handlers: Handlers,
        *,
        state: Type = INT64,
        other: OperatorId | None = None,
        rules: Type | None = None,
        on_rule: PythonFunction | None = None,
        allowed_lateness: int = 0,
        sets_timers: bool = True,
        sets_processing_timers: bool = False,
    ) -> OperatorId:
        """A process function that says texts, on its main output and on `side`."""
        first = self.builder.type_of(keyed)
        second = None if other is None else self.builder.type_of(other)
        types = Types(UTF8, state, first, SIDE, {"side": SIDE}, second, rules)
        function = self.function(FunctionKind.PROCESS, first, SIDE, process_function(types, handlers))
        number = None
        if rules is not None:
            assert second is not None
            assert on_rule is not None
            assert handlers.rules is not None
            fold = PythonAggregate(handlers.rules, on_rule)
            number = self.function(FunctionKind.AGGREGATE, second, rules, fold)
        kind = Process(
            function,
            state,
            (Port("side", SIDE),),
            handlers.in_order,
            handlers.ttl,
            allowed_lateness,
            Port("late", first) if handlers.in_order else None,
            number,
            sets_timers,
            sets_processing_timers,
        )
        inputs = [Input(keyed), *([] if other is None else [Input(other)])]
        return self.builder.add(kind, inputs, SIDE, name="process")

    def running(self, keyed: OperatorId, *, of_times: bool = False, emit: Emit = Emit.UPDATES) -> OperatorId:
        """A running aggregate: the ids, or times, so far, as the result of a window without bounds."""
        record = self.builder.type_of(keyed)
        collect = PythonAggregate(list, lambda ids, row, *time: [*ids, *(time or (row["id"],))])
        add = self.function(FunctionKind.AGGREGATE, record, IDS, collect, times=of_times)
        finish = self.function(FunctionKind.FINISH, IDS, RESULT, _result)
        kind = Aggregate(add, finish, emit)
        return self.builder.add(kind, [Input(keyed)], RESULT, name="aggregate")

    def sink(self, name: str, stream: OperatorId, port: str = "") -> None:
        """Where all fields of a stream are written, under a name."""
        record = self.builder.type_of(stream)
        if port:
            kind = self.builder.build().operator(stream).kind
            assert isinstance(kind, Window | Process)
            ports = [*(kind.ports if isinstance(kind, Process) else ()), *([kind.late] if kind.late else [])]
            (record,) = (one.type for one in ports if one.name == port)
        assert isinstance(record, StructType)
        fields = tuple(SinkField(one.name, FieldPath((one.name,)), one.type) for one in record.fields)
        sink = Sink(Connector("redis", {"host": "localhost"}), fields, Delivery.APPEND, ())
        self.sinks[name] = self.builder.add(sink, [Input(stream, port)], None, name=name)


@dataclass
class Ran:
    """What a run has given."""

    sinks: dict[str, list[Row]]
    result: JobResult
    letters: MemoryLetters

    def counter(self, operator: str, name: str) -> int:
        """A counter of an operator."""
        (one,) = (one for one in self.result.operators if one.name == operator)
        return cast(int, getattr(one, name))


def run(
    job: Job,
    *splits: Splits,
    parallelism: int = 1,
    seed: int | None = None,
    choose: Choice | None = None,
    poison: BadRecords = BadRecords.FAIL,
    seconds_per_read: float = 0.0,
    stop_after: float | None = None,
    record: Type = EVENT,
    kernel: Kernel | None = None,
) -> Ran:
    """Runs a job over the splits of each of its sources, in the order in which they were made; on virtual time.

    A `seed`, or `choose`, says which split is read next; else it is the one that is furthest behind.
    """
    graph = job.builder.build()
    begins = [operator for operator in graph.operators if isinstance(operator.kind, Source)]
    order = choose if seed is None else shuffled(seed)
    sources = {
        begin.id: MemorySource(record, one) if order is None else OrderedSource(record, one, order)
        for begin, one in zip(begins, splits, strict=True)
    }
    letters = MemoryLetters()
    policy = BadRecordPolicy(poison, letters)
    made: list[Ran] = []

    async def main() -> None:
        sinks = {name: MemorySink(Delivery.APPEND) for name in job.sinks}
        fragment = Fragment(
            plan_job(checked(graph), parallelism=parallelism, deliveries={}),
            guests=PythonGuests(graph, job.functions),
            kernel=kernel or WasmKernel(),
            sources=sources,
            sinks={number: sinks[name] for name, number in job.sinks.items()},
            policies={operator.id: policy for operator in graph.operators},
            slots=InlineSlots(),
            threads=lambda name: SlowCompute(name, seconds_per_read),
            wall=lambda: round(trio.current_time() * 1_000),
        )
        if stop_after is not None:
            trio.lowlevel.spawn_system_task(_stop, fragment, stop_after)
        result = await fragment.run()
        made.append(Ran({name: sink.flushed for name, sink in sinks.items()}, result, letters))

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return made[0]


class SlowCompute(InlineCompute):
    """Without threads, on which everything takes a time."""

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(name)
        self._seconds = seconds

    async def run(self, work: Callable[[], T]) -> T:
        """Sleeps, and works."""
        if self._seconds:
            await trio.sleep(self._seconds)
        return await super().run(work)


async def _stop(fragment: Fragment, seconds: float) -> None:
    await trio.sleep(seconds)
    fragment.stop()


def events(*times: int, key: str = "a") -> list[Event]:
    """Records of one key, numbered from 0."""
    return [Event(key, time, number) for number, time in enumerate(times)]


def poisoned(row: dict[str, int]) -> None:
    if row["id"] == 13:
        raise ValueError("thirteen")
