"""Format csv: the fast reader and the one that looks at single lines are one format."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from format_helpers import binary
from hypothesis import given
from hypothesis import strategies as st

from lightflus.codec.schema import schema_of
from lightflus.errors import BindingInvalid
from lightflus.formats.registry import line_decoder, line_encoder, message_decoder, message_encoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord, HeadedDecoder

TEXT = ScalarType(Scalar.UTF8)
NUMBER = ScalarType(Scalar.INT64)
TRADE = StructType((Field("who", TEXT), Field("count", NUMBER), Field("price", ScalarType(Scalar.FLOAT64, True))))
PLAIN = {"header": "false"}


def read(block: bytes, record: Type = TRADE, **options: str) -> tuple[list[dict[str, object]], tuple[BadRecord, ...]]:
    decoded = line_decoder("csv", record, {**PLAIN, **options}).decode_lines(block)
    decoded.columns.validate(full=True)
    return decoded.columns.to_pylist(), decoded.bad


def one(kind: Type) -> StructType:
    return StructType((Field("v", kind), Field("w", TEXT)))


@pytest.mark.parametrize("copies", [1, 300])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b"ann,3,1.5", ("ann", 3, 1.5)),
        (b'"a, ""b""",-1,', ('a, "b"', -1, None)),
        (b",0,2", ("", 0, 2.0)),
        (b'"",0,2', ("", 0, 2.0)),
        ("é,1,1e3".encode(), ("é", 1, 1000.0)),
    ],
)
def test_a_line_is_a_row(line: bytes, row: Sequence[object], end: bytes, copies: int) -> None:
    assert read((line + end) * copies) == ([dict(zip(("who", "count", "price"), row, strict=True))] * copies, ())


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"ann,x,1", 'field `count` should be int64, but is "x"'),
        (b"ann,1.5,1", 'field `count` should be int64, but is "1.5"'),
        (b"ann,,1", "field `count` should be int64, but is empty"),
        (b"ann,99999999999999999999,1", "field `count` should be int64, but is"),
        (b"ann,1,much", 'field `price` should be float64?, but is "much"'),
        (b"ann,1", "2 values stand here, but 3 are wanted (who, count, price)"),
        (b"ann", "1 value stands here, but 3 are wanted"),
        (b"a,1,1,1", "4 values stand here, but 3 are wanted"),
        (b'"ann,1,1', "this is not a row of 3 values: is a quote missing"),
        (b"a\rb,1,1", "a carriage return stands here outside of quotes"),
        (b"\ra,1,1", "a carriage return stands here outside of quotes"),
        (b"\xff,1,1", "byte 0xff is not valid UTF-8"),
    ],
)
@pytest.mark.parametrize("before", [0, 200])
def test_a_bad_line_is_told_and_its_neighbours_are_kept(line: bytes, reason: str, before: int) -> None:
    rows, (bad,) = read(b"ann,3,1.5\n" * before + line + b"\nbob,4,\n")
    assert (bad.index, bad.raw, bad.reason[: len(reason)]) == (before, line, reason)
    assert rows == [{"who": "ann", "count": 3, "price": 1.5}] * before + [{"who": "bob", "count": 4, "price": None}]


def test_a_quoted_value_over_two_lines_is_two_bad_lines() -> None:
    rows, bad = read(b'"a\nb",1,1\nann,2,2\n')
    assert [row["count"] for row in rows] == [2]
    assert [record.index for record in bad] == [0, 1]


def test_a_message_may_hold_line_ends_in_quotes() -> None:
    decoded = message_decoder("csv", TRADE).decode_messages(binary([b'"a\nb",1,1', b"c,2,\n", b"d,3,"]))
    assert ([row["who"] for row in decoded.columns.to_pylist()], decoded.bad) == (["a\nb", "c", "d"], ())


def test_blank_lines_are_skipped_and_counted() -> None:
    decoded = line_decoder("csv", TRADE, PLAIN).decode_lines(b"\nann,1,1\n\nbob,2,2\n")
    assert decoded.record_of_row is not None
    assert (decoded.records, decoded.record_of_row.to_pylist(), decoded.bad) == (4, [1, 3], ())


