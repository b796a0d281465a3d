"""`mysql:` against a real MariaDB: what is written, and which record is to blame where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from mysql_helpers import COUNTS, FLOAT, NUMBER, TEXT, UPSERT, Place, batch, write
from tools.servers import MariaDb

from lightflus.errors import SinkFailed
from lightflus.model.graph import Delivery
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink
from lightflus.testing.connectors import QuietHealth, check_sink

pytestmark = pytest.mark.slow

SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])


@pytest.fixture
def place(mariadb: MariaDb, unique: Callable[[str], str]) -> Place:
    return Place(mariadb, mariadb.create_database(unique("sink")), mariadb.port)


@pytest.mark.parametrize("delivery", list(Delivery))
def test_it_is_a_sink(mariadb: MariaDb, unique: Callable[[str], str], delivery: Delivery) -> None:
    places: list[Place] = []
    fields = {"key": TEXT, "value": TEXT}

    def make() -> Sink:
        place = Place(mariadb, mariadb.create_database(unique("suite")), mariadb.port)
        places.append(place)
        key = ", PRIMARY KEY (`key`)" if delivery is Delivery.UPSERT else ""
        place.run(f"CREATE TABLE t (`key` VARCHAR(50) COLLATE utf8mb4_bin, value TEXT{key})")
        return place.sink(fields, ["key"] if delivery is Delivery.UPSERT else [], table="t")

    def read() -> list[dict[str, object]]:
        return [{"key": k, "value": v} for k, v in places[-1].run("SELECT `key`, value FROM t")]

    check_sink(make, read, SCHEMA)


def test_a_statement_is_an_upsert_whose_last_write_stands(place: Place) -> None:
    place.run(COUNTS)
    sink = place.sink(statement=UPSERT)
    assert sink.delivery is Delivery.UPSERT
    write(sink, [["a", 1], ["b", 2], ["a", 3]])
    assert place.run("SELECT * FROM counts ORDER BY word") == [("a", 3), ("b", 2)]


def test_a_statement_that_adds_sees_every_row(place: Place) -> None:
    place.run(COUNTS)
    text = "INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = n + VALUES(n)"
    write(place.sink(statement=text), [["a", 1], ["b", 2], ["a", 3]])
    assert place.run("SELECT * FROM counts ORDER BY word") == [("a", 4), ("b", 2)]


@pytest.mark.parametrize(
    ("text", "rows", "left"),
    [
        ("UPDATE counts SET n = n * 10 + ? WHERE word = ?", [[2, "a"], [3, "a"]], [("a", 123)]),
        ("DELETE FROM counts WHERE n < ? AND word = ?", [[5, "a"]], []),
        ("INSERT INTO counts (n, word) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = 7", [[5, "a"]], [("a", 7)]),
        ("REPLACE INTO counts (n, word) VALUES (?, ?)", [[5, "a"], [6, "a"]], [("a", 6)]),
        ("INSERT IGNORE INTO counts (n, word) VALUES (?, CONCAT(?, ''))", [[5, "a"]], [("a", 1)]),
        ("CALL put(?, ?)", [[5, "a"]], [("a", 5)]),
    ],
)
def test_other_statements_run_row_by_row_in_order(
    place: Place, text: str, rows: list[list[object]], left: list[tuple[object, ...]]
) -> None:
    procedure = "CREATE PROCEDURE put(x INT, w TEXT) BEGIN SELECT 1; UPDATE counts SET n = x WHERE word = w; END"
    place.run(COUNTS, "INSERT INTO counts VALUES ('a', 1)", procedure)
    fields = {"n": NUMBER, "word": TEXT}
    write(place.sink(fields, statement=text), rows, fields)
    assert place.run("SELECT * FROM counts") == left


@pytest.mark.parametrize("text", ["%s", "100 % ?", "'; DROP TABLE counts; --", "\\' \" \0 \x1a \n", "漢字🎉", ""])
def test_any_text_arrives_as_it_is(place: Place, text: str) -> None:
    place.run("CREATE TABLE counts (word VARCHAR(50), n BIGINT, note TEXT)")
    statement = "INSERT INTO counts (word, n, note) VALUES (?, ?, '100 % sure?')"
    write(place.sink(statement=statement), [[text, 1]])
    assert place.run("SELECT * FROM counts") == [(text, 1, "100 % sure?")]


def test_keys_that_a_collation_takes_for_equal_end_with_the_last_write(place: Place) -> None:
    place.run("CREATE TABLE counts (word VARCHAR(20) PRIMARY KEY, n BIGINT NOT NULL) COLLATE utf8mb4_general_ci")
    write(place.sink(statement=UPSERT), [["the", 1], ["The", 2], ["the", 3], ["THE", 4], ["The", 5], ["a", 6]])
    assert place.run("SELECT n FROM counts ORDER BY word") == [(6,), (5,)]


@pytest.mark.parametrize(
    ("column", "kind", "first", "last"),
    [
        ("DECIMAL(9,2)", TEXT, "1.50", "1.5"),
        ("DECIMAL(9,2)", FLOAT, 1.501, 1.5),
        ("FLOAT", FLOAT, 16777217.0, 16777216.0),
        ("DATE", TEXT, "2026-1-2", "2026-01-02"),
        ("DATETIME", ScalarType(Scalar.TIMESTAMP_MS), 1_900, 1_100),
        ("BINARY(4)", ScalarType(Scalar.BINARY), b"a\0", b"a"),
        ("YEAR", TEXT, "2026", "26"),
    ],
)
def test_keys_that_a_column_makes_equal_end_with_the_last_write(
    place: Place, column: str, kind: Type, first: object, last: object
) -> None:
    place.run(f"CREATE TABLE t (id {column} PRIMARY KEY, n BIGINT)")
    fields: dict[str, Type] = {"id": kind, "n": NUMBER}
    for rows in ([[first, 1], [last, 2]], [[last, 1], [first, 2]]):
        write(place.sink(fields, ["id"], table="t"), rows, fields)
        assert place.run("SELECT n FROM t") == [(2,)]


def test_a_table_of_another_database_can_be_named(place: Place, mariadb: MariaDb) -> None:
    other = mariadb.create_database(f"{place.database}_other")
    place.run(f"CREATE TABLE `{other}`.counts (word VARCHAR(20) PRIMARY KEY, n BIGINT)")
    write(place.sink(statement=UPSERT.replace("counts", f"`{other}`.counts")), [["a", 1]])
    assert place.run(f"SELECT * FROM `{other}`.counts") == [("a", 1)]


def test_more_than_a_packet_goes_out_in_parts(place: Place) -> None:
    place.run("CREATE TABLE counts (word LONGTEXT, n BIGINT)")
    rows = [["é" * 3_000_000, number] for number in range(5)]
    write(place.sink(table="counts"), rows)
    assert place.run("SELECT n, CHAR_LENGTH(word) FROM counts") == [(number, 3_000_000) for number in range(5)]


def test_a_row_that_is_larger_than_a_packet_is_refused_by_name(place: Place) -> None:
    place.run("CREATE TABLE counts (word LONGTEXT, n BIGINT)")
    ((most,),) = place.run("SELECT @@max_allowed_packet")
    with pytest.raises(SinkFailed, match=r"word 'xx.*, n 7 is refused: .* longer than the server") as caught:
        write(place.sink(table="counts"), [["x" * int(str(most)), 7]])
    assert "max_allowed_packet" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("table", "good", "bad", "reason"),
    [
        ("word VARCHAR(4), n BIGINT", "w", ["longer", 7], "Data too long for column 'word' (MySQL error 1406)"),
        ("word TEXT, n TINYINT UNSIGNED", "w", ["w", -1], "Out of range value for column 'n' (MySQL error 1264)"),
        ("word TEXT, n INT, UNIQUE KEY u (n)", "w", ["w", 8], "Duplicate entry '8' for key "),
        ("word DATE, n INT", "2026-01-01", ["2026-02-30", 7], "Incorrect date value: '2026-02-30'"),
        ("word ENUM('w'), n INT, CONSTRAINT odd CHECK (n <> 500)", "w", ["w", 500], "odd"),
    ],
)
def test_a_record_that_is_refused_is_found_among_many(
    place: Place, table: str, good: str, bad: list[object], reason: str
) -> None:
    place.run(f"CREATE TABLE counts ({table})")
    rows: list[list[object]] = [[good, number] for number in range(200)]
    rows.insert(137, bad)
    with pytest.raises(SinkFailed) as caught:
        write(place.sink(table="counts"), rows)
    assert str(caught.value).startswith(f"the record with word {bad[0]!r}, n {bad[1]} is refused: ")
    assert reason in str(caught.value)
    assert place.run("SELECT * FROM counts") == []


def test_a_statement_run_row_by_row_names_its_record_too(place: Place) -> None:
    place.run(COUNTS, "INSERT INTO counts VALUES ('a', 1)")
    fields = {"n": NUMBER, "word": TEXT}
    rows = [[1, "a"], [2, "a" * 100], [3, "a"]]
    with pytest.raises(SinkFailed, match=r"record with n 2, word 'a{40}.* is refused: Data too long"):
        write(place.sink(fields, statement="UPDATE counts SET n = ?, word = ?"), rows, fields)
    assert place.run("SELECT * FROM counts") == [("a", 1)]


def test_numbers_that_are_not_whole_do_not_go_into_a_column_of_whole_ones(place: Place) -> None:
    place.run("CREATE TABLE counts (word VARCHAR(9), n INT)")
    fields = {"word": TEXT, "n": FLOAT}
    write(place.sink(fields, table="counts"), [["a", 3.0]], fields)
    for bad, said in [(3.5, "n is 3.5, and its column takes whole numbers"), (float("nan"), "n is nan")]:
        with pytest.raises(SinkFailed, match=said):
            write(place.sink(fields, table="counts"), [["b", 4.0], ["c", bad]], fields)
    assert place.run("SELECT * FROM counts") == [("a", 3)]


def test_types_arrive_as_their_columns_have_them(place: Place) -> None:
    kinds = ["BOOL", "TINYINT", "SMALLINT", "INT", "BIGINT", "TINYINT UNSIGNED", "SMALLINT UNSIGNED", "INT UNSIGNED"]
    kinds += ["BIGINT UNSIGNED", "FLOAT", "DOUBLE", "TEXT", "VARBINARY(9)", "DATE", "DATETIME(3)", "TIMESTAMP(6) NULL"]
    fields: dict[str, Type] = {f"c_{scalar.value}": ScalarType(scalar, nullable=True) for scalar in Scalar}
    place.run(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in zip(fields, kinds, strict=True))})")
    day, moment = date(2026, 2, 28), datetime(2026, 2, 28, 23, 59, 59, 999000)  # columns have no zone
    row: list[object] = [True, -128, -(2**15), -(2**31), -(2**63), 255, 2**16 - 1, 2**32 - 1, 2**64 - 1, 0.5, 1e300]
    row += ["é", b"\x00\xff'", day, moment, moment.replace(microsecond=999_999)]
    write(place.sink(fields, table="t"), [row, [None] * len(row)], fields)
    assert place.run("SELECT * FROM t") == [tuple(row), (None,) * len(row)]


def test_what_a_column_keeps_no_room_for_is_cut_and_not_rounded_into_the_next_day(place: Place) -> None:
    fields: dict[str, Type] = {name: ScalarType(Scalar.TIMESTAMP_US) for name in ("whole", "tenths", "text")}
    place.run("CREATE TABLE t (whole DATETIME, tenths DATETIME(1), text VARCHAR(40))")
    moment = datetime(2026, 2, 28, 23, 59, 59, 999_999)
    write(place.sink(fields, table="t"), [[moment] * 3], fields)
    (found,) = place.run("SELECT * FROM t")
    assert found == (moment.replace(microsecond=0), moment.replace(microsecond=900_000), "2026-02-28 23:59:59.999999")


def test_money_written_as_text_is_exact(place: Place) -> None:
    place.run("CREATE TABLE counts (word DECIMAL(30, 10), n BIGINT)")
    write(place.sink(table="counts"), [["12345678901234567890.0123456789", 1]])
    assert place.run("SELECT word FROM counts") == [(Decimal("12345678901234567890.0123456789"),)]


def test_objects_and_lists_become_json(place: Place) -> None:
    fields: dict[str, Type] = {"items": ListType(NUMBER), "who": StructType((Field("name", TEXT),), nullable=True)}
    place.run("CREATE TABLE t (items JSON, who JSON)")
    write(place.sink(fields, table="t"), [[[1, 2], {"name": "Ada"}], [[], None]], fields)
    found = [tuple(text and json.loads(str(text)) for text in row) for row in place.run("SELECT * FROM t")]
    assert found == [([1, 2], {"name": "Ada"}), ([], None)]


def test_a_zero_is_no_request_for_the_next_number(place: Place) -> None:
    place.run("CREATE TABLE counts (word VARCHAR(9), n INT AUTO_INCREMENT PRIMARY KEY)")
    write(place.sink(table="counts"), [["a", 0], ["b", 7]])
    assert place.run("SELECT * FROM counts") == [("a", 0), ("b", 7)]


def test_only_the_last_row_of_a_key_is_kept_while_rows_wait(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.mysql.writer.HELD_KEYS", 100)
    place.run(COUNTS)
    writer = place.sink(statement=UPSERT).writer(0, QuietHealth())
    for number in range(50):
        writer.write(batch([[f"w{i}", number] for i in range(40)]))
    assert place.run("SELECT COUNT(*) FROM counts") == [(0,)]
    writer.write(batch([[f"v{i}", 1] for i in range(90)]))
    assert place.run("SELECT COUNT(*), MAX(n) FROM counts") == [(130, 49)]
    writer.close()
