"""States that become one: of sessions that have met, and of the panes of a window.

What it owns: which rows of a batch of states a guest is asked to merge, and where the answers go. Any thread.
What it leaves: the guest's call, where states lie (`ports/windows.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.limits import FOLD_ROWS
from lightflus.model.extract import FunctionNumber
from lightflus.ports.guests import Guest
from lightflus.ports.stamps import counted_from
from lightflus.ports.windows import Firing

_WORD = 4


def merged(
    guest: Guest, function: FunctionNumber, state: pa.StructArray, others: pa.RecordBatch, groups: pa.Buffer
) -> pa.StructArray:
    """`state`, a row per group, after the states `others` have gone into the groups that `groups` names (u32)."""
    into = words(groups)
    touched = into.unique()
    numbers = cast(pa.UInt32Array, pc.index_in(into, value_set=touched).cast(pa.uint32()))
    answers = guest.merge(function, others, state=state.take(touched), groups=_buffer(numbers))
    every = cast(pa.UInt32Array, counted_from(0, len(state)).cast(pa.uint32()))
    place = pc.index_in(every, value_set=touched)
    answered = pc.add(place.cast(pa.int64()), pa.scalar(len(state), pa.int64()))
    rows = pc.coalesce(answered, every.cast(pa.int64()))
    both = pa.concat_arrays([state, answers.to_struct_array().cast(state.type)])
    return cast(pa.StructArray, both.take(rows))


def folded_panes(
    guest: Guest, function: FunctionNumber, states: pa.RecordBatch, groups: pa.Buffer, count: int
) -> pa.RecordBatch:
    """The states of `count` groups of which every one has some of `states`, those of one group adjacent."""
    done: pa.StructArray = pa.nulls(count, states.to_struct_array().type)
    numbers = words(groups)
    for start in range(0, len(numbers), FOLD_ROWS):
        rows = states.slice(start, FOLD_ROWS)
        first, last = numbers[start].as_py(), numbers[start + rows.num_rows - 1].as_py()
        mine = pc.subtract(numbers.slice(start, rows.num_rows), pa.scalar(first, pa.uint32()))
        part = guest.merge(function, rows, state=done.slice(first, last - first + 1), groups=_buffer(mine))
        merged_rows = cast(pa.StructArray, part.to_struct_array().cast(done.type))
        done = pa.concat_arrays([done.slice(0, first), merged_rows, done.slice(last + 1)])
    return pa.RecordBatch.from_struct_array(done)


def cells_of(firing: Firing, first: int, last: int) -> tuple[pa.Buffer, pa.Buffer]:
    """The cells of the groups [first, last) of a firing, and the group of each, counted from `first`."""
    if first == 0 and last == firing.group_count:
        return firing.cells, firing.groups
    groups = memoryview(firing.groups).cast("I")
    start, stop = bisect_left(groups, first), bisect_left(groups, last)
    counted = pc.subtract(words(firing.groups).slice(start, stop - start), pa.scalar(first, pa.uint32()))
    return firing.cells.slice(_WORD * start, _WORD * (stop - start)), _buffer(counted)


def _buffer(numbers: pa.UInt32Array) -> pa.Buffer:
    """The values of a new array."""
    found = numbers.buffers()[1]
    return pa.py_buffer(b"") if found is None else found.slice(0, _WORD * len(numbers))


def words(buffer: pa.Buffer) -> pa.UInt32Array:
    """A buffer of u32 as an array; nothing is copied."""
    return cast(pa.UInt32Array, pa.Array.from_buffers(pa.uint32(), buffer.size // _WORD, [None, buffer]))
