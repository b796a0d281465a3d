"""Format json, reading: the fast and the strict reader are one format."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid
from lightflus.formats.json import JsonDecoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord

NUMBER = ScalarType(Scalar.FLOAT64)
TEXT = ScalarType(Scalar.UTF8)
CLICK = StructType((Field("user", TEXT), Field("count", ScalarType(Scalar.INT64)), Field("x", NUMBER)))
GOOD = {"user": "ann", "count": 3, "x": 1.5}
GOOD_LINE = json.dumps(GOOD).encode() + b"\n"


def rows(block: bytes, record: Type = CLICK) -> list[dict[str, object]]:
    decoded = JsonDecoder(record).decode_lines(block)
    assert not decoded.bad
    return decoded.columns.to_pylist()


def refusal(block: bytes, record: Type = CLICK) -> BadRecord:
    (bad,) = JsonDecoder(record).decode_lines(block).bad
    return bad


def one(kind: Type) -> StructType:
    return StructType((Field("v", kind),))


def test_a_line_is_an_object() -> None:
    assert rows(GOOD_LINE * 3) == [GOOD] * 3


def test_extra_fields_are_ignored_at_every_depth_even_twice() -> None:
    record = StructType((Field("s", StructType((Field("a", TEXT),))),))
    assert rows(b'{"z":[1,{"q":2}],"s":{"a":"x","b":1,"b":2},"z":null}\n', record) == [{"s": {"a": "x"}}]


@pytest.mark.parametrize("blank", [b"\n", b"  \t \n", b"\r\n"])
def test_blank_lines_are_skipped_and_counted(blank: bytes) -> None:
    decoded = JsonDecoder(CLICK).decode_lines(blank + GOOD_LINE + blank + GOOD_LINE)
    assert decoded.columns.to_pylist() == [GOOD, GOOD]
    assert decoded.record_of_row is not None
    assert (decoded.records, decoded.record_of_row.to_pylist()) == (4, [1, 3])


def test_a_block_of_blank_lines_has_no_rows() -> None:
    decoded = JsonDecoder(CLICK).decode_lines(b"\n \n")
    assert (decoded.columns.num_rows, decoded.records) == (0, 2)


def test_line_ends_and_white_space_do_not_matter() -> None:
    assert rows(GOOD_LINE[:-1] + b"\r\n  " + GOOD_LINE[:-1]) == [GOOD, GOOD]


@pytest.mark.parametrize("number", ["1", "1.0", "1e0", "10e-1", "100E-2"])
@pytest.mark.parametrize("copies", [1, 200])
def test_integer_columns_take_integral_numbers(number: str, copies: int) -> None:
    line = f'{{"v":{number}}}\n'.encode()
    assert rows(line * copies, one(ScalarType(Scalar.INT32))) == [{"v": 1}] * copies


@pytest.mark.parametrize("number", ["1e1000000", "-1e1000000", "1e99999999999999999999", "9" * 5_000])
@pytest.mark.parametrize("scalar", [Scalar.FLOAT32, Scalar.FLOAT64, Scalar.INT64])
def test_a_number_beyond_every_bound_is_a_bad_record(number: str, scalar: Scalar) -> None:
    kind = ScalarType(scalar)
    assert f"field `v` should be {kind}, but is " in refusal(f'{{"v":{number}}}'.encode(), one(kind)).reason


@pytest.mark.parametrize("number", ["1e99999999999999999999", "9" * 5_000])
def test_a_field_that_is_ignored_may_hold_any_number(number: str) -> None:
    assert rows(f' {{"v":"a","z":{number}}}\n'.encode(), one(TEXT)) == [{"v": "a"}]


@pytest.mark.parametrize(
    ("scalar", "number"), [(Scalar.FLOAT32, "3.4028234663852886e38"), (Scalar.FLOAT64, "1.7976931348623158e308")]
)
@pytest.mark.parametrize("margin", ["", " "], ids=["fast", "strict"])
def test_a_number_that_rounds_to_the_largest_of_its_column_is_one(scalar: Scalar, number: str, margin: str) -> None:
    largest = {Scalar.FLOAT32: 3.4028234663852886e38, Scalar.FLOAT64: 1.7976931348623157e308}[scalar]
    assert rows(f'{margin}{{"v":{number}}}\n'.encode(), one(ScalarType(scalar))) == [{"v": largest}]


@pytest.mark.parametrize("number", ["1e-99999999999999999999", "0e99999999999999999999"])
def test_a_number_too_small_to_tell_from_0_is_0(number: str) -> None:
    assert rows(f' {{"v":{number}}}\n'.encode(), one(NUMBER)) == [{"v": 0.0}]


@pytest.mark.parametrize("value", [9007199254740993, -(2**63), 2**63 - 1])
@pytest.mark.parametrize("suffix", ["", ".0"])
@pytest.mark.parametrize("copies", [1, 200])
def test_integers_of_64_bits_stay_exact(value: int, suffix: str, copies: int) -> None:
    assert (
        rows(f'{{"v":{value}{suffix}}}\n'.encode() * copies, one(ScalarType(Scalar.INT64))) == [{"v": value}] * copies
    )


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b'{"count":1,"x":1}', "field `user` (utf8) is missing"),
        (b'{"user":null,"count":1,"x":1}', "field `user` should be utf8, but is null"),
        (b'{"user":7,"count":1,"x":1}', "field `user` should be utf8, but is the number 7"),
        (b'{"user":"a","count":"1","x":1}', 'field `count` should be int64, but is the text "1"'),
        (b'{"user":"a","count":1.5,"x":1}', "field `count` should be int64, but is the number 1.5"),
        (b'{"user":"a","count":true,"x":1}', "field `count` should be int64, but is true"),
        (b'{"user":"a","count":1e30,"x":1}', "field `count` should be int64, but is the number 1E+30"),
        (b'{"user":"a","count":1,"x":1e400}', "field `x` should be float64, but is the number 1E+400"),
        (b'{"user":"a","count":1,"x":[]}', "field `x` should be float64, but is a list"),
        (b'{"user":"a","user":"b","count":1,"x":1}', "field `user` stands there twice"),
        (b"[1]", "the record should be"),
        (b"17", "the record should be"),
        (b'{"user":"a"', "this is not JSON"),
        (b"hello", "this is not JSON"),
        (b'{"user":"a","count":1,"x":NaN}', "`NaN` is not JSON"),
        (b'{"user":"a","count":1,"x":-Infinity}', "`-Infinity` is not JSON"),
        (b"[" * 100_000, "this JSON is nested too deeply"),
        (GOOD_LINE[:-1] * 2, "this is not JSON: Extra data"),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 300])
def test_a_bad_line_is_told_and_its_neighbours_are_kept(line: bytes, text: str, before: int) -> None:
    decoded = JsonDecoder(CLICK).decode_lines(GOOD_LINE * before + line + b"\n" + GOOD_LINE * 5)
    (bad,) = decoded.bad
    assert (bad.index, bad.raw, bad.reason[: len(text)]) == (before, line, text)
    assert decoded.record_of_row is not None
    assert decoded.record_of_row.to_pylist() == [*range(before), *range(before + 1, before + 6)]
    assert decoded.columns.to_pylist() == [GOOD] * (before + 5)


@pytest.mark.parametrize("margin", ["", " \t"])
def test_a_syntax_error_points_at_its_byte(margin: str) -> None:
    assert refusal(f'{margin}{{"é": x}}\n'.encode()).byte == len(margin) + 7


def test_an_object_over_two_lines_is_two_bad_lines_even_beside_two_on_one_line() -> None:
    bad = JsonDecoder(one(NUMBER)).decode_lines(b'{"v":1}{"v":\n2}\n').bad
    assert [(record.index, record.byte, record.raw) for record in bad] == [(0, 7, b'{"v":1}{"v":'), (1, 1, b"2}")]


def test_invalid_utf8_is_refused_at_its_byte() -> None:
    bad = refusal(GOOD_LINE + b'{"user":"\xff"}\n')
    assert (bad.index, bad.byte, "not valid UTF-8" in bad.reason) == (1, 9, True)


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert rows(b'{"v":"a\\ud800b\\ud83d\\ude00"}\n', one(TEXT)) == [{"v": "a\ufffdb\U0001f600"}]


def test_nullable_fields_may_be_null_or_absent() -> None:
    record = one(ScalarType(Scalar.INT64, nullable=True))
    assert rows(b'{"v":null}\n{}\n{"v":1}\n', record) == [{"v": None}, {"v": None}, {"v": 1}]


POINT = StructType((Field("x", NUMBER), Field("note", ScalarType(Scalar.UTF8, nullable=True))), nullable=True)


@pytest.mark.parametrize("copies", [1, 100])
def test_a_required_part_may_be_absent_where_its_parent_is_null(copies: int) -> None:
    lines = b'{"v":null}\n{"v":{"x":1}}\n' * copies
    batch = JsonDecoder(one(POINT)).decode_lines(lines).columns
    assert batch.to_pylist() == [{"v": None}, {"v": {"x": 1.0, "note": None}}] * copies
    batch.validate(full=True)


def test_a_missing_part_is_named_with_its_path() -> None:
    record = one(ListType(POINT))
    assert refusal(b'{"v":[{"x":1},{"note":"a"}]}\n', record).reason == "field `v[1].x` (float64) is missing"


def test_records_that_are_no_objects_are_read_too() -> None:
    assert rows(b"1\n2.5\n", NUMBER) == [{"value": 1.0}, {"value": 2.5}]
    assert rows(b'["a"]\n[]\n', ListType(TEXT)) == [{"value": ["a"]}, {"value": []}]


@pytest.mark.parametrize(
    ("scalar", "text", "value"),
    [
        (Scalar.TIMESTAMP_MS, '"2026-01-02T03:04:05.678Z"', 1767323045678),
        (Scalar.TIMESTAMP_MS, '"2026-01-02T05:04:05.678+02:00"', 1767323045678),
        (Scalar.TIMESTAMP_MS, '"1969-12-31T23:59:59.999"', -1),
        (Scalar.TIMESTAMP_US, '"2026-01-02T03:04:05.678901Z"', 1767323045678901),
        (Scalar.DATE32, '"1970-01-11"', 10),
        (Scalar.DATE32, "10", 10),
    ],
)
def test_times_are_iso_8601(scalar: Scalar, text: str, value: int) -> None:
    batch = JsonDecoder(one(ScalarType(scalar))).decode_lines(f'{{"v":{text}}}\n'.encode()).columns
    width = pa.int32() if scalar is Scalar.DATE32 else pa.int64()
    assert batch.column("v").cast(width).to_pylist() == [value]


def test_a_time_finer_than_its_column_is_refused() -> None:
    bad = refusal(b'{"v":"2026-01-02T03:04:05.6789Z"}\n', one(ScalarType(Scalar.TIMESTAMP_MS)))
    assert "should be timestamp_ms" in bad.reason


def test_json_has_no_bytes() -> None:
    with pytest.raises(BindingInvalid, match="no bytes"):
        JsonDecoder(one(ScalarType(Scalar.BINARY)))


WIDE = one(ListType(StructType(tuple(Field(f"f{i}", ScalarType(Scalar.INT64, nullable=True)) for i in range(100)))))


@pytest.mark.parametrize("is_lines", [True, False], ids=["lines", "messages"])
def test_records_that_do_not_fit_together_are_read_apart_and_one_that_never_fits_is_bad(is_lines: bool) -> None:
    small, large = b'{"v":[{"f1":1}]}', b'{"v":[' + b",".join([b"{}"] * 100_000) + b"]}"
    decoder = JsonDecoder(WIDE, memory_bytes=32 * 1024 * 1024)
    if is_lines:
        decoded = decoder.decode_lines(b"\n".join([small, b"", large, small, b"  "]))
    else:
        decoded = decoder.decode_messages(pa.array([small, small, large, small], pa.binary()))
    (bad,) = decoded.bad
    assert (bad.index, "take more than" in bad.reason) == (2, True)
    assert decoded.record_of_row is not None
    assert decoded.record_of_row.to_pylist() == ([0, 3] if is_lines else [0, 1, 3])
    assert decoder.decode_lines(small).columns.num_rows == 1


VALUES = st.fixed_dictionaries(
    {
        "user": st.text(),
        "count": st.integers(-(2**63), 2**63 - 1),
        "x": st.floats(allow_nan=False, allow_infinity=False),
    }
)


@given(st.lists(VALUES, min_size=1, max_size=80), st.booleans())
def test_what_python_writes_comes_back(written: list[dict[str, object]], is_ascii: bool) -> None:
    text = "".join(json.dumps(value, ensure_ascii=is_ascii) + "\n" for value in written)
    assert rows(text.encode(errors="surrogatepass") if is_ascii else text.encode()) == written
