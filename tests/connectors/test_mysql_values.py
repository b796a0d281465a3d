"""`mysql:`: a value becomes itself in its column, or ends the job; it is never changed without a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from mysql_helpers import FLOAT, NUMBER, TEXT, Place, write
from tools.servers import MariaDb

from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.model.types import Scalar, ScalarType, Type

pytestmark = pytest.mark.slow

UNSIGNED = ScalarType(Scalar.UINT64)


@pytest.fixture
def place(mariadb: MariaDb, unique: Callable[[str], str]) -> Place:
    return Place(mariadb, mariadb.create_database(unique("values")), mariadb.port)


def written(place: Place, column: str, kind: Type, values: list[object]) -> list[object]:
    """What a column has after values were written to it."""
    place.run(f"CREATE TABLE t (id BIGINT PRIMARY KEY, v {column})")
    fields: dict[str, Type] = {"id": NUMBER, "v": kind}
    write(place.sink(fields, ["id"], table="t"), [[number, value] for number, value in enumerate(values)], fields)
    return [value for (value,) in place.run("SELECT v FROM t ORDER BY id")]


@pytest.mark.parametrize(
    ("column", "kind", "value"),
    [
        ("BIGINT", FLOAT, 2.0**63),
        ("BIGINT UNSIGNED", FLOAT, 2.0**64),
        ("BIGINT", FLOAT, 1e300),
        ("INT UNSIGNED", FLOAT, -1.0),
        ("BIGINT", UNSIGNED, 2**63),
    ],
)
def test_a_number_just_beyond_its_column_does_not_become_the_largest_one(
    place: Place, column: str, kind: Type, value: object
) -> None:
    with pytest.raises(SinkFailed, match=r"the record with id 1 is refused: Out of range value for column 'v'"):
        written(place, column, kind, [1, value])
    assert place.run("SELECT * FROM t") == []


def test_the_largest_numbers_of_a_column_are_kept(place: Place) -> None:
    assert written(place, "BIGINT UNSIGNED", FLOAT, [2.0**63, 2.0**64 - 2048]) == [2**63, 2**64 - 2048]


@pytest.mark.parametrize("column", ["ENUM('a','it''s')", "SET('a','it''s')"])
@pytest.mark.parametrize("text", ["0", "1", " 02"])
def test_digits_are_not_taken_for_the_number_of_a_choice(place: Place, column: str, text: str) -> None:
    with pytest.raises(SinkFailed, match="id 1: v is none of its column's values") as caught:
        written(place, column, TEXT, ["it's", text])
    assert str(caught.value.hint) == "write one of `a`, `it's`"


def test_digits_that_are_a_choice_are_written(place: Place) -> None:
    assert written(place, "ENUM('2','1')", TEXT, ["1", "2"]) == ["1", "2"]


@pytest.mark.parametrize(
    ("column", "text", "kept"),
    [
        ("DATETIME", "2026-12-31T23:59:59.999999", datetime(2026, 12, 31, 23, 59, 59)),
        ("DATETIME(2)", "2026-12-31 23:59:59.999", datetime(2026, 12, 31, 23, 59, 59, 990_000)),
        ("TIME", "10:00:00.9", timedelta(hours=10)),
    ],
)
def test_a_time_that_is_text_is_cut_and_not_rounded(place: Place, column: str, text: str, kept: object) -> None:
    assert written(place, column, TEXT, [text]) == [kept]


def test_a_time_that_sql_does_not_spell_so_is_told_how_it_is_spelled(place: Place) -> None:
    with pytest.raises(SinkFailed, match="id 0 is refused: Incorrect datetime value") as caught:
        written(place, "DATETIME", TEXT, ["29.3.2026"])
    assert "`2026-01-31 23:59:59.5`" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("column", "kept"),
    [
        ("DATETIME(6)", datetime(2016, 6, 15, 23, 12, 35, 987_000)),
        ("DATETIME", datetime(2016, 6, 15, 23, 12, 35)),
        ("TIMESTAMP(1)", datetime(2016, 6, 15, 23, 12, 35, 900_000)),
        ("DATE", date(2016, 6, 15)),
        ("VARCHAR(30)", "2016-06-15T23:12:35.987Z"),
    ],
)
def test_a_time_as_javascript_spells_it_goes_into_every_column_that_takes_times(
    place: Place, column: str, kept: object
) -> None:
    assert written(place, column, TEXT, ["2016-06-15T23:12:35.987Z"]) == [kept]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("BIGINT UNSIGNED", "18446744073709551615"),
        ("BIGINT", "-9223372036854775808"),
        ("DECIMAL(30)", "123456789012345678901234567890"),
        ("TINYINT", "+007"),
    ],
)
def test_digits_go_into_a_column_of_whole_numbers_exactly(place: Place, column: str, text: str) -> None:
    assert written(place, column, TEXT, [text]) == [int(text)]


@pytest.mark.parametrize("text", ["1.5", "1e3", "", "12 a", "0x10"])
def test_a_text_that_is_no_whole_number_names_the_record(place: Place, text: str) -> None:
    with pytest.raises(SinkFailed, match=r"id 1: v is `.*`, and its column takes whole numbers"):
        written(place, "BIGINT", TEXT, ["1", text])


@pytest.mark.parametrize(("column", "text"), [("BIGINT UNSIGNED", "18446744073709551616"), ("TINYINT", "128")])
def test_digits_out_of_range_name_the_record(place: Place, column: str, text: str) -> None:
    with pytest.raises(SinkFailed, match="the record with id 0 is refused: Out of range value"):
        written(place, column, TEXT, [text])


@pytest.mark.parametrize(
    ("moment", "number", "said"),
    [
        (253_402_300_800_000_000, float("nan"), "id 1, at '10000-01-01 00:00:00.000000', f nan: f is nan"),
        (2**63 - 1, 1.0, "id 1, at null, f 1: at is a time that nobody can write"),
    ],
)
def test_a_time_far_from_ours_is_told_like_any_other(place: Place, moment: int, number: float, said: str) -> None:
    place.run("CREATE TABLE t (id BIGINT, at DATETIME(6), f DOUBLE)")
    fields: dict[str, Type] = {"id": NUMBER, "at": ScalarType(Scalar.TIMESTAMP_US), "f": FLOAT}
    with pytest.raises(SinkFailed, match=said):
        write(place.sink(fields, table="t"), [[1, moment, number]], fields)


def test_what_only_a_function_makes_is_written_by_a_statement(place: Place) -> None:
    place.run("CREATE TABLE t (id BIGINT PRIMARY KEY, v POINT)")
    fields: dict[str, Type] = {"id": NUMBER, "v": TEXT}
    with pytest.raises(BindingInvalid, match="column `v` is point") as caught:
        place.sink(fields, table="t")
    assert "option `statement`, for example ST_GeomFromText(?)" in str(caught.value.hint)
    statement = "INSERT INTO t (id, v) VALUES (?, ST_GeomFromText(?))"
    write(place.sink(fields, statement=statement), [[1, "POINT(3 4)"]], fields)
    assert place.run("SELECT ST_AsText(v) FROM t") in ([("POINT(3 4)",)], [("POINT(3.0 4.0)",)])


def test_a_partition_that_is_missing_names_the_record(place: Place) -> None:
    place.run("CREATE TABLE t (id BIGINT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))")
    with pytest.raises(SinkFailed, match="the record with id 50 is refused: Table has no partition for value 50"):
        write(place.sink({"id": NUMBER}, table="t"), [[5], [50], [6]], {"id": NUMBER})


def test_a_row_that_a_view_would_not_show_is_named(place: Place) -> None:
    place.run("CREATE TABLE t (id BIGINT)", "CREATE VIEW v AS SELECT * FROM t WHERE id < 10 WITH CHECK OPTION")
    with pytest.raises(SinkFailed, match="the record with id 20 is refused: CHECK OPTION failed"):
        write(place.sink({"id": NUMBER}, table="v"), [[5], [20]], {"id": NUMBER})


def test_an_invisible_column_is_none_of_those_of_a_statement_that_lists_none(place: Place) -> None:
    place.run("CREATE TABLE t (no BIGINT AUTO_INCREMENT PRIMARY KEY INVISIBLE, word VARCHAR(9), n BIGINT)")
    write(place.sink(statement="INSERT INTO t VALUES (?, ?)"), [["a", 1], ["b", 2]])
    assert place.run("SELECT no, word, n FROM t") == [(1, "a", 1), (2, "b", 2)]
    with pytest.raises(BindingInvalid, match="the statement has 3 values for 2 columns"):
        place.sink(statement="INSERT INTO t VALUES (?, ?, 3)")
