"""The kit's own encoder and the engine's decoder read docs/abi.md in the same way, for every type."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lightflus.codec import arrow_type, layout_of, read_batch
from lightflus.codec.abi import CALL
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.verify.canonical import canonical, first_difference, same
from lightflus.verify.image import PLAIN, Style, image
from lightflus.verify.values import Level, made
from lightflus.wasm import CompiledModule, Instance, Store, StoreLimits, Window, from_text

BASE = 4_096
SCALARS: tuple[Type, ...] = tuple(ScalarType(scalar, is_null) for scalar in Scalar for is_null in (False, True))
TEXT = ScalarType(Scalar.UTF8, True)
NESTED: tuple[Type, ...] = (
    ListType(TEXT, True),
    ListType(ListType(ScalarType(Scalar.BOOL))),
    StructType((Field("a", TEXT), Field("b", ListType(ScalarType(Scalar.FLOAT64, True), True)))),
    StructType((Field("inner", StructType((Field("c", TEXT), Field("d", ScalarType(Scalar.INT8))), True)),)),
    StructType((Field("a", TEXT),), True),
)
STYLES = (
    PLAIN,
    Style(has_spare_bitmaps=True, has_longer_children=True),
    Style(has_unknown_null_counts=True, has_hostile_gaps=True, extra_call_bytes=24),
)


@pytest.fixture(scope="module")
def memory() -> Window:
    module = CompiledModule.from_wasm(from_text('(module (memory (export "memory") 32))'))
    return Instance.without_imports(Store(StoreLimits(32 * 65_536, None), module.engine), module).memory().window()


@pytest.mark.parametrize("style", STYLES, ids=["plain", "spare", "hostile"])
@pytest.mark.parametrize("record", [*SCALARS, *NESTED], ids=str)
def test_what_the_kit_writes_is_what_the_engine_reads(record: Type, style: Style, memory: Window) -> None:
    layout = layout_of(record)
    for level in Level:
        batch = made(record, level, 21)
        written = image(3, layout.columns, batch, style=style)
        memory.write(BASE, written.at(BASE))
        size, function, at, rows = CALL.unpack(memory.read(BASE + written.call_at, CALL.size))[:4]
        assert (size, function, rows) == (CALL.size + style.extra_call_bytes, 3, 21)
        assert same(layout, read_batch(memory, at, layout, 21), batch)


@pytest.mark.parametrize("record", [*SCALARS, *NESTED], ids=str)
def test_made_up_rows_have_nulls_where_their_type_allows_them(record: Type) -> None:
    batch = made(record, Level.WILD, 20)
    assert batch.slice(0, 1).column(0).null_count == 0
    nullable = batch.schema.field(0).nullable
    assert (batch.slice(1, 1).column(0).null_count == 1) is nullable
    assert batch.equals(made(record, Level.WILD, 20)) or same(layout_of(record), batch, made(record, Level.WILD, 20))


def test_what_a_null_hides_does_not_show() -> None:
    record = StructType((Field("a", ScalarType(Scalar.INT32, True)),))
    hidden = pa.Array.from_buffers(pa.int32(), 2, [pa.py_buffer(b"\1"), pa.py_buffer(bytes(range(8)))])
    plain = pa.array([0x03020100, None], pa.int32())
    schema = pa.schema([pa.field("a", arrow_type(ScalarType(Scalar.INT32)))])
    batches = [pa.RecordBatch.from_arrays([array], schema=schema) for array in (hidden, plain)]
    assert canonical(layout_of(record), batches[0]) == canonical(layout_of(record), batches[1])


def test_nan_is_nan_and_other_values_differ() -> None:
    record = StructType((Field("a", ScalarType(Scalar.FLOAT64)),))
    schema = layout_of(record).schema

    def batch(*values: float) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array(values, pa.float64())], schema=schema)

    assert same(layout_of(record), batch(1.0, float("nan")), batch(1.0, -float("nan")))
    assert first_difference(layout_of(record), batch(1, 2), batch(1, 3)) == "row 1 is 3.0 instead of 2.0"