@pytest.mark.parametrize("more", [b"", b"a\xff\n"])
def test_a_blank_line_of_one_column_is_an_empty_value(more: bytes) -> None:
    assert read(b"a\n\nb\n" + more, StructType((Field("v", TEXT),)))[0] == [{"v": "a"}, {"v": ""}, {"v": "b"}]


def test_a_nullable_text_is_null_where_nothing_stands_and_empty_in_quotes() -> None:
    record = one(ScalarType(Scalar.UTF8, nullable=True))
    assert [row["v"] for row in read(b'"",x\n,x\n', record)[0]] == ["", None]


@pytest.mark.parametrize("scalar", [Scalar.INT64, Scalar.FLOAT64, Scalar.BOOL, Scalar.DATE32, Scalar.TIMESTAMP_MS])
@pytest.mark.parametrize("before", [0, 200])
def test_an_empty_text_in_quotes_is_null_where_it_is_no_value(scalar: Scalar, before: int) -> None:
    kind = StructType((Field("v", ScalarType(scalar, nullable=True)), Field("w", ScalarType(Scalar.UTF8, True))))
    rows, bad = read(b",\n" * before + b'"",""\n"",x\n', kind)
    assert (rows[before:], bad) == ([{"v": None, "w": ""}, {"v": None, "w": "x"}], ())


def test_a_field_that_cannot_be_null_is_named_where_an_empty_text_stands_in_quotes() -> None:
    _, (bad,) = read(b'a,"",1\n')
    assert bad.reason == "field `count` should be int64, but is empty"


def test_a_header_may_begin_with_a_column_without_a_name() -> None:
    found = line_decoder("csv", TRADE, {"delimiter": "tab"})
    assert isinstance(found, HeadedDecoder)
    decoded = found.headed(b"\twho\tcount\n").decode_lines(b"0\tann\t1\n")
    assert decoded.columns.to_pylist() == [{"who": "ann", "count": 1, "price": None}]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("before", [b"", b"\n", b"\r"])
def test_a_message_is_one_row_whose_line_end_is_no_part_of_it(before: bytes, end: bytes) -> None:
    decoded = message_decoder("csv", one(TEXT)).decode_messages(binary([before + b"a,b" + end]))
    assert decoded.columns.to_pylist() == ([] if before else [{"v": "a", "w": "b"}])
    assert [bad.reason.split(" stands")[0] for bad in decoded.bad] == {
        b"": [],
        b"\n": ["a line feed"],
        b"\r": ["a carriage return"],
    }[before]


def test_a_carriage_return_before_the_line_end_is_told() -> None:
    rows, (bad,) = read(b"a,1,1\r\r\nb,2,2\r\n")
    assert (rows, bad.raw) == ([{"who": "b", "count": 2, "price": 2.0}], b"a,1,1\r")
    assert bad.reason.startswith("a carriage return stands here")


def test_a_message_of_one_column_may_end_in_a_line_end() -> None:
    decoded = message_decoder("csv", StructType((Field("v", TEXT),))).decode_messages(binary([b"a\n", b"b"]))
    assert (decoded.columns.to_pylist(), decoded.bad) == ([{"v": "a"}, {"v": "b"}], ())


def test_another_text_can_mean_null() -> None:
    record = one(ScalarType(Scalar.INT64, nullable=True))
    assert [row["v"] for row in read(b"NA,x\n,x\n1,x\n", record, null="NA")[0]] == [None, None, 1]


