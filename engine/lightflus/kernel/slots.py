"""Rows by slot or cell, into a kernel instance and out: what every kind of state does in the same way.

What it owns: the form of such calls. What it leaves: what rows mean (`keyed_state.py` and its neighbours).
"""

from __future__ import annotations

import sys

import pyarrow as pa

from lightflus.codec import Block, Layout, read_batch
from lightflus.errors import GuestProtocolError, KernelFailed
from lightflus.kernel.instance import WORD, KernelInstance

NOTHING = pa.py_buffer(b"")


def read_rows(kernel: KernelInstance, name: str, slots: pa.Buffer, layout: Layout) -> pa.RecordBatch:
    """A batch with a row per slot, which the export `name` makes."""
    count = slots.size // WORD
    return batch_at(kernel, name, kernel.call(name, begin_slots(kernel, slots), count), layout, count)


def batch_at(kernel: KernelInstance, name: str, address: int, layout: Layout, rows: int | None) -> pa.RecordBatch:
    """A batch that the export `name` has made: of text that was checked when it went in, or is being read."""
    try:
        return read_batch(kernel.window(), address, layout, rows, most_items=sys.maxsize, is_text_known=True)
    except GuestProtocolError as error:
        raise KernelFailed(f"{name}: {error}") from error


def begin_slots(kernel: KernelInstance, slots: pa.Buffer) -> int:
    """Writes slots as the arguments of the next call: their address."""
    block = Block()
    at = block.add_buffer(slots, slots.size)
    kernel.begin(block)
    return block.data_address(at)


def begin_rows(kernel: KernelInstance, slots: pa.Buffer, layout: Layout, rows: pa.RecordBatch) -> tuple[int, int, int]:
    """The same with a row for each: the address of the slots, their number, the address of the rows."""
    if slots.size != WORD * rows.num_rows:
        raise KernelFailed(f"{rows.num_rows} rows for {slots.size // WORD} slots")
    block = Block()
    batch = block.add_batch(layout, rows)
    at = block.add_buffer(slots, slots.size)
    kernel.begin(block)
    return block.data_address(at), rows.num_rows, block.address(batch)


def begin_keys(
    kernel: KernelInstance, layout: Layout, keys: pa.RecordBatch, *values: pa.UInt64Array | pa.Int64Array | None
) -> list[int]:
    """Writes keys, and values of each: their addresses, 0 for None."""
    block = Block()
    batch = block.add_batch(layout, keys)
    handles = [None if part is None else _add_values(block, part, keys.num_rows) for part in values]
    kernel.begin(block)
    return [block.address(batch), *(0 if handle is None else block.data_address(handle) for handle in handles)]


def _add_values(block: Block, values: pa.UInt64Array | pa.Int64Array, rows: int) -> int:
    """Adds the values of an array without nulls, from its offset on."""
    data = values.buffers()[1]
    if len(values) != rows or values.null_count or data is None:
        name = "hashes" if pa.types.is_uint64(values.type) else "times"
        raise KernelFailed(f"{len(values)} {name} for {rows} keys, {values.null_count} of them null")
    size = 8 * rows
    return block.add_buffer(data.slice(8 * values.offset, size), size)
