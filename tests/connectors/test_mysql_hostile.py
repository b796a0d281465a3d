"""`mysql:` among tables, settings and administrators that nobody had in mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from mysql_helpers import COUNTS, FLOAT, NUMBER, TEXT, UPSERT, Place, batch, write
from tools.servers import MariaDb

from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.limits import MIB
from lightflus.model.types import Scalar, ScalarType, Type
from lightflus.testing.connectors import QuietHealth

pytestmark = pytest.mark.slow


@pytest.fixture
def place(mariadb: MariaDb, unique: Callable[[str], str]) -> Place:
    return Place(mariadb, mariadb.create_database(unique("hostile")), mariadb.port)


@pytest.fixture
def small_packets(place: Place) -> Iterator[None]:
    """A server that is told to take less than it did when the job asked."""
    ((before,),) = place.run("SELECT @@max_allowed_packet")
    yield
    place.run(f"SET GLOBAL max_allowed_packet = {before}")


def test_connections_that_an_administrator_kills_cost_no_row(place: Place) -> None:
    place.run(COUNTS)
    writer = place.sink(statement=UPSERT).writer(0, health := QuietHealth())
    for number in range(5):
        writer.write(batch([[f"w{i}", number] for i in range(100)]))
        writer.flush()
        others = "SELECT id FROM information_schema.processlist WHERE id != CONNECTION_ID() AND db = DATABASE()"
        for (connection,) in place.run(others):
            place.run(f"KILL {connection}")
    writer.close()
    assert place.run("SELECT COUNT(*), MIN(n) FROM counts") == [(100, 4)]
    assert health.reasons


@pytest.mark.usefixtures("small_packets")
def test_packets_that_become_smaller_while_the_job_runs_are_kept_to(place: Place) -> None:
    place.run(COUNTS.replace("VARCHAR(20)", "VARCHAR(700)"))
    writer = place.sink(statement=UPSERT).writer(0, QuietHealth())
    place.run(f"SET GLOBAL max_allowed_packet = {MIB // 32}")
    writer.write(batch([[f"{i}-{'x' * 600}", i] for i in range(500)]))
    writer.flush()
    writer.close()
    assert place.run("SELECT COUNT(*) FROM counts") == [(500,)]


def test_a_key_of_several_columns_is_one_key(place: Place) -> None:
    place.run("CREATE TABLE t (day DATE, shop INT, n BIGINT, PRIMARY KEY (shop, day))")
    fields: dict[str, Type] = {"day": TEXT, "shop": NUMBER, "n": NUMBER}
    rows = [["2026-01-01", 1, 1], ["2026-01-01", 2, 2], ["2026-01-02", 1, 3], ["2026-01-01", 1, 4]]
    write(place.sink(fields, ["day", "shop"], table="t"), rows, fields)
    assert place.run("SELECT shop, n FROM t ORDER BY day, shop") == [(1, 4), (2, 2), (1, 3)]
    with pytest.raises(BindingInvalid, match="needs a unique key of just that"):
        place.sink(fields, ["day"], table="t")


def test_columns_that_the_table_computes_are_left_out_or_refused(place: Place) -> None:
    place.run(COUNTS, "ALTER TABLE counts ADD twice BIGINT AS (n * 2) STORED, ADD half DOUBLE AS (n / 2) VIRTUAL")
    write(place.sink(table="counts"), [["a", 3]])
    assert place.run("SELECT twice, half FROM counts") == [(6, 1.5)]
    fields: dict[str, Type] = {"word": TEXT, "n": NUMBER, "twice": NUMBER}
    with pytest.raises(BindingInvalid, match="column `twice`") as caught:
        place.sink(fields, table="counts")
    assert "leave it out" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        ("DECIMAL(6,2)", TEXT, ("1234.56", Decimal("1234.56"), "12345.00")),
        ("DECIMAL(6,2)", FLOAT, (1234.5, Decimal("1234.50"), 12345.0)),
        ("DECIMAL(6,2)", TEXT, ("-0.01", Decimal("-0.01"), "one")),
        ("BIT(4)", NUMBER, (15, b"\x0f", 16)),
        ("ENUM('small','big')", TEXT, ("big", "big", "huge")),
        ("SET('a','b')", TEXT, ("a,b", "a,b", "a,c")),
        ("TINYINT", NUMBER, (-128, -128, 128)),
        ("YEAR", TEXT, ("2026", 2026, "2200")),
        ("DATETIME", TEXT, ("2026-02-28 10:00:00", None, "2026-02-30 10:00:00")),
        ("VARCHAR(3)", TEXT, ("éèà", "éèà", "éèàü")),
        ("INT UNSIGNED", NUMBER, (4294967295, 4294967295, -1)),
    ],
)
def test_a_value_that_its_column_cannot_hold_ends_the_job_and_is_named(
    place: Place, column: str, kind: Type, values: tuple[object, object, object]
) -> None:
    good, stored, bad = values
    place.run(f"CREATE TABLE t (id BIGINT PRIMARY KEY, v {column})")
    fields: dict[str, Type] = {"id": NUMBER, "v": kind}
    write(place.sink(fields, ["id"], table="t"), [[1, good]], fields)
    ((found,),) = place.run("SELECT v FROM t")
    assert stored in (None, found)
    with pytest.raises(SinkFailed, match=r"the record with id 3 is refused: .*\bv\b"):
        write(place.sink(fields, ["id"], table="t"), [[2, good], [3, bad], [4, good]], fields)
    assert place.run("SELECT id FROM t") == [(1,)]


@pytest.mark.parametrize("text", ["'; DROP TABLE t; --", "\\", "\\'", "%s", "%(v)s", "{}", "\0", "?", "😀", "\x1a"])
def test_no_text_is_anything_but_a_value(place: Place, text: str) -> None:
    place.run("CREATE TABLE t (id BIGINT PRIMARY KEY, `v%s``?` TEXT) CHARACTER SET utf8mb4")
    fields: dict[str, Type] = {"id": NUMBER, "v%s`?": ScalarType(Scalar.UTF8)}
    write(place.sink(fields, ["id"], table="t"), [[1, text], [2, text]], fields)
    assert place.run("SELECT * FROM t") == [(1, text), (2, text)]
