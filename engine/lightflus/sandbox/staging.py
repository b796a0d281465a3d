"""What goes into a guest before one call: columns that are not there yet, selection, state, groups, the Call itself.

What it owns: one `Block` per call and the Call struct of docs/abi.md section 4.
What it leaves: asking the guest for memory and calling it (`session.py`).
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.codec import Block, Child, Layout, abi
from lightflus.errors import InternalError
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.lineage import Part, Table
from lightflus.wasm import Window

_WORD_BYTES = 4


class Staging:
    """The arguments of one call of `plan` over `part`."""

    __slots__ = (
        *("_batch", "_call", "_columns", "_fold", "_group_count", "_groups", "_part", "_plan", "_selection", "_state"),
        *("_wanted", "block"),
    )

    def __init__(self, plan: CallPlan, part: Part) -> None:
        self.block = Block()
        self._plan = plan
        self._part = part
        self._columns: list[tuple[int, int]] = []  # position of the column, handle
        self._batch = self._add_table(part.table)
        self._selection = self._add_words(part.selection)
        self._state: int | None = None
        self._groups: int | None = None
        self._group_count = 0
        self._wanted = abi.WANTS_OUTPUT
        self._call = self.block.reserve(abi.CALL.size)

    def add_fold(self, state: pa.StructArray, groups: pa.Buffer, *, wants_output: bool) -> None:
        """Makes it a fold: states (null row = none yet) and the group of each row."""
        size = _WORD_BYTES * self._part.rows
        if groups.size < size:
            raise InternalError(f"{groups.size} bytes of groups for {self._part.rows} rows")
        self._state = self.block.add_rows(self._plan.output, state)
        self._groups = self.block.add_buffer(groups, size)
        self._group_count = len(state)
        self._wanted = abi.WANTS_STATE | (abi.WANTS_OUTPUT if wants_output else 0)

    def write(self, window: Window, base: int) -> int:
        """Writes everything at `base`; the address of the Call. Raises OutOfBounds."""
        block, table = self.block, self._part.table
        block.write(window, base)
        for position, handle in self._columns:
            table.columns[position] = block.address(handle)
        if self._batch.is_handle:
            table.headers[self._plan.reads] = block.address(self._batch.at)
        window.write(block.address(self._call), self._packed())
        return block.address(self._call)

    def _packed(self) -> bytes:
        block, part = self.block, self._part
        return abi.CALL.pack(
            abi.CALL.size,
            self._plan.number,
            part.table.headers[self._plan.reads],
            part.rows,
            0 if self._selection is None else block.data_address(self._selection),
            self._wanted,
            0 if self._state is None else block.address(self._state),
            0 if self._groups is None else block.data_address(self._groups),
            self._group_count,
            *(0, 0, 0, 0, 0, 0, 0, 0),  # keys, times, windows and watermark: not used by these kinds
        )

    def _add_table(self, table: Table) -> Child:
        """The struct array that the function reads: one that is there, or a new header over its columns."""
        reads = self._plan.reads
        known = table.headers.get(reads)
        if known is not None:
            return Child(False, known)
        self._require_layout(table)
        children = [self._add_column(table, position) for position in reads]
        return Child(True, self.block.add_struct(table.rows, children))

    def _add_column(self, table: Table, position: int) -> Child:
        address = table.columns[position]
        if address is not None:
            return Child(False, address)
        if table.host is None:
            raise InternalError(f"column {position} is neither in the guest nor in the host")
        handle = self.block.add_column(self._plan.input.columns[position], table.host.column(position))
        self._columns.append((position, handle))
        return Child(True, handle)

    def _require_layout(self, table: Table) -> None:
        """A function reads the record that it declares; the plan of a job makes sure of it."""
        expected = self._plan.input
        if table.layout is None:
            assert table.host is not None
            if table.host.schema.names != expected.schema.names:
                raise InternalError(
                    f"{self._plan.label} reads columns {expected.schema.names}, not {table.host.schema.names}"
                )
            table.layout = expected
        elif table.layout is not expected and table.layout.record != expected.record:
            raise InternalError(f"{self._plan.label} reads {expected.record}, not {table.layout.record}")

    def _add_words(self, words: pa.UInt32Array | None) -> int | None:
        if words is None:
            return None
        buffer = words.buffers()[1]
        assert buffer is not None
        start = _WORD_BYTES * words.offset
        return self.block.add_buffer(buffer.slice(start), _WORD_BYTES * len(words))


def new_table(layout: Layout, rows: int, address: int, columns: tuple[int, ...]) -> Table:
    """The table of a struct array that the guest made."""
    return Table(rows, None, layout, list(columns), {tuple(range(len(columns))): address})


def loaded_table(columns: pa.RecordBatch) -> Table:
    """The table of a batch that is still in the host."""
    return Table(columns.num_rows, columns, None, [None] * columns.num_columns)
