"""`mysql:`: what a user's SQL statement says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.connectors.mysql import SINK
from lightflus.connectors.mysql.statement import parse
from lightflus.connectors.mysql.tokens import tokens_of
from lightflus.connectors.mysql.writing import template, upsert_text
from lightflus.errors import BindingInvalid
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, Sink, SinkField
from lightflus.model.types import Scalar, ScalarType

TEXT = ScalarType(Scalar.UTF8)
UPSERT = "INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"


def sink(statement: str, fields: int, **options: str) -> Sink:
    numbered = tuple(SinkField(str(n + 1), FieldPath((f"f{n}",)), TEXT) for n in range(fields))
    return Sink(Connector("mysql", {"statement": statement, **options}), numbered)


def names(completed: Sink) -> list[str]:
    return [field.name for field in completed.fields]


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE t SET a = '?' WHERE b = ?",
        "UPDATE t SET a = 'it''s ?' WHERE b = ?",
        r"UPDATE t SET a = 'it\'s ?' WHERE b = ?",
        'UPDATE t SET a = "a \'quote\' ? and "" \\" ?" WHERE b = ?',
        "UPDATE t SET `a?` = 1, `b``?` = 2 WHERE b = ?",
        "UPDATE t SET a = 1 -- why?\nWHERE b = ?",
        "UPDATE t SET a = 1 # why?\nWHERE b = ?",
        "UPDATE t SET a = 1 /* why? \n 'not this?' */ WHERE b = ? --",
        "UPDATE t SET a = 5--1 WHERE b = ?",
    ],
)
def test_a_question_mark_in_a_string_a_name_or_a_comment_is_no_placeholder(text: str) -> None:
    assert [text[place] for place in parse(text).marks] == ["?"]
    assert parse(text).marks[0] == text.rindex("b = ?") + 4


def test_two_minus_signs_before_a_digit_are_no_comment() -> None:
    assert parse("UPDATE t SET a = ?--1").marks == (17,)
    assert [token.text for token in tokens_of("5--1")] == ["5", "-", "-", "1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("UPDATE t SET a = 'x WHERE b = ?", "the string that begins with `'x WHERE b = ?` in the statement has no end"),
        ("UPDATE `t SET a = ?", "the quoted name that begins with"),
        ("UPDATE t SET a = ? /* more", "the comment that begins with"),
        ("INSERT INTO t VALUES (?) /*!80000 , (?) */", "is a comment that some servers run"),
        ("INSERT INTO t VALUES (?) /*M! , (?) */", "is a comment that some servers run"),
        ("SELECT * FROM t WHERE a = ?", "begins with `SELECT`"),
        ("", "the statement is empty"),
        ("DELETE FROM t WHERE a = ?; DELETE FROM u", "more than one"),
        ("INSERT INTO t VALUES ('?')", "has no placeholder"),
    ],
)
def test_what_is_no_statement_for_a_sink_is_refused(text: str, message: str) -> None:
    with pytest.raises(BindingInvalid, match="statement") as caught:
        parse(text)
    assert message in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (UPSERT, ["word", "n"]),
        ("insert ignore into `my db`.`t` (`a``b`, t.c) values (?, ?);", ["a`b", "c"]),
        ("INSERT INTO t (a, b, c) VALUES (?, NOW(), LOWER(TRIM(?)))", ["a", "c"]),
        ("INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = ?", ["a", "b", "3"]),
        ("INSERT INTO t SET a = ?, b = ?", ["a", "b"]),
        ("INSERT INTO t VALUES (?, ?)", ["1", "2"]),
        ("INSERT INTO t (a, b) VALUES (?, ?), (?, 1)", ["1", "2", "3"]),
        ("INSERT INTO t (a) SELECT x + ? FROM u WHERE y = ?", ["1", "y"]),
        ("UPDATE t SET n = n + ?, at = ? WHERE t.word = ? AND n = ? + 1", ["1", "at", "word", "4"]),
        ("DELETE FROM t WHERE word = ? AND WORD = ?", ["word", "2"]),
        ("CALL count_word(?, ?)", ["1", "2"]),
    ],
)
def test_fields_get_the_names_of_their_columns(text: str, found: list[str]) -> None:
    assert names(SINK.complete(sink(text, len(found)))) == found


def test_fields_with_names_keep_them() -> None:
    named = replace(sink(UPSERT, 2), fields=tuple(SinkField(n, FieldPath((n,)), TEXT) for n in ("key", "value")))
    completed = SINK.complete(named)
    assert names(completed) == ["key", "value"]
    assert completed.key_fields == ("key",)


@pytest.mark.parametrize(
    ("tail", "key"),
    [
        ("ON DUPLICATE KEY UPDATE n = VALUES(n), at = VALUES(at)", ("word",)),
        ("ON DUPLICATE KEY UPDATE t.n = values ( `n` ), AT = VALUE(at)", ("word",)),
        ("AS new ON DUPLICATE KEY UPDATE n = new.n, at = new.at", ("word",)),
        ("AS new(x, y, z) ON DUPLICATE KEY UPDATE n = y, at = new.z", ("word",)),
        ("ON DUPLICATE KEY UPDATE n = VALUES(n)", ("word", "at")),
        ("ON DUPLICATE KEY UPDATE n = n + VALUES(n), at = VALUES(at)", ()),
        ("ON DUPLICATE KEY UPDATE n = VALUES(at), at = VALUES(n)", ()),
        ("ON DUPLICATE KEY UPDATE n = n", ()),
        ("ON DUPLICATE KEY UPDATE n = GREATEST(n, VALUES(n)), at = VALUES(at)", ()),
        ("", ()),
    ],
)
def test_an_upsert_is_a_statement_that_writes_the_new_row_over_the_old(tail: str, key: tuple[str, ...]) -> None:
    completed = SINK.complete(sink(f"INSERT INTO t (word, n, at) VALUES (?, ?, ?) {tail}", 3))
    assert completed.key_fields == key
    assert completed.delivery is (Delivery.UPSERT if key else Delivery.APPEND)


def test_a_column_that_is_not_from_the_record_is_no_part_of_the_key() -> None:
    text = "INSERT INTO t (word, n, at) VALUES (?, ?, NOW()) ON DUPLICATE KEY UPDATE n = VALUES(n)"
    assert SINK.complete(sink(text, 2)).key_fields == ("word",)


def test_the_option_key_says_which_of_the_columns_that_are_left_is_the_key() -> None:
    text = "INSERT INTO t (word, n, first_seen) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
    completed = SINK.complete(sink(text, 3, key="word"))
    assert completed.delivery is Delivery.APPEND, "`first_seen` keeps its first value: no row may be left out"


def test_a_replace_is_an_upsert_where_the_option_key_says_of_what() -> None:
    text = "REPLACE INTO t (word, n) VALUES (?, ?)"
    assert SINK.complete(sink(text, 2)).delivery is Delivery.APPEND
    assert SINK.complete(sink(text, 2, key="word")).key_fields == ("word",)


def test_the_option_key_makes_a_table_an_upsert() -> None:
    fields = tuple(SinkField(n, FieldPath((n,)), TEXT) for n in ("a", "b"))
    plain = Sink(Connector("mysql", {"table": "t"}), fields)
    keyed = replace(plain, connector=Connector("mysql", {"table": "t", "key": "A, b"}))
    assert SINK.complete(plain) == plain
    assert SINK.complete(keyed).key_fields == ("a", "b")
    with pytest.raises(BindingInvalid, match="names `c`, which is no field"):
        SINK.complete(replace(plain, connector=Connector("mysql", {"table": "t", "key": "c"})))


def test_as_many_placeholders_as_fields_are_needed() -> None:
    with pytest.raises(BindingInvalid, match="the statement has 2 placeholders, and the job writes 1 field"):
        SINK.complete(sink(UPSERT, 1))


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        (UPSERT + ";", "INSERT INTO counts (word, n) VALUES (%s, %s), (%s, %s) ON DUPLICATE KEY UPDATE n = VALUES(n)"),
        ("INSERT INTO t VALUES (?, 'a%?')", "INSERT INTO t VALUES (%s, 'a%%?'), (%s, 'a%%?')"),
    ],
)
def test_many_rows_are_one_statement(text: str, driver: str) -> None:
    assert template(parse(text)).of(2) == driver


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = ?",
        "INSERT INTO t (a) VALUES (?), (?)",
        "INSERT INTO t (a) SELECT ?",
        "INSERT INTO t SET a = ?",
        "UPDATE t SET a = a % ? WHERE b = ?",
        "CALL p(?)",
    ],
)
def test_other_statements_are_run_once_per_row(text: str) -> None:
    made = template(parse(text))
    assert made.group is None
    assert made.head == text.replace("%", "%%").replace("?", "%s")


@pytest.mark.parametrize(
    ("version", "tail"),
    [
        ("10.11.19-MariaDB-0+deb12u1", " ON DUPLICATE KEY UPDATE `n` = VALUES(`n`)"),
        ("5.5.5-10.11.19-MariaDB", " ON DUPLICATE KEY UPDATE `n` = VALUES(`n`)"),
        ("5.7.44-log", " ON DUPLICATE KEY UPDATE `n` = VALUES(`n`)"),
        ("8.0.18", " ON DUPLICATE KEY UPDATE `n` = VALUES(`n`)"),
        ("8.0.19", " AS lightflus_new ON DUPLICATE KEY UPDATE `n` = lightflus_new.`n`"),
        ("9.1.0-cluster", " AS lightflus_new ON DUPLICATE KEY UPDATE `n` = lightflus_new.`n`"),
    ],
)
def test_the_statement_of_a_table_is_what_the_server_takes_without_a_warning(version: str, tail: str) -> None:
    text = upsert_text("t", ["wo`rd", "n"], ["wo`rd"], version)
    assert text == "INSERT INTO `t` (`wo``rd`, `n`) VALUES (?, ?)" + tail
    assert parse(text).key() == (0,)


def test_a_table_without_a_key_is_a_plain_insert() -> None:
    assert upsert_text("t", ["a"], [], "8.4.0") == "INSERT INTO `t` (`a`) VALUES (?)"


def test_a_table_whose_columns_are_all_key_keeps_its_row() -> None:
    assert upsert_text("t", ["a"], ["a"], "10.11-MariaDB").endswith("UPDATE `a` = VALUES(`a`)")
