"""Format json, writing."""

from __future__ import annotations

import json
import math
from math import inf, nextafter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.json import JsonDecoder
from lightflus.formats.json_lines import JsonEncoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

TEXT = ScalarType(Scalar.UTF8, nullable=True)
POINT = StructType((Field("x", ScalarType(Scalar.FLOAT64)), Field("n", TEXT)), nullable=True)


def written(kind: Type, values: list[object]) -> list[str]:
    record = StructType((Field("v", kind),))
    batch = pa.RecordBatch.from_pylist([{"v": value} for value in values], schema=schema_of(record))
    lines = JsonEncoder(record.fields).encode(batch).decode().split("\n")
    assert lines.pop() == ""
    return [line.removeprefix('{"v":').removesuffix("}") for line in lines]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-7, "1e-7"),
        (1.5e-6, "0.0000015"),
        (1e15, "1000000000000000"),
        (-1e16, "-10000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (math.nan, "null"),
        (-math.inf, "null"),
        (None, "null"),
    ],
)
def test_numbers_look_as_javascript_prints_them(value: float | None, text: str) -> None:
    assert written(ScalarType(Scalar.FLOAT64, nullable=True), [value]) == [text]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (ScalarType(Scalar.BOOL), True, "true"),
        (ScalarType(Scalar.UINT64), 2**64 - 1, "18446744073709551615"),
        (ScalarType(Scalar.FLOAT32), 0.1, "0.1"),
        (ScalarType(Scalar.TIMESTAMP_MS), 1767323045678, '"2026-01-02T03:04:05.678Z"'),
        (ScalarType(Scalar.DATE32), 10, '"1970-01-11"'),
        (ScalarType(Scalar.TIMESTAMP_US), 2**63 - 1, "null"),
        (ScalarType(Scalar.DATE32), -(2**31), "null"),
        (ListType(TEXT), ["a", None, '"'], r'["a",null,"\""]'),
        (ListType(TEXT, nullable=True), None, "null"),
        (ListType(ListType(TEXT)), [[], ["x"]], '[[],["x"]]'),
        (POINT, {"x": 1.0, "n": None}, '{"x":1,"n":null}'),
        (POINT, None, "null"),
    ],
)
def test_each_type_has_its_text(kind: Type, value: object, text: str) -> None:
    assert written(kind, [value]) == [text]


@given(st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))))
def test_any_text_is_escaped_so_that_it_comes_back(values: list[object]) -> None:
    assert [json.loads(line) for line in written(TEXT, values)] == values


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_powers_of_two_and_their_neighbours_come_back(sign: float) -> None:
    powers = [sign * 2.0**exponent for exponent in range(-1074, 1024)]
    values = [near for power in powers for near in (power, nextafter(power, 0), nextafter(power, sign * inf))]
    finite: list[object] = [value for value in values if abs(value) != inf]
    assert [float(line) for line in written(ScalarType(Scalar.FLOAT64), finite)] == finite


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_any_number_comes_back(values: list[object]) -> None:
    assert [float(line) for line in written(ScalarType(Scalar.FLOAT64), values)] == values


@given(st.lists(st.one_of(st.none(), st.lists(st.sampled_from([None, {"x": 1.5, "n": "a"}, {"x": 2.0, "n": None}])))))
def test_what_is_written_reads_back(values: list[object]) -> None:
    record = StructType((Field("v", ListType(POINT, nullable=True)),))
    batch = pa.RecordBatch.from_pylist([{"v": value} for value in values], schema=schema_of(record))
    lines = JsonEncoder(record.fields).encode(batch)
    back = JsonDecoder(record).decode_lines(lines or b"\n").columns
    assert back.to_pylist() == batch.to_pylist()


def test_a_slice_is_written_without_its_neighbours() -> None:
    batch = pa.record_batch({"v": [1, 2, 3, 4], "w": ["a", "b", "c", "d"]})
    fields = (Field("v", ScalarType(Scalar.INT64)), Field("w", TEXT))
    assert JsonEncoder(fields).encode(batch.slice(1, 2)) == b'{"v":2,"w":"b"}\n{"v":3,"w":"c"}\n'


def test_json_has_no_bytes() -> None:
    with pytest.raises(BindingInvalid, match="field `b` is binary"):
        JsonEncoder((Field("b", ScalarType(Scalar.BINARY)),))
