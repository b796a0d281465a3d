"""Formats raw and json over messages, whose bounds the transport keeps."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa
import pytest
from format_helpers import binary
from hypothesis import given
from hypothesis import strategies as st

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.registry import line_decoder, line_encoder, message_decoder, message_encoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord

TEXT = ScalarType(Scalar.UTF8)
BYTES = ScalarType(Scalar.BINARY)
NUMBER = ScalarType(Scalar.FLOAT64)
CLICK = StructType((Field("user", TEXT), Field("count", ScalarType(Scalar.INT64))))
MAYBE_CLICK = StructType(CLICK.fields, nullable=True)
GOOD = {"user": "ann", "count": 3}
ANN = json.dumps(GOOD).encode()


def decoded(
    record: Type, messages: Sequence[bytes | None], form: str = ""
) -> tuple[dict[int, object], tuple[BadRecord, ...]]:
    """The row of each message that has one, and the bad ones."""
    found = message_decoder(form, record).decode_messages(binary(messages))
    assert found.records == len(messages)
    found.columns.validate(full=True)
    rows = found.columns.to_pylist()
    records = range(len(rows)) if found.record_of_row is None else found.record_of_row.to_pylist()
    numbers = [number or 0 for number in records]
    assert numbers == sorted(numbers), "rows stand in the order of their messages"
    return dict(zip(numbers, rows, strict=True)), found.bad


def test_a_message_is_a_record() -> None:
    assert decoded(CLICK, [ANN] * 3) == ({0: GOOD, 1: GOOD, 2: GOOD}, ())


def test_no_messages_are_no_records() -> None:
    assert decoded(CLICK, []) == ({}, ())
    assert decoded(TEXT, []) == ({}, ())


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("margin", [b"", b"\n", b" \r\n\t"])
def test_json_over_several_lines_is_one_record(indent: int | None, margin: bytes) -> None:
    message = margin + json.dumps({**GOOD, "more": {"a": [{}, {}]}}, indent=indent).encode() + margin
    assert decoded(CLICK, [message] * 100) == (dict.fromkeys(range(100), GOOD), ())


def test_text_and_bytes_keep_their_line_ends() -> None:
    assert decoded(TEXT, [b"a\nb\r\n", b""]) == ({0: {"value": "a\nb\r\n"}, 1: {"value": ""}}, ())
    assert decoded(BYTES, [b"\xff\n"]) == ({0: {"value": b"\xff\n"}}, ())


def test_a_tombstone_is_a_bad_record_unless_the_type_has_null() -> None:
    rows, (bad,) = decoded(CLICK, [ANN, None, ANN])
    assert rows == {0: GOOD, 2: GOOD}
    assert (bad.index, bad.raw, "tombstone" in bad.reason) == (1, b"", True)


@pytest.mark.parametrize("null", [None, b"null", b" null\n"])
def test_a_nullable_record_is_null_where_there_is_no_value(null: bytes | None) -> None:
    assert decoded(MAYBE_CLICK, [ANN, null, ANN])[0] == {0: {"value": GOOD}, 1: {"value": None}, 2: {"value": GOOD}}


def test_a_nullable_text_is_null_only_where_there_is_no_value() -> None:
    maybe = ScalarType(Scalar.UTF8, nullable=True)
    assert decoded(maybe, [None, b"", b"null"])[0] == {0: {"value": None}, 1: {"value": ""}, 2: {"value": "null"}}


def test_a_bad_message_among_tombstones_keeps_its_number() -> None:
    rows, bad = decoded(MAYBE_CLICK, [None, b"{", None, ANN])
    assert rows == {0: {"value": None}, 2: {"value": None}, 3: {"value": GOOD}}
    assert [(record.index, record.raw) for record in bad] == [(1, b"{")]


def test_records_that_are_no_objects_are_messages_too() -> None:
    assert decoded(NUMBER, [b"1", b" 2.5\n"])[0] == {0: {"value": 1.0}, 1: {"value": 2.5}}
    assert decoded(ListType(TEXT), [b'["a"]'])[0] == {0: {"value": ["a"]}}


@pytest.mark.parametrize(
    "hostile",
    [
        [b'{"user":"a","count":1}{"user":"b","count":2}', b'{"user":"c",', b'"count":3}'],
        [b'{"user":"a","count":1}\n{"user":"b","count":2}', b'{"user":"c","x":{}', b'{"y":1},"count":3}'],
        [b'{"user":"a","count":1},', b'{"user":"b","count":2}'],
        [b'{"user":"a', b'{"}', b'","count":1}'],
        [b"{}", b""],
        [b""],
    ],
)
def test_no_message_reaches_into_the_next(hostile: list[bytes]) -> None:
    rows, bad = decoded(CLICK, [ANN, *hostile, ANN] * 40)
    size = len(hostile) + 2
    expected = {number for number, message in enumerate([ANN, *hostile, ANN] * 40) if is_click(message)}
    assert rows.keys() == expected
    assert expected >= {0, size - 1}
    assert {record.index: record.raw for record in bad} == {
        number: message for number, message in enumerate([ANN, *hostile, ANN] * 40) if not is_click(message)
    }


def test_a_byte_order_mark_in_front_of_json_is_told() -> None:
    rows, (bad,) = decoded(CLICK, [b"\xef\xbb\xbf" + ANN, ANN])
    assert (rows, bad.reason) == ({1: GOOD}, "this is not JSON: it begins with a byte order mark")


def is_click(message: bytes) -> bool:
    try:
        value = json.loads(message)
    except ValueError:
        return False
    return isinstance(value, dict) and isinstance(value.get("user"), str) and type(value.get("count")) is int


PIECES = st.sampled_from(
    [ANN, b"{", b"}", b'{"user":"a",', b'"count":1}', b"\n", b" ", b"\xff", b",", b"[", b"null", b'"']
)
MESSAGES = st.lists(st.lists(PIECES, max_size=3).map(b"".join), max_size=90)


@given(MESSAGES)
def test_every_message_is_judged_as_if_it_were_alone(messages: list[bytes]) -> None:
    rows, bad = decoded(CLICK, messages)
    alone = [decoded(CLICK, [message]) for message in messages]
    assert rows == {i: found[0] for i, (found, _) in enumerate(alone) if found}
    assert [(b.index, b.byte, b.reason, b.raw) for b in bad] == [
        (i, b.byte, b.reason, b.raw) for i, (_, refused) in enumerate(alone) for b in refused
    ]


@given(MESSAGES, st.integers(1, 7))
def test_where_batches_end_changes_nothing(messages: list[bytes], size: int) -> None:
    whole = decoded(TEXT, messages)
    parts = [(first, decoded(TEXT, messages[first : first + size])) for first in range(0, len(messages), size)]
    assert whole[0] == {first + i: row for first, (rows, _) in parts for i, row in rows.items()}
    assert [(b.index, b.raw) for b in whole[1]] == [(first + b.index, b.raw) for first, (_, bad) in parts for b in bad]


@given(st.lists(st.lists(PIECES, max_size=3).map(lambda p: b"".join(p).replace(b"\n", b"")), min_size=1, max_size=90))
def test_lines_and_messages_are_judged_alike(lines: list[bytes]) -> None:
    found = line_decoder("json", CLICK).decode_lines(b"\n".join([*lines, b""]))
    rows, bad = decoded(CLICK, lines)
    assert found.columns.to_pylist() == list(rows.values())
    blank = [i for i, line in enumerate(lines) if not line.strip(b" ")]
    assert [b.index for b in found.bad] == [b.index for b in bad if b.index not in blank]


def test_messages_are_written_as_objects() -> None:
    batch = pa.RecordBatch.from_pylist([GOOD, GOOD], schema=schema_of(CLICK))
    assert message_encoder("", CLICK.fields).encode_messages(batch) == [b'{"user":"ann","count":3}'] * 2


def test_a_field_named_value_is_the_message_itself() -> None:
    batch = pa.RecordBatch.from_pylist([{"value": GOOD}, {"value": None}], schema=schema_of(MAYBE_CLICK))
    encoder = message_encoder("json", [Field("value", MAYBE_CLICK)])
    assert encoder.encode_messages(batch) == [b'{"user":"ann","count":3}', None]


@pytest.mark.parametrize("kind", [TEXT, BYTES])
def test_raw_writes_values_as_they_are(kind: ScalarType) -> None:
    nullable = ScalarType(kind.scalar, nullable=True)
    batch = pa.record_batch({"value": pa.array([b"a\n", None, b""]).cast(schema_of(nullable).field(0).type)})
    fields = [Field("value", nullable)]
    assert message_encoder("raw", fields).encode_messages(batch) == [b"a\n", None, b""]
    assert line_encoder("raw", fields).encode(batch) == b"a\n\n\n\n"


def test_raw_writes_one_field_only() -> None:
    with pytest.raises(BindingInvalid, match="fields are user: utf8, count: int64"):
        message_encoder("raw", CLICK.fields)


def test_no_rows_are_no_messages() -> None:
    assert (
        message_encoder("json", CLICK.fields).encode_messages(pa.RecordBatch.from_pylist([], schema=schema_of(CLICK)))
        == []
    )


@pytest.mark.parametrize("make", [line_decoder, message_decoder])
def test_an_unknown_format_or_option_is_refused_with_what_there_is(make: type) -> None:
    with pytest.raises(BindingInvalid, match="no format `xml`") as caught:
        make("xml", TEXT)
    assert "json" in str(caught.value.hint)
    with pytest.raises(BindingInvalid, match=r"format `json` has no option `format\.delimiter`"):
        make("json", CLICK, {"delimiter": ";"})
