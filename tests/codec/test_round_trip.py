"""What is written into linear memory is what is read out of it, for every type and null pattern."""

from __future__ import annotations

import math
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linear_memory import new_memory

from lightflus.codec import Block, layout_of, read_batch, read_list, record_type, schema_of
from lightflus.errors import InternalError
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.wasm import Window

BASE = 4_096

_INTEGERS = {
    Scalar.INT8: (-(1 << 7), (1 << 7) - 1),
    Scalar.INT16: (-(1 << 15), (1 << 15) - 1),
    Scalar.INT32: (-(1 << 31), (1 << 31) - 1),
    Scalar.INT64: (-(1 << 63), (1 << 63) - 1),
    Scalar.UINT8: (0, (1 << 8) - 1),
    Scalar.UINT16: (0, (1 << 16) - 1),
    Scalar.UINT32: (0, (1 << 32) - 1),
    Scalar.UINT64: (0, (1 << 64) - 1),
    Scalar.DATE32: (-(1 << 20), 1 << 20),
    Scalar.TIMESTAMP_MS: (-(1 << 40), 1 << 40),
    Scalar.TIMESTAMP_US: (-(1 << 50), 1 << 50),
}


@pytest.fixture
def memory() -> Window:
    return new_memory()


def write(memory: Window, batch: pa.RecordBatch, record: Type) -> int:
    block = Block()
    handle = block.add_batch(layout_of(record), batch)
    block.write(memory, BASE)
    return block.address(handle)


def types() -> st.SearchStrategy[Type]:
    scalars = st.builds(ScalarType, st.sampled_from(Scalar), st.booleans())

    def larger(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        fields = st.lists(inner, min_size=1, max_size=3).map(
            lambda parts: tuple(Field(f"f{i}", part) for i, part in enumerate(parts))
        )
        return st.one_of(st.builds(ListType, inner, st.booleans()), st.builds(StructType, fields, st.booleans()))

    return st.recursive(scalars, larger, max_leaves=4)


def values(kind: Type) -> st.SearchStrategy[object]:
    base: st.SearchStrategy[object]
    match kind:
        case ScalarType(Scalar.BOOL):
            base = st.booleans()
        case ScalarType(Scalar.UTF8):
            base = st.text(max_size=5)
        case ScalarType(Scalar.BINARY):
            base = st.binary(max_size=5)
        case ScalarType(Scalar.FLOAT32):
            base = st.floats(width=32, allow_nan=False)
        case ScalarType(Scalar.FLOAT64):
            base = st.floats(allow_nan=False)
        case ScalarType(scalar):
            base = st.integers(*_INTEGERS[scalar])
        case ListType(item):
            base = st.lists(values(item), max_size=3)
        case StructType(fields):
            base = st.fixed_dictionaries({field.name: values(field.type) for field in fields})
    return st.none() | base if kind.nullable else base


@st.composite
def batches(draw: st.DrawFn) -> tuple[Type, pa.RecordBatch]:
    """A record type with a batch of it, cut out of a longer one."""
    columns = draw(st.lists(types(), min_size=1, max_size=2))
    record = StructType(tuple(Field(f"c{i}", column) for i, column in enumerate(columns)))
    rows = draw(st.lists(values(record), max_size=20))
    whole = pa.RecordBatch.from_pylist(cast("list[dict[str, object]]", rows), schema=schema_of(record))
    start = draw(st.integers(0, len(rows)))
    return record, whole.slice(start, draw(st.integers(0, len(rows) - start)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches())
def test_every_batch_comes_back_as_it_went(memory: Window, case: tuple[Type, pa.RecordBatch]) -> None:
    record, batch = case
    address = write(memory, batch, record)
    back = read_batch(memory, address, layout_of(record), batch.num_rows)
    assert back.equals(batch)
    assert back.schema == schema_of(record)


@given(types())
def test_every_record_type_has_one_arrow_type(record: Type) -> None:
    field = schema_of(ListType(record)).field(0)
    assert isinstance(field.type, pa.ListType)
    item = field.type.value_field
    assert record_type(item.type, nullable=item.nullable) == record


def test_a_type_that_records_do_not_have_is_named() -> None:
    with pytest.raises(InternalError, match="duration"):
        record_type(pa.duration("s"))


def test_nan_and_negative_zero_travel(memory: Window) -> None:
    record = ScalarType(Scalar.FLOAT64)
    batch = pa.record_batch({"value": [math.nan, -0.0]}, schema=schema_of(record))
    nan, zero = read_batch(memory, write(memory, batch, record), layout_of(record), 2).column(0).to_pylist()
    assert isinstance(nan, float)
    assert isinstance(zero, float)
    assert math.isnan(nan)
    assert math.copysign(1, zero) == -1


def test_a_string_slice_takes_only_its_own_bytes_along() -> None:
    record = ScalarType(Scalar.UTF8)
    whole = pa.record_batch({"value": ["x" * 1_000, "ab", "x" * 1_000]}, schema=schema_of(record))
    block = Block()
    block.add_batch(layout_of(record), whole.slice(1, 1))
    assert block.size < 300


def test_states_may_be_null_rows(memory: Window) -> None:
    record = StructType((Field("t", ScalarType(Scalar.INT64)),))
    states = pa.StructArray.from_arrays(
        [pa.array([1, 2, 3], pa.int64())], fields=list(schema_of(record)), mask=pa.array([False, True, False])
    )
    block = Block()
    handle = block.add_rows(layout_of(record), states.slice(1))
    block.write(memory, BASE)
    header = memory.read(block.address(handle), 16)
    assert (int.from_bytes(header[:8], "little"), int.from_bytes(header[8:], "little")) == (2, 1)


def test_a_column_of_the_wrong_type_is_our_own_bug(memory: Window) -> None:
    batch = pa.record_batch({"value": pa.array([1], pa.int32())})
    with pytest.raises(InternalError, match="column value should be double, not int32"):
        write(memory, batch, ScalarType(Scalar.FLOAT64))


def test_a_list_array_hands_over_its_offsets_and_leaves_its_child(memory: Window) -> None:
    record = ListType(ScalarType(Scalar.INT64))
    batch = pa.record_batch({"value": [[1, 2], [], [3]]}, schema=schema_of(record))
    block = Block()
    handle = block.add_column(layout_of(record).columns[0], batch.column(0))
    block.write(memory, BASE)
    header = read_list(memory, block.address(handle), 3)
    assert (header.offsets.to_pylist(), header.child_rows) == ([0, 2, 2, 3], 3)


def test_an_empty_list_array_has_no_rows(memory: Window) -> None:
    record = ListType(ScalarType(Scalar.INT64))
    block = Block()
    handle = block.add_column(layout_of(record).columns[0], pa.array([], pa.list_(pa.field("item", pa.int64(), False))))
    block.write(memory, BASE)
    header = read_list(memory, block.address(handle), 0)
    assert (header.offsets.to_pylist(), header.child_rows) == ([0], 0)
