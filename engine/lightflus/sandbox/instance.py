"""One instance of a module: chains of calls over batches that stay in its memory (docs/abi.md, sections 3 and 4).

What it owns: the port `ports.Guest`: its life, what is written before a call and read after it, rows mapped
back, errors named. Everything of a call goes in with one `lf_alloc`; a loaded column is copied when a function first
reads it, once per chain; a projection is a new header over columns that are there.
What it leaves: bytes (`codec`), meaning of traps (`traps.py`). One thread at a time; `interrupt` from any.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pyarrow as pa

from lightflus.codec import Layout, abi, layout_of, read_batch, read_columns_of, read_list
from lightflus.errors import GuestProtocolError, InternalError
from lightflus.limits import FOLD_ROWS
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import FunctionKind
from lightflus.model.types import Scalar, ScalarType, Type
from lightflus.ports.guests import Finished, Folded, GuestBatch, ProcessCall, Processed
from lightflus.sandbox import finishing, processing
from lightflus.sandbox.finishing import States, sources_of
from lightflus.sandbox.functions import CallPlan, planned
from lightflus.sandbox.lineage import GuestRows, Listed, Loaded, Part, Table
from lightflus.sandbox.session import Reading, RowMap, Session
from lightflus.sandbox.staging import Staging, loaded_table, new_table
from lightflus.sandbox.traps import Scene
from lightflus.wasm import Function

_BOOL = layout_of(ScalarType(Scalar.BOOL))
_OUTPUT, _STATE = 1, 2
"""Fields of the Result."""


class ModuleGuest:
    """Implements `ports.Guest`. Made by `module.LoadedModule`."""

    def __init__(self, session: Session, plans: tuple[CallPlan, ...]) -> None:
        self._session = session
        self._plans = plans
        self._chain = 0

    @property
    def is_alive(self) -> bool:
        """Whether it may be called again."""
        return self._session.is_alive

    @property
    def memory_bytes(self) -> int:
        """Of its linear memory now."""
        return self._session.memory_bytes

    def begin(self) -> None:
        """Starts a chain: frees what the last one left."""
        self._chain += 1
        self._session.reset()

    def load(self, columns: pa.RecordBatch) -> GuestRows:
        """Takes a batch; each column is copied in when a function of the chain first reads it."""
        return GuestRows((Part(loaded_table(columns), Loaded()),), self._chain)

    def map(self, function: FunctionNumber, batch: GuestBatch) -> GuestRows:
        """MAP: as many rows as came."""
        plan = planned(self._plans, function, FunctionKind.MAP)
        return GuestRows(tuple(self._mapped(plan, piece) for piece in self._pieces(batch)), self._chain)

    def filter(self, function: FunctionNumber, batch: GuestBatch) -> GuestRows:
        """FILTER: the same rows, narrowed by a selection."""
        plan = planned(self._plans, function, FunctionKind.FILTER)
        parts = (piece.kept(self._mask(plan, piece)) for piece in self._pieces(batch))
        return GuestRows(tuple(part for part in parts if part.rows), self._chain)

    def flat_map(self, function: FunctionNumber, batch: GuestBatch) -> GuestRows:
        """FLAT_MAP: the children of the list arrays."""
        plan = planned(self._plans, function, FunctionKind.FLAT_MAP)
        parts = (self._flattened(plan, piece) for piece in self._pieces(batch))
        return GuestRows(tuple(part for part in parts if part.rows), self._chain)

    def extract(self, function: FunctionNumber, batch: GuestBatch) -> pa.RecordBatch:
        """KEY, FIELD, TIMESTAMP: copied out and fully checked."""
        plan = planned(self._plans, function, FunctionKind.KEY, FunctionKind.FIELD, FunctionKind.TIMESTAMP)
        return _joined(plan.output, [self._extracted(plan, piece) for piece in self._pieces(batch)])

    def take(self, batch: GuestBatch, record: Type) -> pa.RecordBatch:
        """Copies a batch out, compacted and fully checked. What was only loaded comes from the host's own copy."""
        rows = self._mine(batch)
        layout = self._layout_of(rows, record)
        tables = groupby(rows.parts, key=lambda part: id(part.table))
        taken = [self._taken(layout, list(parts)) for _, parts in tables]
        return _joined(layout, taken)

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
        """REDUCE, AGGREGATE: rows, in order, into the states of their groups. At most FOLD_ROWS rows."""
        plan = planned(self._plans, function, FunctionKind.REDUCE, FunctionKind.AGGREGATE)
        rows = self._mine(batch)
        if len(rows.parts) != 1 or rows.rows > FOLD_ROWS:
            raise InternalError(f"a fold of {rows.rows} rows in {len(rows.parts)} parts; it takes one of {FOLD_ROWS}")
        (part,) = rows.parts
        staging = Staging(plan, part)
        staging.add_states(plan.output, state, groups)
        staging.add_numbers(wanted=abi.WANTS_STATE | (abi.WANTS_OUTPUT if wants_output else 0))
        if times is not None:
            staging.add_times("times", times)
        result = self._run(self._session.fold, plan, staging, part.rows, part.loaded_row)
        with self._reading(plan):
            window = self._session.window()
            new_state = read_batch(window, _given(result[_STATE], "state"), plan.output, len(state))
            output = None
            if wants_output:
                output = read_batch(window, _given(result[_OUTPUT], "output"), plan.output, part.rows)
            return Folded(new_state, output)

    def merge(
        self, function: FunctionNumber, states: pa.RecordBatch, *, state: pa.StructArray, groups: pa.Buffer
    ) -> pa.RecordBatch:
        """REDUCE, AGGREGATE: states, in order, into those of their groups. At most FOLD_ROWS."""
        plan = planned(self._plans, function, FunctionKind.REDUCE, FunctionKind.AGGREGATE)
        if plan.kind is FunctionKind.REDUCE:
            return self.fold(function, self.load(states), state=state, groups=groups, wants_output=False).state
        of_states = plan.of_states()
        part = Part(loaded_table(states), Loaded())
        staging = Staging(of_states, part)
        staging.add_states(plan.output, state, groups)
        staging.add_numbers(wanted=abi.WANTS_STATE)
        result = self._run(self._session.export("lf_merge"), of_states, staging, part.rows)
        with self._reading(plan):
            return read_batch(self._session.window(), _given(result[_STATE], "state"), plan.output, len(state))

    def finish(
        self,
        function: FunctionNumber,
        states: pa.RecordBatch,
        keys: pa.RecordBatch,
        *,
        starts: pa.Int64Array | None,
        ends: pa.Int64Array | None,
    ) -> Finished:
        """FINISH, FINISH_LIST: results of states, in calls of CALL_ROWS at most."""
        plan = planned(self._plans, function, FunctionKind.FINISH, FunctionKind.FINISH_LIST)
        finished = [self._finished(plan, piece) for piece in States(states, keys, starts, ends).pieces()]
        return Finished(_joined(plan.output, [piece.rows for piece in finished]), sources_of(finished))

    def process(self, function: FunctionNumber, call: ProcessCall) -> Processed:
        """PROCESS: rows, timers that are due, or both."""
        plan = planned(self._plans, function, FunctionKind.PROCESS)
        result = self._run(self._session.export("lf_process"), plan, processing.staged(plan, call), call.rows)
        with self._reading(plan):
            return processing.answered(
                self._session.window(),
                plan,
                result,
                groups=len(call.state),
                watermark=call.watermark,
                processing_time=call.processing_time,
            )

    def interrupt(self) -> None:
        """Ends a running call from another thread; it raises GuestDeadlineExceeded."""
        self._session.interrupt()

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._session.close()

    def _mapped(self, plan: CallPlan, piece: Part) -> Part:
        output = self._apply(plan, piece)
        with self._reading(plan):
            columns = read_columns_of(self._session.window(), output, plan.output, piece.rows)
        return Part(new_table(plan.output, piece.rows, output, columns), piece)

    def _mask(self, plan: CallPlan, piece: Part) -> pa.BooleanArray:
        output = self._apply(plan, piece)
        with self._reading(plan):
            mask = read_batch(self._session.window(), output, _BOOL, piece.rows).column(0)
        assert isinstance(mask, pa.BooleanArray)
        return mask

    def _flattened(self, plan: CallPlan, piece: Part) -> Part:
        output = self._apply(plan, piece)
        with self._reading(plan):
            window = self._session.window()
            lists = read_list(window, output, piece.rows)
            columns = read_columns_of(window, lists.child, plan.output, lists.child_rows)
        table = new_table(plan.output, lists.child_rows, lists.child, columns)
        return Part(table, Listed(piece, lists.offsets))

    def _finished(self, plan: CallPlan, states: States) -> Finished:
        staging = finishing.staged(plan, states)
        result = self._run(self._session.export("lf_finish"), plan, staging, states.rows, states.number)
        with self._reading(plan):
            return finishing.answered(self._session.window(), plan, _given(result[_OUTPUT], "output"), states)

    def _extracted(self, plan: CallPlan, piece: Part) -> pa.RecordBatch:
        output = self._apply(plan, piece)
        with self._reading(plan):
            return read_batch(self._session.window(), output, plan.output, piece.rows)

    @staticmethod
    def _layout_of(rows: GuestRows, record: Type) -> Layout:
        """The layout of `record`, without a look-up by value where the rows know it."""
        known = rows.parts[0].table.layout if rows.parts else None
        return known if known is not None and known.record is record else layout_of(record)

    def _taken(self, layout: Layout, parts: list[Part]) -> pa.RecordBatch:
        """The rows of parts that share one table."""
        table = parts[0].table
        whole = table.host if table.host is not None else self._copied_out(layout, table)
        chosen = [part.selection for part in parts if part.selection is not None]
        if len(chosen) < len(parts):
            return whole
        return whole.take(chosen[0] if len(chosen) == 1 else pa.concat_arrays(chosen))

    def _copied_out(self, layout: Layout, table: Table) -> pa.RecordBatch:
        if table.layout is not layout and (table.layout is None or table.layout.record != layout.record):
            raise InternalError(f"rows of {table.layout and table.layout.record} were taken as {layout.record}")
        address = table.headers[tuple(range(len(layout.columns)))]
        with self._session.reading(Scene("the batch of a chain")):
            return read_batch(self._session.window(), address, layout, table.rows)

    def _apply(self, plan: CallPlan, part: Part) -> int:
        """Calls `lf_apply`: the address of its output."""
        result = self._run(self._session.apply, plan, Staging(plan, part), part.rows, part.loaded_row)
        with self._reading(plan):
            return _given(result[_OUTPUT], "output")

    def _run(
        self, export: Function, plan: CallPlan, staging: Staging, rows: int, row_map: RowMap = int
    ) -> tuple[int, ...]:
        session = self._session
        window, base = session.allocate(staging.block, plan.scene)
        session.begin_rows(window)
        call = staging.write(window, base)
        return session.run(export, call, plan.scene, rows, row_map)

    def _reading(self, plan: CallPlan) -> Reading:
        """Around reading an answer of `plan`: a lie ends the instance."""
        return self._session.reading(plan.scene)

    def _mine(self, batch: GuestBatch) -> GuestRows:
        if not isinstance(batch, GuestRows) or batch.chain != self._chain:
            raise InternalError("a batch was used after its chain had ended")
        return batch

    def _pieces(self, batch: GuestBatch) -> Iterator[Part]:
        return self._mine(batch).pieces()


def _given(address: int, what: str) -> int:
    if not address:
        raise GuestProtocolError(f"its answer has no {what}", rule="4")
    return address


def _joined(layout: Layout, batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    if not batches:
        return pa.RecordBatch.from_pylist([], schema=layout.schema)
    (joined,) = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return joined
