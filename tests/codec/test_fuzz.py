"""Answers damaged at random: refused or read, never anything else."""

from __future__ import annotations

import contextlib
import functools

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from linear_memory import new_memory

from lightflus.codec import Block, layout_of, read_batch, read_list, schema_of
from lightflus.errors import GuestMemoryExceeded, GuestProtocolError
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.wasm import Window

BASE = 4_096
TEXT = ScalarType(Scalar.UTF8, nullable=True)
INNER = StructType((Field("x", ScalarType(Scalar.INT32)), Field("y", TEXT)), nullable=True)
RECORD = StructType(
    (
        Field("flag", ScalarType(Scalar.BOOL)),
        Field("words", ListType(TEXT, nullable=True)),
        Field("inner", INNER),
        Field("lists", ListType(ListType(INNER))),
    )
)
ROWS: list[dict[str, object]] = [
    {
        "flag": i % 3 == 0,
        "words": None if i % 4 == 0 else ["a", None, "éß"][: i % 4],
        "inner": None if i % 5 == 0 else {"x": i, "y": "漢字" if i % 2 else None},
        "lists": [[{"x": i, "y": "z"}, None], []],
    }
    for i in range(20)
]


@functools.cache
def truthful() -> tuple[Window, int, int, bytes]:
    """A memory with a truthful answer: its address, and address and bytes of all of it."""
    memory = new_memory()
    block = Block()
    handle = block.add_batch(layout_of(RECORD), pa.RecordBatch.from_pylist(ROWS, schema=schema_of(RECORD)))
    block.write(memory, BASE)
    return memory, block.address(handle), block.size, memory.read(BASE, block.size)


damages = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(st.integers(0, 7).map(lambda bit: ("flip", bit)), st.integers(0, 255).map(lambda to: ("set", to))),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=600, deadline=None)
@given(damages)
def test_a_damaged_answer_is_refused_or_read(places: list[tuple[float, tuple[str, int]]]) -> None:
    memory, address, size, image = truthful()
    damaged = bytearray(image)
    for place, (how, value) in places:
        at = int(place * size)
        damaged[at] = damaged[at] ^ 1 << value if how == "flip" else value
    memory.write(BASE, bytes(damaged))
    with contextlib.suppress(GuestProtocolError, GuestMemoryExceeded):
        read_batch(memory, address, layout_of(RECORD), len(ROWS)).to_pylist()
    with contextlib.suppress(GuestProtocolError, GuestMemoryExceeded):
        read_list(memory, address, len(ROWS))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, (1 << 32) - 1), st.integers(0, 1 << 20))
def test_any_address_is_refused_or_read(address: int, rows: int) -> None:
    memory = truthful()[0]
    with contextlib.suppress(GuestProtocolError, GuestMemoryExceeded):
        read_batch(memory, address, layout_of(RECORD), rows)
    with contextlib.suppress(GuestProtocolError, GuestMemoryExceeded):
        read_list(memory, address, rows)
