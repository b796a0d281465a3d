"""A guest whose functions are Python callables: for tests of the runtime, and of a job's meaning without a module.

What it owns: the same interface, lineage and errors as a sandboxed instance (`ports.Guest`), a Python step per row.
A callable fails as a guest would: `MemoryError` is the memory limit, `TimeoutError` the deadline, `GuestProtocolError`
an answer that is a lie, of which no row is known, any other exception an abort. `ENDLESS` never returns until it is
interrupted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import pyarrow as pa

from lightflus.errors import (
    GuestAborted,
    GuestDeadlineExceeded,
    GuestDisturbed,
    GuestError,
    GuestMemoryExceeded,
    GuestProtocolError,
)
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind, JobGraph
from lightflus.model.types import Type
from lightflus.ports.guests import Finished, Folded, GuestBatch, ProcessCall, Processed
from lightflus.testing.memory import Value, batch_of, values_of

PythonFunction = Callable[..., Value]  # type: ignore[explicit-any]  # of one argument, or two for a reduce


@dataclass(frozen=True, slots=True)
class PythonAggregate:
    """An AGGREGATE: `add(state, value)`, with the row's time as a third argument where the function says `times`."""

    create: Callable[[], Value]
    add: PythonFunction
    merge: PythonFunction | None = None

    def __call__(self, *arguments: Value) -> Value:
        """Adds."""
        return self.add(*arguments)


@dataclass(slots=True)
class WorkingRow:
    """The row of its call that a process function works on; None: none of them."""

    at: int | None = None


@dataclass(frozen=True, slots=True)
class PythonProcess:
    """A PROCESS function: what it answers to a whole call (`process.py`); it says which row it works on."""

    answer: Callable[[ProcessCall, WorkingRow], Processed]

    def __call__(self, *arguments: Value) -> Value:
        """It has no single rows."""
        raise TypeError("a process function is asked for a whole call")


def ENDLESS(*_arguments: Value) -> Value:  # noqa: N802 (a constant that happens to be a function)
    """A function that never returns."""
    raise _Endless


class _Endless(Exception):
    pass


PATIENCE_SECONDS: Final = 30.0
"""A guest that nobody interrupts fails its test after this long."""


@dataclass(frozen=True, slots=True)
class PythonBatch:
    """`ports.GuestBatch`: a loaded batch, or values made from one, with the loaded row that each came from."""

    content: pa.RecordBatch | list[Value]
    lineage: Sequence[int]

    @property
    def rows(self) -> int:
        """Number of values."""
        return len(self.lineage)

    def loaded_row(self, row: int) -> int:
        """Where `row` came from."""
        return self.lineage[row]

    def rows_loaded(self) -> pa.UInt32Array | None:
        """Where all came from."""
        return None if isinstance(self.lineage, range) else pa.array(self.lineage, pa.uint32())

    def values(self, record: Type) -> list[Value]:
        """The rows as Python values of `record`."""
        return self.content if isinstance(self.content, list) else values_of(record, self.content)


class PythonGuests:
    """`ports.GuestFactory`: makes guests of one graph.

    Attributes:
        most_rows: a call with more rows ends at the memory limit; None = no limit.
        made: the guests so far.
        calls: rows of every call that was begun, by function.
    """

    def __init__(self, graph: JobGraph, functions: Sequence[PythonFunction], *, most_rows: int | None = None) -> None:
        """`functions` stand in the order of the graph's."""
        self.graph = graph
        self.functions = functions
        self.most_rows = most_rows
        self.made: list[PythonGuest] = []
        self.calls: list[tuple[FunctionNumber, int]] = []

    def __call__(self) -> PythonGuest:
        """A fresh guest."""
        guest = PythonGuest(self)
        self.made.append(guest)
        return guest

    def reading(self, graph: JobGraph) -> PythonGuests:
        """The same, whose functions are given the records of `graph`, as `compose/running.py` asks for them."""
        return PythonGuests(graph, self.functions, most_rows=self.most_rows)

    def interrupt(self) -> None:
        """Nothing to end: a guest starts at once."""


