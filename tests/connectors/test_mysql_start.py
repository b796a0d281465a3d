"""`mysql:` before a job starts: everything that can be found wrong is found, and the option to change is named."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from connector_helpers import sink_spec
from mysql_helpers import COUNTS, FLOAT, NUMBER, TEXT, UPSERT, WORDS, Place
from tools.servers import MariaDb
from tools.servers.mariadb import PASSWORD

from lightflus.connectors.contract.registry import open_sink
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.model.graph import Delivery
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

pytestmark = pytest.mark.slow


@pytest.fixture
def place(mariadb: MariaDb, unique: Callable[[str], str]) -> Place:
    place = Place(mariadb, mariadb.create_database(unique("start")), mariadb.port)
    place.run(COUNTS)
    return place


def refusal(place: Place, fields: Mapping[str, Type] = WORDS, key: Sequence[str] = (), /, **options: str) -> str:
    """What the person sees who starts the job."""
    with pytest.raises((BindingInvalid, SinkFailed)) as caught:
        place.sink(fields, key, **options)
    shown = f"{caught.value}\n{caught.value.where}\n{caught.value.hint}"
    assert PASSWORD not in shown
    return shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": "no-such-host.invalid"}, ["there is no such host", "option `host`"]),
        ({"port": "1"}, ["cannot be reached: Connection refused", "options `host` and `port`"]),
        ({"user": "nobody"}, ["Access denied for user 'nobody'", "options `user` and `password`"]),
        ({"password": "wrong"}, ["Access denied", "options `user` and `password`"]),
        ({"database": "nowhere"}, ["Unknown database 'nowhere'", "option `database`"]),
        ({"tls": "true"}, ["option `tls`, or `tls.ca`"]),
        ({"tls": "maybe"}, ["option `tls` of `mysql:` is `maybe`", "true, false or offered"]),
        ({"tls.ca": "/no/such/file"}, ["No such file", "option `tls.ca`"]),
        ({"port": "70000"}, ["option `port`", "65,535"]),
        ({"ttl": "3"}, ["`mysql:` has no option `ttl`", "`statement`, `table`"]),
    ],
)
def test_an_option_that_is_wrong_is_named(place: Place, options: dict[str, str], said: list[str]) -> None:
    shown = refusal(place, statement=UPSERT, **options)
    assert [text for text in said if text not in shown] == []


def test_a_server_that_speaks_something_else_is_told(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shown = refusal(replace(place, port=silent.getsockname()[1]), statement=UPSERT)
    assert "options `host` and `port`: what answers there does not speak MySQL's protocol" in shown


@pytest.mark.parametrize("options", [{}, {"table": "counts", "statement": UPSERT}])
def test_either_a_table_or_a_statement_is_needed(place: Place, options: dict[str, str]) -> None:
    assert "`table` for the fields as columns, or `statement`" in refusal(place, **options)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO nowhere (word, n) VALUES (?, ?)", "there is no table `nowhere`"),
        ("INSERT INTO nowhere (word, n) VALUES (?, ?)", "those to be seen: `counts`"),
        ("UPDATE nowhere SET n = ? WHERE word = ?", "nowhere' doesn't exist (MySQL error 1146)"),
        ("INSERT INTO counts (word, m) VALUES (?, ?)", "there is no column `m`"),
        ("INSERT INTO counts (word, m) VALUES (?, ?)", "there are `word`, `n`"),
        ("UPDATE counts SET m = ? WHERE word = ?", "Unknown column 'm'"),
        ("INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE m = VALUES(n)", "no column `m`"),
        ("INSERT INTO counts VALUES (?, ?, 7)", "3 values for 2 columns"),
        ("INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE", "error in your SQL syntax"),
        ("INSERT INTO counts (word, n) VALUES (?, ?", "option `statement`: it is the server that reads it"),
    ],
)
def test_a_statement_that_does_not_fit_the_database_is_told(place: Place, statement: str, said: str) -> None:
    assert said in refusal(place, statement=statement)


def test_everything_that_is_wrong_with_a_table_is_said_at_once(place: Place) -> None:
    place.run(
        "CREATE TABLE t (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, made DATETIME NOT NULL DEFAULT NOW(), n DOUBLE,"
        "kind INT NOT NULL, total INT AS (n + 1), name TEXT NOT NULL, ok BOOL)"
    )
    fields = {"n": TEXT, "total": NUMBER, "name": replace(TEXT, nullable=True), "ok": FLOAT, "price": FLOAT}
    shown = refusal(place, fields, table="t").replace("int(11)", "int")  # as MariaDB calls it
    assert "column `n` is double, and the job writes utf8: turn the text into a number" in shown
    assert "column `total` is int, and the job writes int64: the table computes it" in shown
    assert "column `name` is text, and the job writes utf8?: the value may be null" in shown
    assert "column `kind` is int, may not be null and has no default, and is not written" in shown
    assert "there is no column `price`: there are `id`, `made`" in shown
    assert "`ok`" not in shown.split("there are")[0], "a number goes into a column of whole ones, if it is whole"
    assert shown.count("\n  - ") == 5


@pytest.mark.parametrize(
    ("kind", "column", "fits"),
    [
        (ScalarType(Scalar.BINARY), "TEXT", False),
        (ScalarType(Scalar.BINARY), "VARBINARY(9)", True),
        (TEXT, "BLOB", True),
        (TEXT, "DATETIME", True),
        (TEXT, "DOUBLE", False),
        (TEXT, "BIGINT UNSIGNED", True),
        (FLOAT, "TEXT", False),
        (FLOAT, "DECIMAL(9, 2)", True),
        (NUMBER, "VARCHAR(30)", True),
        (NUMBER, "DATETIME", False),
        (ScalarType(Scalar.BOOL), "BIT(1)", True),
        (ScalarType(Scalar.BOOL), "TEXT", False),
        (ScalarType(Scalar.TIMESTAMP_MS), "DATE", False),
        (ScalarType(Scalar.TIMESTAMP_MS), "BIGINT", False),
        (ScalarType(Scalar.DATE32), "DATETIME", True),
        (ListType(TEXT), "JSON", True),
        (ListType(TEXT), "INT", False),
        (StructType((Field("a", TEXT),)), "TEXT", True),
        (TEXT, "POINT", False),
    ],
)
def test_types_that_do_not_fit_are_refused(place: Place, kind: Type, column: str, fits: bool) -> None:
    place.run(f"CREATE TABLE t (x {column})")
    if fits:
        place.sink({"x": kind}, table="t").close()
    else:
        assert "column `x` is" in refusal(place, {"x": kind}, table="t")


@pytest.mark.parametrize("statement", [None, "INSERT INTO counts (word, Word) VALUES (?, ?)"])
def test_two_fields_that_are_one_column_are_both_named(place: Place, statement: str | None) -> None:
    options = {"table": "counts"} if statement is None else {"statement": statement}
    assert "`word` and `Word` are one column" in refusal(place, {"word": TEXT, "Word": TEXT}, **options)


def test_a_statement_without_columns_is_checked_by_their_order(place: Place) -> None:
    shown = refusal(place, {"1": NUMBER, "2": ScalarType(Scalar.BINARY)}, statement="INSERT INTO counts VALUES (?, ?)")
    assert "column `n` is bigint" in shown
    assert "and the job writes binary" in shown


def test_what_a_statement_makes_of_a_value_is_its_own_affair(place: Place) -> None:
    text = "INSERT INTO counts (word, n) VALUES (UPPER(?), CHAR_LENGTH(?))"
    place.sink({"1": TEXT, "2": TEXT}, statement=text).close()


@pytest.mark.parametrize(
    "table",
    [
        "word VARCHAR(20), n BIGINT",
        "word VARCHAR(20), n BIGINT, KEY (word)",
        "word VARCHAR(20), n BIGINT, day DATE DEFAULT '2026-01-01', UNIQUE KEY (word, day)",
        "word VARCHAR(20), n BIGINT, UNIQUE KEY (word(5))",
        "word VARCHAR(20), n BIGINT UNIQUE",
    ],
)
def test_an_upsert_needs_a_unique_key_of_its_columns(place: Place, table: str) -> None:
    place.run(f"CREATE TABLE t ({table})")
    for options in ({"statement": UPSERT.replace("counts", "t")}, {"table": "t", "key": "word"}):
        shown = refusal(place, **options)
        assert "an upsert by (`word`) needs a unique key of just that" in shown
        assert "ALTER TABLE `t` ADD UNIQUE KEY (word)" in shown


def test_a_column_that_keeps_its_first_value_is_told_and_the_option_key_allows_it(place: Place) -> None:
    place.run("CREATE TABLE t (word VARCHAR(20) PRIMARY KEY, n BIGINT, first_seen BIGINT)")
    fields = {"1": TEXT, "2": NUMBER, "3": NUMBER}
    text = "INSERT INTO t VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
    text = text.replace("t VALUES", "t (word, n, first_seen) VALUES")
    assert "an upsert by (`first_seen`, `word`)" in refusal(place, fields, statement=text)
    place.sink(fields, statement=text, key="word").close()


def test_a_part_of_the_key_that_the_statement_says_itself_counts(place: Place) -> None:
    place.run("CREATE TABLE t (word VARCHAR(20), day DATE, n BIGINT, PRIMARY KEY (day, word))")
    text = "INSERT INTO t (day, word, n) VALUES (CURDATE(), ?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
    place.sink(statement=text).close()


@pytest.mark.parametrize("rights", ["SELECT", "INSERT", "INSERT, SELECT"])
def test_rights_that_are_missing_are_told(place: Place, rights: str) -> None:
    place.add_user(f"{rights} ON counts")
    shown = refusal(place, statement=UPSERT, user="guest", password="guest")
    assert "command denied to user 'guest'" in shown
    assert "granted that right, or change the option `user`" in shown


def test_a_server_that_only_reads_is_told(place: Place) -> None:
    place.add_user("ALL")
    place.run("SET GLOBAL read_only = 1")
    try:
        shown = refusal(place, statement=UPSERT, user="guest", password="guest")
    finally:
        place.run("SET GLOBAL read_only = 0")
    assert "--read-only" in shown
    assert "option `host` to a server that can be written" in shown


def test_a_server_that_ends_the_connection_with_a_reason_is_told(place: Place) -> None:
    place.add_user("ALL")
    place.run("SET GLOBAL init_connect = 'SELECT nothing FROM nowhere'")
    try:
        shown = refusal(place, statement=UPSERT, user="guest", password="guest")
    finally:
        place.run("SET GLOBAL init_connect = ''")
    assert "init_connect command failed" in shown
    assert "when the server is well" in shown


def test_a_password_may_be_a_reference(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    monkeypatch.setenv("MYSQL_PASSWORD", PASSWORD)
    for reference in ("env:MYSQL_PASSWORD", f"file:{tmp_path / 'secret'}"):
        place.sink(statement=UPSERT, password=reference).close()


def test_a_password_may_have_any_characters(place: Place) -> None:
    place.add_user("ALL", "pässwörd 漢")
    place.sink(statement=UPSERT, user="guest", password="pässwörd 漢").close()


def test_a_password_is_accepted_without_tls_also_after_the_server_has_forgotten_it(place: Place) -> None:
    place.run("FLUSH PRIVILEGES")
    place.sink(statement=UPSERT, tls="false").close()


def test_an_account_that_is_locked_is_told(place: Place) -> None:
    place.add_user("ALL")
    place.run("ALTER USER guest ACCOUNT LOCK")
    assert "have the account be unlocked" in refusal(place, statement=UPSERT, user="guest", password="guest")


def test_an_ipv6_address_is_shown_as_it_is_written(place: Place) -> None:
    assert "mysql://[::1]:1/" in refusal(place, statement=UPSERT, host="::1", port="1")


def test_a_row_by_its_alias_is_an_upsert_where_the_server_knows_it(place: Place) -> None:
    statement = "INSERT INTO counts (word, n) VALUES (?, ?) AS new ON DUPLICATE KEY UPDATE n = new.n"
    if place.server.is_mysql:
        assert place.sink(statement=statement).delivery is Delivery.UPSERT
    else:
        assert "near 'AS new" in refusal(place, statement=statement)


def test_the_key_of_an_upsert_may_not_be_null(place: Place) -> None:
    place.run("CREATE TABLE t (word VARCHAR(20) UNIQUE, n BIGINT)")
    fields = {"word": replace(TEXT, nullable=True), "n": NUMBER}
    assert "a key (`word`) may be null" in refusal(place, fields, ["word"], table="t")


def test_a_view_can_be_added_to_and_one_that_cannot_is_told(place: Place) -> None:
    place.run("CREATE VIEW v AS SELECT word, n FROM counts", "CREATE VIEW sums AS SELECT SUM(n) AS n FROM counts")
    place.sink(table="v").close()
    assert "option `table` to a table that rows can be added to" in refusal(place, {"n": NUMBER}, table="sums")


def test_a_table_is_found_whose_name_is_odd(place: Place) -> None:
    place.run("CREATE TABLE `odd``na me%s;` (`wo``rd?` VARCHAR(9) PRIMARY KEY, `n%` INT)")
    place.sink({"wo`rd?": TEXT, "n%": NUMBER}, ["wo`rd?"], table="odd`na me%s;").close()


def test_a_sink_of_another_kind_may_be_bound_to_a_table(place: Place) -> None:
    place.run("CREATE TABLE pairs (`key` VARCHAR(9) PRIMARY KEY, value TEXT)")
    open_sink(sink_spec(place.connector(table="pairs"))).close()