@pytest.mark.parametrize(
    ("scalar", "text", "value"),
    [
        (Scalar.BOOL, "true", True),
        (Scalar.BOOL, "0", False),
        (Scalar.DATE32, "2026-01-02", date(2026, 1, 2)),
        (Scalar.TIMESTAMP_MS, "2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678000)),
        (Scalar.TIMESTAMP_MS, "2026-01-02 05:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5)),
        (Scalar.TIMESTAMP_US, "2026-01-02", datetime(2026, 1, 2)),
        (Scalar.TIMESTAMP_US, "2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5)),
        (Scalar.BINARY, "abc", b"abc"),
    ],
)
def test_each_type_has_its_text(scalar: Scalar, text: str, value: object) -> None:
    assert [row["v"] for row in read(f"{text},x\n".encode(), one(ScalarType(scalar)))[0]] == [value]


def test_delimiter_and_quote_can_be_others() -> None:
    assert read(b"'a;b';1;2\n", delimiter=";", quote="'")[0] == [{"who": "a;b", "count": 1, "price": 2.0}]
    assert read(b"a\t1\t2\n", delimiter="tab")[0] == [{"who": "a", "count": 1, "price": 2.0}]


@pytest.mark.parametrize("options", [{"delimiter": ";;"}, {"delimiter": "é"}, {"quote": ","}, {"header": "yes"}])
def test_a_wrong_option_is_named(options: dict[str, str]) -> None:
    with pytest.raises(BindingInvalid, match=f"option `format.{next(iter(options))}` of format `csv`"):
        line_decoder("csv", TRADE, options)


def test_messages_have_no_header() -> None:
    assert message_decoder("csv", TRADE, {"header": "false"})
    with pytest.raises(BindingInvalid, match=r"option `format\.header` of format `csv` is `true`"):
        message_decoder("csv", TRADE, {"header": "true"})


def test_csv_has_plain_values_only() -> None:
    with pytest.raises(BindingInvalid, match="plain values"):
        line_decoder("csv", one(ListType(TEXT)))


def headed(header: bytes) -> HeadedDecoder:
    decoder = line_decoder("csv", TRADE)
    assert isinstance(decoder, HeadedDecoder)
    return decoder


def test_a_header_says_which_column_is_which_field() -> None:
    decoder = headed(b"").headed(b"count,more,who\r\n")
    assert decoder.decode_lines(b"1,x,ann\n").columns.to_pylist() == [{"who": "ann", "count": 1, "price": None}]


@pytest.mark.parametrize("header", [b"who,,count,\n", b"who,x,count,x\n"])
def test_columns_that_nobody_wants_may_be_called_alike(header: bytes) -> None:
    found = headed(b"").headed(header).decode_lines(b"ann,y,1,z\n")
    assert found.columns.to_pylist() == [{"who": "ann", "count": 1, "price": None}]


def test_a_time_beyond_all_calendars_is_written_as_null() -> None:
    fields = [Field("day", ScalarType(Scalar.DATE32)), Field("at", ScalarType(Scalar.TIMESTAMP_MS))]
    days, times = pa.array([0, 2**31 - 1], pa.int32()), pa.array([-(2**63), 0], pa.int64())
    columns = {"day": days.cast(pa.date32()), "at": times.cast(pa.timestamp("ms"))}
    text = line_encoder("csv", fields).encode(pa.RecordBatch.from_pydict(columns))
    assert text == b"1970-01-01,\n,1970-01-01 00:00:00.000\n"


def test_bytes_are_not_written() -> None:
    for make in (line_encoder, message_encoder):
        with pytest.raises(BindingInvalid, match="no bytes, but field `b`"):
            make("csv", [Field("b", ScalarType(Scalar.BINARY))])


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (b"who,price\n", "has no column `count`"),
        (b"who,count,who\n", "column `who` twice"),
        (b"\n", "is no CSV"),
        (b"who,count,\xff\n", "in the header byte 0xff is not valid UTF-8$"),
        ("who,count\n".encode("utf-16"), r"in the header byte 0xff is not valid UTF-8 \(UTF-16\?\)"),
        ("who,count\n".encode("utf-16-be"), r"holds zero bytes: this is not UTF-8 \(UTF-16\?\)"),
        (b'"who,count\n', "opens a quote that it does not close"),
        (b"who,count\r1,2\r", "a carriage return"),
        (b"who,count\r\r\n", "a carriage return"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header: bytes, text: str) -> None:
    with pytest.raises(BindingInvalid, match=text):
        headed(header).headed(header)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0")),
            "count": st.integers(-(2**63), 2**63 - 1),
            "price": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        }
    ),
    min_size=1,
)


