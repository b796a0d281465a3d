"""Format json, with text that is a number in the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid, RecordRefused
from lightflus.formats.registry import line_decoder, line_encoder, message_decoder, message_encoder
from lightflus.model.types import VALUE_COLUMN, Field, ListType, Scalar, ScalarType, StructType, Type, columns

TEXT = ScalarType(Scalar.UTF8)
MAYBE = ScalarType(Scalar.UTF8, nullable=True)
ITEM = StructType((Field("u", MAYBE),))
ORDER = StructType((Field("id", TEXT), Field("who", TEXT), Field("items", ListType(ITEM))))
OPTIONS = {"uint64": "id, items.u"}
LARGEST = 2**64 - 1


def rows(record: Type, values: Sequence[Mapping[str, object]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(values, schema=schema_of(record))


@given(st.lists(st.tuples(st.integers(0, LARGEST), st.lists(st.none() | st.integers(0, LARGEST))), max_size=5))
def test_such_numbers_are_text_on_the_way_in_and_numbers_on_the_way_out(orders: list[tuple[int, list[int]]]) -> None:
    values = [
        {"id": str(n), "who": "1", "items": [{"u": None if u is None else str(u)} for u in items]}
        for n, items in orders
    ]
    lines = line_encoder("json", columns(ORDER), OPTIONS).encode(rows(ORDER, values))
    assert [line.split(b",")[0] for line in lines.splitlines()] == [b'{"id":%d' % n for n, _ in orders]
    assert line_decoder("json", ORDER, OPTIONS).decode_lines(lines).columns.to_pylist() == values


@pytest.mark.parametrize("there", ["-1", "18446744073709551616", '"7"', "1.5", "true", "null"])
def test_what_is_no_such_number_is_a_bad_record(there: str) -> None:
    found = line_decoder("json", ORDER, OPTIONS).decode_lines(b'{"id":%s,"who":"","items":[]}\n' % there.encode())
    assert found.columns.num_rows == 0
    assert "field `id` should be uint64, but is" in found.bad[0].reason


@pytest.mark.parametrize("text", ["", "-1", "007", "0x1F", " 1", "+1", "1.0", "18446744073709551616", "ten"])
def test_a_text_that_is_no_such_number_is_refused_with_its_row(text: str) -> None:
    encoder = line_encoder("json", [Field("n", TEXT)], {"uint64": "n"})
    record = StructType((Field("n", TEXT),))
    with pytest.raises(RecordRefused, match=r"not written: \{'n': '.*'\}"):
        encoder.encode(rows(record, [{"n": "1"}, {"n": text}]))


def test_messages_are_the_same_and_a_value_that_is_alone_is_the_message() -> None:
    values = [{"value": {"id": str(LARGEST), "who": "ann", "items": []}}]
    record = StructType((Field(VALUE_COLUMN, ORDER),))
    messages = message_encoder("json", columns(record), OPTIONS).encode_messages(rows(record, values))
    assert messages == [b'{"id":18446744073709551615,"who":"ann","items":[]}']
    decoder = message_decoder("json", ORDER, OPTIONS)
    assert decoder.decode_messages(pa.array(messages, pa.binary())).columns.to_pylist() == [values[0]["value"]]


@pytest.mark.parametrize("name", ["x", "items", "items.v", "id.u", ""])
def test_a_name_that_is_no_text_is_refused(name: str) -> None:
    with pytest.raises(BindingInvalid, match=f"option `format.uint64` of format `json` is `{name}`"):
        line_decoder("json", ORDER, {"uint64": f"id,{name}"})


@pytest.mark.parametrize(("kind", "number"), [(TEXT, 7), (MAYBE, LARGEST), (ScalarType(Scalar.INT64), 2**63)])
def test_an_integer_that_a_job_could_have_as_text_names_the_way_out(kind: Type, number: int) -> None:
    found = line_decoder("json", StructType((Field("n", kind),))).decode_lines(b'{"n":%d}\n' % number)
    assert "format.uint64" in (found.bad[0].hint or "")


def test_a_number_that_is_none_of_64_bits_names_no_way_out() -> None:
    found = line_decoder("json", StructType((Field("n", TEXT),))).decode_lines(b'{"n":1.5}\n{"n":-1}\n{"n":1e400}\n')
    assert [bad.hint for bad in found.bad] == [None, None, None]
