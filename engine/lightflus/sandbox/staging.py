"""What goes into a guest before one call: columns that are not there yet, selection, states, times, the Call itself.

What it owns: one `Block` per call and the Call struct of docs/abi.md section 4.
What it leaves: asking the guest for memory and calling it (`session.py`).
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.codec import Block, Child, Layout, abi, layout_of_schema
from lightflus.errors import InternalError
from lightflus.sandbox.functions import CallPlan
from lightflus.sandbox.lineage import Part, Table
from lightflus.wasm import Window

_WORD_BYTES = 4


class Staging:
    """The arguments of one call of `plan` over `part`."""

    __slots__ = ("_arrays", "_batch", "_buffers", "_call", "_columns", "_numbers", "_part", "_plan", "block")

    def __init__(self, plan: CallPlan, part: Part) -> None:
        self.block = Block()
        self._plan = plan
        self._part = part
        self._columns: list[tuple[int, int]] = []  # position of the column, handle
        self._arrays: dict[str, int] = {}  # handles of headers, by field of the Call
        self._buffers: dict[str, int] = {}  # the same of buffers
        self._numbers = {"size": abi.CALL.size, "function": plan.number, "rows": part.rows, "wanted": abi.WANTS_OUTPUT}
        self._batch = self._add_table(part.table)
        if part.selection is not None:
            self._buffers["selection"] = self.block.add_values(part.selection)
        self._call = self.block.reserve(abi.CALL.size)

    def add_numbers(self, **fields: int) -> None:
        """Sets fields of the Call."""
        self._numbers |= fields

    def add_states(self, layout: Layout, state: pa.StructArray, groups: pa.Buffer) -> None:
        """The states of groups (null row = none yet) and the group of each row of the call."""
        self.add_words("groups", groups)
        self._arrays["state"] = self.block.add_rows(layout, state)
        self._numbers["group_count"] = len(state)

    def add_batch(self, field: str, batch: pa.RecordBatch) -> None:
        """A batch of the host's own."""
        self._arrays[field] = self.block.add_batch(layout_of_schema(batch.schema), batch)

    def add_rows(self, field: str, layout: Layout, rows: pa.StructArray) -> None:
        """A batch whose rows may be null."""
        self._arrays[field] = self.block.add_rows(layout, rows)

    def add_words(self, field: str, words: pa.Buffer) -> None:
        """A u32 for each row of the call."""
        rows = self._numbers["rows"]
        if words.size < _WORD_BYTES * rows:
            raise InternalError(f"{words.size} bytes of {field} for {rows} rows")
        self._buffers[field] = self.block.add_buffer(words, _WORD_BYTES * rows)

    def add_times(self, field: str, times: pa.Int64Array) -> None:
        """An i64 for each row of the call."""
        if len(times) != self._numbers["rows"]:
            raise InternalError(f"{len(times)} {field} for {self._numbers['rows']} rows")
        self._buffers[field] = self.block.add_values(times)

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
        block = self.block
        fields = {"batch": self._part.table.headers[self._plan.reads], **self._numbers}
        fields |= {name: block.address(handle) for name, handle in self._arrays.items()}
        fields |= {name: block.data_address(handle) for name, handle in self._buffers.items()}
        return abi.CALL.pack(*(fields.get(name, 0) for name in abi.CALL_FIELDS))

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


def new_table(layout: Layout, rows: int, address: int, columns: tuple[int, ...]) -> Table:
    """The table of a struct array that the guest made."""
    return Table(rows, None, layout, list(columns), {tuple(range(len(columns))): address})


def loaded_table(columns: pa.RecordBatch) -> Table:
    """The table of a batch that is still in the host."""
    return Table(columns.num_rows, columns, None, [None] * columns.num_columns)
