"""Calls made by hand: one instance, one call after another, every answer read back in full.

What it owns: what is written before a call and read after it, and the checks that every call goes through: nothing of
the host's was written to, the row marker was set, the Result says what a Result may say.
What it leaves: the instance's bare life (`sandbox/session.py`), reading arrays (`codec/`), what to call with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import cast

import pyarrow as pa

from lightflus.codec import Layout, Node, abi, layout_of, read_batch, read_columns_of, read_list
from lightflus.errors import GuestProtocolError, UserError
from lightflus.model.graph import FunctionKind, JobGraph, KeyBy
from lightflus.model.text import counted
from lightflus.model.timed import Aggregate, Process, Window
from lightflus.model.types import Scalar, ScalarType, StructType, columns
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.module import LoadedModule
from lightflus.sandbox.processing import Processed, answered
from lightflus.sandbox.session import Session
from lightflus.sandbox.traps import Scene
from lightflus.verify.image import NOTHING, PLAIN, Beside, Fold, Image, Resident, Style, image
from lightflus.verify.report import RuleBroken
from lightflus.verify.values import Level, made

BOOL = layout_of(ScalarType(Scalar.BOOL))
TIME = 1_000
"""The time of all rows of a fold, and the end of all windows."""
GROUPS = 5
_RESULT = Scene("the Result")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, copied out.

    Attributes:
        output: the rows (of a flatMap: all items); None if there is none.
        offsets: where each row's items begin, for a flatMap.
        state: of a fold.
        columns: where the output's columns lie, until the next chain.
        at: address of the output's ArrowArray.
    """

    output: pa.RecordBatch | None
    offsets: pa.Int32Array | None
    state: pa.RecordBatch | None
    columns: tuple[int, ...]
    at: int

    @property
    def rows(self) -> pa.RecordBatch:
        """The output. Raises RuleBroken if there is none."""
        if self.output is None:
            raise RuleBroken("4", "the Result has no output", "`output` is the address of an ArrowArray")
        return self.output


@dataclass(frozen=True, slots=True)
class Processing:
    """A call of a process function, beside its rows: what `ports.ProcessCall` has, its keys by number."""

    groups: Sequence[int]
    keys: Sequence[int]
    state: pa.StructArray
    times: Sequence[int] = ()
    marks: Sequence[int] = ()
    watermark: int = abi.NO_MARK
    processing_time: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """The bytes of a Result, and where they lie."""

    at: int
    data: bytes