class PythonGuest:
    """`ports.Guest` in Python."""

    def __init__(self, factory: PythonGuests) -> None:
        self._factory = factory
        self._interrupted = threading.Event()
        self.is_alive = True
        self.is_closed = False

    @property
    def memory_bytes(self) -> int:
        """It has none."""
        return 0

    def begin(self) -> None:
        """Starts a chain."""
        assert self.is_alive, "a dead guest is not called again"

    def load(self, columns: pa.RecordBatch) -> PythonBatch:
        """Takes a batch."""
        return PythonBatch(columns, range(columns.num_rows))

    def map(self, function: FunctionNumber, batch: GuestBatch) -> PythonBatch:
        """MAP."""
        rows = _own(batch)
        return PythonBatch(self._each(function, rows), rows.lineage)

    def filter(self, function: FunctionNumber, batch: GuestBatch) -> PythonBatch:
        """FILTER."""
        rows = _own(batch)
        kept = [row for row, keep in enumerate(self._each(function, rows)) if keep]
        inputs = self._inputs(function, rows)
        return PythonBatch([inputs[row] for row in kept], [rows.lineage[row] for row in kept])

    def flat_map(self, function: FunctionNumber, batch: GuestBatch) -> PythonBatch:
        """FLAT_MAP."""
        values: list[Value] = []
        lineage: list[int] = []
        rows = _own(batch)
        for row, items in zip(rows.lineage, self._each(function, rows), strict=True):
            assert isinstance(items, Iterable)
            found = list(items)
            values.extend(found)
            lineage.extend([row] * len(found))
        return PythonBatch(values, lineage)

    def extract(self, function: FunctionNumber, batch: GuestBatch) -> pa.RecordBatch:
        """KEY, FIELD."""
        return batch_of(self._factory.graph.functions[function].output, self._each(function, _own(batch)))

    def take(self, batch: GuestBatch, record: Type) -> pa.RecordBatch:
        """The values as columns."""
        return batch_of(record, _own(batch).values(record))

    def fold(
        self,
        function: FunctionNumber,
        batch: GuestBatch,
        *,
        state: pa.StructArray,
        groups: pa.Buffer,
        wants_output: bool,
        times: pa.Int64Array | None = None,
    ) -> Folded:
        """REDUCE, AGGREGATE."""
        record = self._factory.graph.functions[function].output
        states = _states(record, state)
        output: list[Value] = []
        rows = _own(batch)
        self._begin_call(function, rows)
        fold = self._factory.functions[function]
        beside = [()] * rows.rows if times is None else [(time,) for time in times.to_pylist()]
        steps = zip(
            rows.lineage, memoryview(groups).cast("I").tolist(), self._inputs(function, rows), beside, strict=True
        )
        for row, group, value, more in steps:
            old = states[group]
            if old is None and isinstance(fold, PythonAggregate):
                old = fold.create()
            states[group] = value if old is None else self._one(function, row, old, value, *more)
            output.append(states[group])
        return Folded(batch_of(record, states), batch_of(record, output) if wants_output else None)

    def merge(
        self, function: FunctionNumber, states: pa.RecordBatch, *, state: pa.StructArray, groups: pa.Buffer
    ) -> pa.RecordBatch:
        """REDUCE, AGGREGATE."""
        record = self._factory.graph.functions[function].output
        merged = _states(record, state)
        step = self._factory.functions[function]
        merge = step.merge if isinstance(step, PythonAggregate) else step
        assert merge is not None, "the engine merges only what can be merged"
        for group, one in zip(memoryview(groups).cast("I").tolist(), values_of(record, states), strict=False):
            old = merged[group]
            merged[group] = one if old is None else merge(old, one)
        return batch_of(record, merged)

    def finish(
        self,
        function: FunctionNumber,
        states: pa.RecordBatch,
        keys: pa.RecordBatch,
        *,
        starts: pa.Int64Array | None,
        ends: pa.Int64Array | None,
    ) -> Finished:
        """FINISH, FINISH_LIST: of a state, the columns of its key, and the start and end of its window."""
        declared = self._factory.graph.functions[function]
        bounds = [[0] * states.num_rows if times is None else times.to_pylist() for times in (starts, ends)]
        of_states = zip(values_of(declared.input, states), keys.to_pylist(), *bounds, strict=True)
        found = [self._one(function, row, *state) for row, state in enumerate(of_states)]
        if declared.kind is FunctionKind.FINISH:
            return Finished(batch_of(declared.output, found), None)
        lists = [list(cast("Iterable[Value]", items)) for items in found]
        sources = pa.array([row for row, items in enumerate(lists) for _ in items], pa.uint32())
        return Finished(batch_of(declared.output, [item for items in lists for item in items]), sources)

    def process(self, function: FunctionNumber, call: ProcessCall) -> Processed:
        """PROCESS: a function of a call."""
        process = self._factory.functions[function]
        assert isinstance(process, PythonProcess), "a PROCESS function is a PythonProcess"
        self._factory.calls.append((function, call.rows))
        row = WorkingRow()
        try:
            return process.answer(call, row)
        except Exception as error:
            raise self._as_ours(error, function, row.at) from error

    def interrupt(self) -> None:
        """Ends an `ENDLESS` call, now or later."""
        self._interrupted.set()

    def close(self) -> None:
        """Remembered."""
        self.is_closed = True

    def _inputs(self, function: FunctionNumber, batch: PythonBatch) -> list[Value]:
        return batch.values(self._factory.graph.functions[function].input)

    def _begin_call(self, function: FunctionNumber, batch: PythonBatch) -> None:
        self._factory.calls.append((function, batch.rows))
        most = self._factory.most_rows
        if most is not None and batch.rows > most:
            raise self._dead(GuestMemoryExceeded("out of memory", function=function))

    def _each(self, function: FunctionNumber, batch: PythonBatch) -> list[Value]:
        inputs = self._inputs(function, batch)
        self._begin_call(function, batch)
        return [self._one(function, row, value) for row, value in zip(batch.lineage, inputs, strict=True)]

    def _one(self, function: FunctionNumber, row: int, *arguments: Value) -> Value:
        try:
            return self._factory.functions[function](*arguments)
        except Exception as error:
            raise self._as_ours(error, function, row) from error

    def _as_ours(self, error: Exception, function: FunctionNumber, row: int | None) -> GuestError:
        """What an instance would have ended with."""
        match error:
            case _Endless():
                is_interrupted = self._interrupted.wait(PATIENCE_SECONDS)
                assert is_interrupted, "nobody interrupted an endless call"
                text = "a call ran longer than its deadline"
                return self._dead(GuestDeadlineExceeded(text, function=function, row=row))
            case MemoryError():
                return self._dead(GuestMemoryExceeded(f"out of memory: {error}", function=function, row=row))
            case TimeoutError():
                return self._dead(GuestDeadlineExceeded(str(error), function=function, row=row))
            case GuestDisturbed():
                return self._dead(error)
            case GuestProtocolError():
                return self._dead(GuestProtocolError(str(error), function=function))
            case _:
                position = self._factory.graph.functions[function].position
                place = None if position is None else str(position)
                return self._dead(GuestAborted(str(error), function=function, row=row, position=place))

    def _dead(self, error: GuestError) -> GuestError:
        self.is_alive = False
        return error


def _own(batch: GuestBatch) -> PythonBatch:
    assert isinstance(batch, PythonBatch), "a guest works on its own batches"
    return batch


def _states(record: Type, state: pa.StructArray) -> list[Value]:
    return [_state(record, state, group) for group in range(len(state))]


def _state(record: Type, state: pa.StructArray, group: int) -> Value:
    if not state[group].is_valid:
        return None
    return values_of(record, pa.RecordBatch.from_struct_array(state.slice(group, 1)))[0]
