"""Entries of a Redis stream as rows, and their ids."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from lightflus.connectors.redis.cursor import Cursor, Position
from lightflus.connectors.redis.entries import FieldEntries, MessageEntries
from lightflus.connectors.redis.ids import BEGINNING, EntryId
from lightflus.connectors.redis.lanes import Entry, Info
from lightflus.connectors.redis.plan import EARLIEST, LATEST, Place, ReadPlan
from lightflus.formats.registry import message_decoder
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import Decoded

TEXT = ScalarType(Scalar.UTF8)
FLOAT = ScalarType(Scalar.FLOAT64)


def decode(types: Mapping[str, Type], *entries: Mapping[str, str | bytes]) -> Decoded:
    record = StructType(tuple(Field(name, kind) for name, kind in types.items()))
    decoder = FieldEntries(record, lambda kind: message_decoder("json", kind))
    return decoder.decode([flat(entry) for entry in entries])


def flat(entry: Mapping[str, str | bytes]) -> list[bytes]:
    words = [word for pair in entry.items() for word in pair]
    return [word if isinstance(word, bytes) else word.encode() for word in words]


def reasons(decoded: Decoded) -> list[tuple[int, str]]:
    return [(bad.index, bad.reason) for bad in decoded.bad]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (TEXT, "x", "x"),
        (ScalarType(Scalar.BINARY), b"\xff", b"\xff"),
        (FLOAT, "-1.5e3", -1500.0),
        (FLOAT, "Infinity", float("inf")),
        (ScalarType(Scalar.INT8), "-128", -128),
        (ScalarType(Scalar.UINT64), "18446744073709551615", 2**64 - 1),
        (ScalarType(Scalar.BOOL), "true", True),
        (ScalarType(Scalar.BOOL), "0", False),
        (ListType(FLOAT), "[1,2]", [1.0, 2.0]),
        (StructType((Field("y", TEXT),)), '{"y":"z"}', {"y": "z"}),
    ],
)
def test_a_text_is_read_as_the_declared_type(kind: Type, text: str | bytes, value: object) -> None:
    assert decode({"x": kind}, {"x": text}).columns.to_pylist() == [{"x": value}]


@pytest.mark.parametrize("text", ["", "x1", " 1", "0x10", "1,2", "null", "1e"])
def test_what_is_no_number_is_a_bad_record(text: str) -> None:
    decoded = decode({"n": FLOAT}, {"n": "1"}, {"n": text}, {"n": "NaN"})
    assert reasons(decoded) == [(1, f"field `n` should be float64, but is `{text}`")]
    assert decoded.columns.num_rows == 2
    assert decoded.record_of_row is not None
    assert decoded.record_of_row.to_pylist() == [0, 2]


def test_a_number_out_of_range_does_not_spoil_its_neighbours() -> None:
    decoded = decode({"n": ScalarType(Scalar.INT8)}, {"n": "1"}, {"n": "300"}, {"n": "2"})
    assert reasons(decoded) == [(1, "field `n` should be int8, but is `300`")]
    assert decoded.columns.to_pylist() == [{"n": 1}, {"n": 2}]


def test_bytes_that_are_no_text_are_a_bad_record() -> None:
    decoded = decode({"w": TEXT}, {"w": b"\xff"}, {"w": "x"})
    assert reasons(decoded) == [(0, "field `w` should be utf8, but is `\\xff`")]
    assert decoded.columns.to_pylist() == [{"w": "x"}]


def test_bad_json_is_a_bad_record_of_its_field() -> None:
    decoded = decode({"l": ListType(FLOAT)}, {"l": "[1]"}, {"l": '["a"]'}, {"l": "["})
    assert [index for index, _ in reasons(decoded)] == [1, 2]
    assert reasons(decoded)[0][1].startswith("field `l`: ")


def test_null_is_no_list_unless_the_type_has_it() -> None:
    assert reasons(decode({"l": ListType(FLOAT)}, {"l": "null"})) == [(0, "field `l` is null")]
    nullable = ListType(FLOAT, nullable=True)
    assert decode({"l": nullable}, {"l": "null"}, {}).columns.to_pylist() == [{"l": None}, {"l": None}]


def test_a_field_may_be_missing_where_it_may_be_null() -> None:
    types = {"w": TEXT, "n": ScalarType(Scalar.FLOAT64, nullable=True)}
    decoded = decode(types, {"w": "a"}, {"n": "1"}, {"w": "b", "n": "2", "other": "x"})
    assert decoded.columns.to_pylist() == [{"w": "a", "n": None}, {"w": "b", "n": 2.0}]
    assert reasons(decoded) == [(1, "field `w` is missing")]
    assert decoded.bad[0].raw == b'{"n": "1"}'


def test_of_several_wrong_fields_the_first_is_told() -> None:
    assert reasons(decode({"a": FLOAT, "b": FLOAT}, {"a": "x", "b": "y"}))[0][1].startswith("field `a`")


def test_a_message_is_the_field_value_or_the_only_one() -> None:
    decoder = MessageEntries("value", message_decoder("", TEXT), is_chosen=False)
    entries = [flat({"value": "a", "other": "x"}), flat({"line": "b"}), flat({"x": "1", "y": "2"})]
    decoded = decoder.decode(entries)
    assert decoded.columns.to_pylist() == [{"value": "a"}, {"value": "b"}]
    assert [bad.index for bad in decoded.bad] == [2]


TWICE = [b"value", b"1", b"more", b"x", b"value", b"2"]


def test_an_entry_that_has_a_field_twice_is_a_bad_record() -> None:
    record = StructType((Field("value", ScalarType(Scalar.UTF8, nullable=True)),))
    decoder = FieldEntries(record, lambda kind: message_decoder("json", kind))
    decoded = decoder.decode([flat({"value": "a"}), TWICE, flat({"value": "b"})])
    assert decoded.columns.to_pylist() == [{"value": "a"}, {"value": "b"}]
    assert reasons(decoded) == [(1, "field `value` stands there twice")]
    assert decoded.bad[0].raw == b'{"value": "1", "more": "x", "value": "2"}'


@pytest.mark.parametrize("kind", [FLOAT, ScalarType(Scalar.FLOAT64, nullable=True)])
def test_an_entry_that_has_its_message_twice_is_a_bad_record(kind: Type) -> None:
    decoder = MessageEntries("value", message_decoder("json", kind), is_chosen=True)
    decoded = decoder.decode([flat({"value": "1"}), TWICE, flat({"value": "x"}), flat({"value": "2"})])
    assert decoded.columns.to_pylist() == [{"value": 1.0}, {"value": 2.0}]
    assert [bad.index for bad in decoded.bad] == [1, 2]
    assert decoded.record_of_row is not None
    assert decoded.record_of_row.to_pylist() == [0, 3]


def test_a_field_that_nobody_reads_may_stand_there_twice() -> None:
    record = StructType((Field("more", TEXT),))
    decoder = FieldEntries(record, lambda kind: message_decoder("json", kind))
    assert decoder.decode([TWICE]).columns.to_pylist() == [{"more": "x"}]


def test_a_message_is_the_chosen_field_and_no_other() -> None:
    record = StructType((Field("n", FLOAT),))
    decoder = MessageEntries("body", message_decoder("json", record), is_chosen=True)
    decoded = decoder.decode([flat({"body": '{"n":1}'}), flat({"value": '{"n":1}'})])
    assert decoded.columns.to_pylist() == [{"n": 1.0}]
    ((index, reason, raw),) = [(bad.index, bad.reason, bad.raw) for bad in decoded.bad]
    assert (index, reason) == (1, "the entry has no field `body`")
    assert json.loads(raw) == {"value": '{"n":1}'}, "a dead letter has all of it"


def test_ids_have_the_order_of_their_numbers() -> None:
    assert EntryId(9, 9) < EntryId(10, 0) < EntryId(10, 2) < EntryId(10, 11)
    assert EntryId.parse("10") == EntryId(10, 0)
    assert str(EntryId.parse("1700000000000-5")) == "1700000000000-5"
    assert [EntryId.parse(text) for text in ("", "-", "x", "1-", "-1", "1-2-3")] == [None] * 6


def info(*ids: int, added: int | None = None, last: int = 0) -> Info:
    """A stream with these entries, and how many and which ever was the last."""
    newest = EntryId(ids[-1], 0) if ids else BEGINNING
    return Info(length=len(ids), last=newest, last_id=EntryId(max([last, *ids]), 0), added=added)


def begun(begin: Place | EntryId, found: Info, *, position: str | None = None, is_bounded: bool = False) -> Cursor:
    cursor = Cursor("s", None if position is None else Position.parse(position))
    cursor.begin(ReadPlan("", "c", begin, is_bounded), found)
    return cursor


def entries(*ids: int) -> list[Entry]:
    return [(EntryId(number, 0), [b"v", b"x"]) for number in ids]


def test_reading_begins_where_the_plan_or_an_earlier_reader_says() -> None:
    found = info(1, 2, 3, last=5)
    assert begun(EARLIEST, found).id == BEGINNING
    assert begun(LATEST, found).id == EntryId(5, 0)
    assert begun(EntryId(2, 0), found).id == EntryId(2, 0)
    assert begun(EARLIEST, found, position="1-0").id == EntryId(1, 0)


def test_bounded_reading_ends_at_what_was_there() -> None:
    cursor = begun(EARLIEST, info(1, 2), is_bounded=True)
    assert cursor.take(entries(1, 2, 3), has_asked_for_new=True) == entries(1, 2)
    assert cursor.is_done
    assert begun(EARLIEST, info(), is_bounded=True).is_done
    assert begun(EARLIEST, info(1, 2), position="2-0", is_bounded=True).is_done


def test_the_lag_is_counted_where_it_can_be() -> None:
    cursor = begun(EARLIEST, info(3, 4, 5, added=5))
    assert cursor.lag == 3
    cursor.take(entries(3), has_asked_for_new=True)
    cursor.look(info(3, 4, 5, 6, added=6))
    assert cursor.lag == 3
    assert begun(EntryId(3, 0), info(3, 4, 5, added=5)).lag is None
    assert begun(LATEST, info(3, 4, 5, added=5)).lag == 0


def test_entries_that_were_trimmed_before_they_were_read_are_noticed() -> None:
    cursor = begun(EARLIEST, info(1, 2, 3, 4, added=4))
    cursor.take(entries(1, 2), has_asked_for_new=True)
    assert str(cursor.position) == "2-0:2"
    assert not cursor.has_lost(info(3, 4, added=4))
    assert cursor.has_lost(info(4, added=4))
    assert cursor.has_lost(info(added=4, last=4))
    assert begun(EARLIEST, info(4, added=4), position="2-0:2").has_lost(info(4, added=4))
    assert not begun(EARLIEST, info(4, added=4)).has_lost(info(4, added=4))


def test_a_stream_that_was_made_anew_is_noticed_when_it_grows_below_what_was_read() -> None:
    cursor = begun(EARLIEST, info(8, 9))
    cursor.take(entries(8, 9), has_asked_for_new=True)
    seen = []
    for found in (info(8, 9), info(8), info(8), info(1), info(1, 2)):  # a failover may lose the last ones
        cursor.look(found)
        seen.append(cursor.is_renewed)
    assert seen == [False, False, False, False, True]


def test_a_stream_may_grow_up_to_where_reading_shall_begin() -> None:
    cursor = begun(EntryId(9, 0), info(1))
    cursor.look(info(1, 2))
    assert not cursor.is_renewed


@pytest.mark.parametrize("text", ["1-0", "17-3:12"])
def test_a_position_is_an_id_and_a_count(text: str) -> None:
    assert str(Position.parse(text)) == text
    assert [Position.parse(wrong) for wrong in ("x", "1-0:x", "12:3x")] == [None] * 3