class Caller:
    """An instance of a module.

    Every method may raise GuestError or RuleBroken, and the next call then gets a new one; or UserError, when all calls
    together have taken too long.

    Attributes:
        calls: how many were made, by all instances.
    """

    def __init__(self, module: LoadedModule, seconds: int) -> None:
        """After so many seconds it makes no more calls."""
        self._module = module
        self._seconds = seconds
        self._until = monotonic() + seconds
        self._session: Session | None = None
        self._keys = keys_of(module.graph)
        self.calls = 0

    @property
    def session(self) -> Session:
        """The living instance, made when it is asked for."""
        if self._session is None or not self._session.is_alive:
            self._session = self._module.session()
        return self._session

    def renew(self) -> None:
        """The next call goes to a new instance."""
        if self._session is not None:
            self._session.close()
        self._session = None

    @property
    def memory_bytes(self) -> int:
        """Linear memory of the instance now."""
        return self.session.window().size

    def apply(
        self,
        plan: CallPlan,
        batch: pa.RecordBatch | Resident,
        *,
        selection: Sequence[int] | None = None,
        style: Style = PLAIN,
        continues: bool = False,
    ) -> Answer:
        """`lf_apply` over the columns that `plan` reads; `continues` the chain instead of beginning one."""
        read = reading(plan, batch)
        written = image(plan.number, nodes(plan), read, selection=selection, style=style)
        held = batch.rows if isinstance(batch, Resident) else batch.num_rows
        rows = held if selection is None else len(selection)
        session, result = self._called("lf_apply", plan, written, rows, continues)
        with session.reading(plan.scene):
            return _applied(session, plan, result, rows)

    def fold(
        self,
        plan: CallPlan,
        batch: pa.RecordBatch,
        fold: Fold,
        *,
        selection: Sequence[int] | None = None,
        style: Style = PLAIN,
    ) -> Answer:
        """`lf_fold`."""
        rows = batch.num_rows if selection is None else len(selection)
        beside = Beside(longs={"times": [TIME] * rows}) if plan.times else NOTHING
        read = reading(plan, batch)
        written = image(plan.number, nodes(plan), read, selection=selection, fold=fold, beside=beside, style=style)
        session, result = self._called("lf_fold", plan, written, rows)
        with session.reading(plan.scene):
            return _folded(session, plan, result, rows, fold)

    def merge(self, plan: CallPlan, states: pa.RecordBatch, fold: Fold) -> pa.RecordBatch:
        """`lf_merge`: the states of the groups."""
        written = image(plan.number, nodes(plan.of_states()), states, fold=fold)
        session, result = self._called("lf_merge", plan, written, states.num_rows)
        with session.reading(plan.scene), naming("4.1", "4.5"):
            if not result[2]:
                raise GuestProtocolError("the Result has no state", rule="4.5")
            return read_batch(session.window(), result[2], plan.output, len(fold.state))

    def finish(self, plan: CallPlan, states: pa.RecordBatch, style: Style = PLAIN) -> Answer:
        """`lf_finish`: every state of one key and one window."""
        rows = states.num_rows
        key = self._keys[plan.number]
        keys = made(key.record, Level.PLAIN, 1).take(pa.array([0] * rows, pa.int32()))
        longs = {"window_start": [0] * rows, "window_end": [TIME] * rows}
        beside = Beside((key.columns, keys), longs)
        written = image(plan.number, nodes(plan), reading(plan, states), beside=beside, style=style)
        session, result = self._called("lf_finish", plan, written, rows)
        with session.reading(plan.scene), naming("4.1", "4.6"):
            return _applied(session, plan, result, rows)

    def process(self, plan: CallPlan, batch: pa.RecordBatch, call: Processing) -> Processed:
        """`lf_process`: rows of the first input, timers, or both."""
        assert plan.process is not None
        key, rules = self._keys[plan.number], plan.process.rules
        numbers = {"watermark": call.watermark, "processing_time": call.processing_time}
        beside = Beside(
            (key.columns, made(key.record, Level.PLAIN, GROUPS).take(pa.array(call.keys, pa.int32()))),
            {"times": call.times, "marks": call.marks},
            numbers | {"wanted": abi.WANTS_OUTPUT | abi.WANTS_STATE},
            None if rules is None else (rules.columns, pa.nulls(1, pa.struct(list(rules.schema)))),
        )
        fold = Fold(plan.process.state.columns, call.state, tuple(call.groups))
        written = image(plan.number, nodes(plan), reading(plan, batch), fold=fold, beside=beside)
        session, result = self._called("lf_process", plan, written, batch.num_rows)
        with session.reading(plan.scene), naming("4.1", "10.2"):
            return answered(
                session.window(),
                plan,
                result,
                groups=len(call.state),
                watermark=call.watermark,
                processing_time=call.processing_time,
            )

    def _called(
        self, name: str, plan: CallPlan, written: Image, rows: int, continues: bool = False
    ) -> tuple[Session, tuple[int, ...]]:
        """Makes a call of an export: the Result of the instance that answered."""
        if monotonic() >= self._until:
            text = f"checking it has taken {self._seconds} s, and was given up after {self.calls:,} calls"
            raise UserError(text, hint="look for functions that hardly ever end; --quick checks less")
        self.calls += 1
        session = self.session
        if not continues:
            session.reset()
        window, base = session.allocate_bytes(len(written.data), plan.scene)
        data = written.at(base)
        window.write(base, data)
        session.begin_rows(window)
        result = session.run(session.export(name), base + written.call_at, plan.scene, rows, int)
        _require_untouched(session, base, data)
        _require_zeroes(result, has_ports=name == "lf_process")
        if name != "lf_process":  # behind its rows it works on keys
            _require_marker(session, rows)
        return session, result

    def said(self, at: int | None = None) -> Said:
        """The Result at an address as it is now; of the last call, if none is given."""
        at = self.session.answered_at if at is None else at
        with self.session.reading(_RESULT):
            window = self.session.window()
            size = min(int.from_bytes(window.read(at, 4), "little"), abi.RESULT.size)
            return Said(at, window.read(at, size))

    def reread(self, plan: CallPlan, answer: Answer, rows: int) -> Answer:
        """What lies now where `answer` lay."""
        with self.session.reading(plan.scene):
            return _applied(self.session, plan, (0, answer.at, 0), rows)