@given(ROWS)
def test_what_is_written_reads_back(rows: list[dict[str, object]]) -> None:
    batch = pa.RecordBatch.from_pylist(rows, schema=schema_of(TRADE))
    assert read(line_encoder("csv", TRADE.fields).encode(batch)) == (rows, ())


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_a_message_reads_back_whatever_its_text_holds(texts: list[str]) -> None:
    record = StructType((Field("v", TEXT), Field("w", TEXT)))
    rows = [{"v": text, "w": ""} for text in texts]
    messages = message_encoder("csv", record.fields).encode_messages(
        pa.RecordBatch.from_pylist(rows, schema=schema_of(record))
    )
    decoded = message_decoder("csv", record).decode_messages(binary(messages))
    assert (decoded.columns.to_pylist(), decoded.bad) == (rows, ())


ANY_TEXT = st.none() | st.text(st.sampled_from(["a", "\n", "\r", '"', ",", "é", " "]))


@given(st.lists(st.fixed_dictionaries({"v": ANY_TEXT, "n": st.none() | st.integers(0, 9), "w": ANY_TEXT})))
def test_messages_written_together_are_those_written_alone(rows: list[dict[str, object]]) -> None:
    kinds = {"v": Scalar.UTF8, "n": Scalar.INT32, "w": Scalar.UTF8}
    record = StructType(tuple(Field(name, ScalarType(kind, nullable=True)) for name, kind in kinds.items()))
    batch = pa.RecordBatch.from_pylist(rows, schema=schema_of(record))
    encoder = message_encoder("csv", record.fields)
    alone = [message for row in range(len(rows)) for message in encoder.encode_messages(batch.slice(row, 1))]
    assert encoder.encode_messages(batch) == alone
    assert len(alone) == len(rows)


PIECES = st.sampled_from([b"a", b",", b'"', b"1", b"\r", b"\xff", b" ", b"\0", b"a,1,1"])


@given(st.lists(st.lists(PIECES, max_size=5).map(b"".join), min_size=1, max_size=40))
def test_every_line_is_judged_as_if_it_were_alone(lines: list[bytes]) -> None:
    lines = [line.rstrip(b"\r") for line in lines]
    rows, bad = read(b"\n".join([*lines, b""]))
    alone = [read(line + b"\n") for line in lines]
    assert rows == [row for found, _ in alone for row in found]
    assert [(b.index, b.raw, b.reason) for b in bad] == [
        (i, b.raw, b.reason) for i, (_, refused) in enumerate(alone) for b in refused
    ]


def test_times_are_read_as_utc() -> None:
    (row,), _ = read(b"1969-12-31T23:59:59.999Z,x\n", one(ScalarType(Scalar.TIMESTAMP_MS)))
    assert row["v"] == datetime.fromtimestamp(-0.001, UTC).replace(tzinfo=None)


@pytest.mark.parametrize("scalar", [Scalar.FLOAT32, Scalar.FLOAT64])
@pytest.mark.parametrize("copies", [1, 100])
def test_a_number_that_is_too_large_is_no_infinity(scalar: Scalar, copies: int) -> None:
    record = StructType((Field("name", TEXT), Field("v", ScalarType(scalar))))
    rows, bad = read(b"a,inf\nb,-Infinity\nc,1e400\nd,1\n" * copies, record)
    assert [row["v"] for row in rows] == [math.inf, -math.inf, 1.0] * copies
    assert len(bad) == copies
    assert bad[0].reason == f'field `v` should be {record.fields[1].type}, but is "1e400"'


def test_a_quote_inside_of_a_value_is_told() -> None:
    assert "is a quote missing" in read(b'a"b,1,1\n')[1][0].reason


@pytest.mark.parametrize("name", ["quote", "null", "header"])
def test_what_only_reading_knows_is_no_option_of_written_rows(name: str) -> None:
    with pytest.raises(BindingInvalid, match=f"no option `format.{name}`") as caught:
        line_encoder("csv", [Field("a", ScalarType(Scalar.UTF8))], {name: "x"})
    assert caught.value.hint == "it has `format.delimiter`"


def test_rows_are_not_written_with_the_quote_between_them() -> None:
    with pytest.raises(BindingInvalid, match=r"option `format.delimiter`"):
        line_encoder("csv", [Field("a", ScalarType(Scalar.UTF8))], {"delimiter": '"'})
