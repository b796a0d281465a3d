"""Calls made by hand: one instance, one call after another, every answer read back in full.

What it owns: what is written before a call and read after it, and the checks that every call goes through: nothing of
the host's was written to, the row marker was set, the Result says what a Result may say.
What it leaves: the instance's bare life (`sandbox/session.py`), reading arrays (`codec/`), what to call with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import cast

import pyarrow as pa

from lightflus.codec import Node, abi, layout_of, read_batch, read_columns_of, read_list
from lightflus.errors import GuestProtocolError, UserError
from lightflus.model.graph import FunctionKind
from lightflus.model.text import counted
from lightflus.model.types import Scalar, ScalarType
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.module import LoadedModule
from lightflus.sandbox.session import Session
from lightflus.sandbox.traps import Scene
from lightflus.verify.image import PLAIN, Fold, Image, Resident, Style, image
from lightflus.verify.report import RuleBroken

BOOL = layout_of(ScalarType(Scalar.BOOL))
_RESULT = Scene("the Result")
_UNUSED = abi.RESULT_FIELDS[3:]


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
        return self._called(plan, written, rows, None, continues)

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
        written = image(plan.number, nodes(plan), reading(plan, batch), selection=selection, fold=fold, style=style)
        rows = batch.num_rows if selection is None else len(selection)
        return self._called(plan, written, rows, fold, continues=False)

    def _called(self, plan: CallPlan, written: Image, rows: int, fold: Fold | None, continues: bool) -> Answer:
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
        export = session.apply if fold is None else session.fold
        result = session.run(export, base + written.call_at, plan.scene, rows, lambda row: row)
        _require_untouched(session, base, data)
        _require_marker(session, rows)
        _require_zeroes(result)
        with session.reading(plan.scene):
            return _applied(session, plan, result, rows) if fold is None else _folded(session, plan, result, rows, fold)

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


def _require_zeroes(result: Sequence[int]) -> None:
    for name, value in zip(_UNUSED, result[3:], strict=False):
        if value:
            raise RuleBroken("4", f"the Result's `{name}` is {value}", "0, since version 1 has no use for it")


def _applied(session: Session, plan: CallPlan, result: Sequence[int], rows: int) -> Answer:
    at = result[1]
    if not at:
        raise GuestProtocolError("the Result has no output", rule="4")
    window = session.window()
    if plan.kind is FunctionKind.FLAT_MAP:
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
    try:
        state = read_batch(window, state_at, plan.output, len(fold.state))
        output = read_batch(window, output_at, plan.output, rows) if fold.wants_output else None
    except GuestProtocolError as error:
        error.rule = "4.2" if error.rule == "4.1" else error.rule
        raise
    return Answer(output, None, state, (), output_at)