@contextmanager
def naming(rule: str, other: str) -> Iterator[None]:
    """Around reading an answer: what breaks a general rule breaks the one of this call."""
    try:
        yield
    except GuestProtocolError as error:
        error.rule = other if error.rule == rule else error.rule
        raise


def keys_of(graph: JobGraph) -> dict[int, Layout]:
    """The keys of functions that get some, by number."""
    known = {operator.id: operator for operator in graph.operators}
    found: dict[int, Layout] = {}
    for operator in graph.operators:
        if not isinstance(operator.kind, Window | Aggregate | Process):
            continue
        number = operator.kind.function if isinstance(operator.kind, Process) else operator.kind.finish
        key_by = known[operator.inputs[0].operator].kind
        if number is not None and isinstance(key_by, KeyBy):
            found[number] = layout_of(StructType(columns(key_by.key_type)))
    return found


def nodes(plan: CallPlan) -> tuple[Node, ...]:
    """The columns that a function reads, in its order."""
    return tuple(plan.input.columns[position] for position in plan.reads)


def reading(plan: CallPlan, batch: pa.RecordBatch | Resident) -> pa.RecordBatch | Resident:
    """The columns of a batch that a function reads, in its order."""
    if isinstance(batch, Resident):
        return Resident(batch.rows, tuple(batch.columns[position] for position in plan.reads))
    if not plan.reads:
        empty = pa.Array.from_buffers(pa.struct([]), batch.num_rows, [None])
        return pa.RecordBatch.from_struct_array(cast("pa.StructArray", empty))
    return batch.select(list(plan.reads))


def _require_untouched(session: Session, base: int, data: bytes) -> None:
    if session.window().read(base, len(data)) != data:
        right = "a guest reads the Call and its arrays and writes to memory of its own"
        raise RuleBroken("3.4", "the function wrote to its arguments", right)


def _require_marker(session: Session, rows: int) -> None:
    row = session.current_row()
    if rows and row >= rows:
        found = "nothing" if row == abi.NO_ROW else str(row)
        raise RuleBroken(
            "4.3", f"after a call of {counted(rows, 'row')} {found} was stored at lf_row", f"0 to {rows - 1}"
        )


def _require_zeroes(result: Sequence[int], *, has_ports: bool) -> None:
    """The fields of a Result that mean nothing, here or yet."""
    for offset, value in enumerate(result[3:]):
        if value and not (has_ports and not offset):
            raise RuleBroken("4", f"the Result has {value} at offset {12 + 4 * offset}", "0: it has no meaning here")


def _applied(session: Session, plan: CallPlan, result: Sequence[int], rows: int) -> Answer:
    at = result[1]
    if not at:
        raise GuestProtocolError("the Result has no output", rule="4")
    window = session.window()
    if plan.kind in (FunctionKind.FLAT_MAP, FunctionKind.FINISH_LIST):
        lists = read_list(window, at, rows)
        items = read_batch(window, lists.child, plan.output, lists.child_rows)
        columns = read_columns_of(window, lists.child, plan.output, lists.child_rows)
        return Answer(items, lists.offsets, None, columns, at)
    layout = BOOL if plan.kind is FunctionKind.FILTER else plan.output
    return Answer(read_batch(window, at, layout, rows), None, None, read_columns_of(window, at, layout, rows), at)


def _folded(session: Session, plan: CallPlan, result: Sequence[int], rows: int, fold: Fold) -> Answer:
    output_at, state_at = result[1], result[2]
    if not state_at:
        raise GuestProtocolError("the Result has no state", rule="4.2")
    if fold.wants_output and not output_at:
        raise GuestProtocolError("the Result has no output though it was wanted", rule="4.2")
    window = session.window()
    with naming("4.1", "4.2"):
        state = read_batch(window, state_at, plan.output, len(fold.state))
        output = read_batch(window, output_at, plan.output, rows) if fold.wants_output else None
    return Answer(output, None, state, (), output_at)
