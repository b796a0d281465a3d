"""Format debezium: changes and the rows that they leave behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from format_helpers import binary
from hypothesis import given
from hypothesis import strategies as st

from lightflus.errors import BindingInvalid
from lightflus.formats.registry import line_decoder, message_decoder
from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord

TEXT = ScalarType(Scalar.UTF8)
ROW = StructType((Field("id", ScalarType(Scalar.INT32)), Field("name", ScalarType(Scalar.UTF8, True))))
IMAGE = StructType(ROW.fields, nullable=True)
CHANGE = StructType(
    (Field("op", TEXT), Field("before", IMAGE), Field("after", IMAGE), Field("ts_ms", ScalarType(Scalar.FLOAT64)))
)
ANN, BOB = {"id": 1, "name": "ann"}, {"id": 1, "name": "bob"}


def change(op: str, before: object, after: object) -> dict[str, object]:
    return {"op": op, "before": before, "after": after, "ts_ms": 5}


INSERT, UPDATE, DELETE = change("c", None, ANN), change("u", ANN, BOB), change("d", BOB, None)
SNAPSHOT, TRUNCATE = change("r", None, ANN), {"op": "t", "ts_ms": 5}
CHANGES: list[dict[str, object]] = [INSERT, UPDATE, DELETE, SNAPSHOT, TRUNCATE]


def bare(value: object) -> bytes:
    envelope = value if isinstance(value, dict) else {}
    return json.dumps({"source": {"table": "t", "ts_ms": 4}, "transaction": None, **envelope}).encode()


def wrapped(value: object) -> bytes:
    return json.dumps({"schema": {"type": "struct", "fields": []}, "payload": json.loads(bare(value))}).encode()


def decoded(
    record: Type, messages: Sequence[bytes | None], **options: str
) -> tuple[dict[int, dict[str, object]], tuple[BadRecord, ...]]:
    found = message_decoder("debezium", record, options).decode_messages(binary(messages))
    found.columns.validate(full=True)
    assert found.records == len(messages)
    assert found.record_of_row is not None
    numbers = [number or 0 for number in found.record_of_row.to_pylist()]
    return dict(zip(numbers, found.columns.to_pylist(), strict=True)), found.bad


@pytest.mark.parametrize("written", [bare, wrapped])
def test_a_change_has_its_kind_and_both_images(written: type) -> None:
    expected = [{"before": None, "after": None, **value} for value in CHANGES]
    assert decoded(CHANGE, list(map(written, CHANGES))) == (dict(enumerate(expected)), ())


@pytest.mark.parametrize("written", [bare, wrapped])
def test_rows_are_what_changes_leave_behind(written: type) -> None:
    rows, bad = decoded(ROW, list(map(written, CHANGES)))
    assert rows == {0: ANN, 1: BOB, 3: ANN}
    assert [(b.index, b.raw) for b in bad] == [(2, written(DELETE)), (4, written(TRUNCATE))]
    assert bad[0].reason == "this change (d) leaves no row behind"
    assert "format.deletes=skip" in str(bad[0].hint)


def test_changes_without_a_row_can_be_left_out() -> None:
    assert decoded(ROW, list(map(bare, CHANGES)), deletes="skip") == ({0: ANN, 1: BOB, 3: ANN}, ())


def test_changes_without_a_row_are_null_where_the_record_may_be() -> None:
    rows, bad = decoded(IMAGE, list(map(bare, CHANGES)))
    assert (rows, bad) == (
        {0: {"value": ANN}, 1: {"value": BOB}, 2: {"value": None}, 3: {"value": ANN}, 4: {"value": None}},
        (),
    )


MESSAGE = {"op": "m", "ts_ms": 5, "message": {"prefix": "p", "content": "AA=="}}
IMAGES = StructType((Field("before", IMAGE), Field("after", IMAGE)))


@pytest.mark.parametrize("record", [ROW, IMAGE, IMAGES])
@pytest.mark.parametrize("op", ["m", "x", ""])
def test_an_operation_that_changes_no_row_is_told_where_nobody_sees_it(record: Type, op: str) -> None:
    rows, (bad,) = decoded(record, [bare(INSERT), wrapped({**MESSAGE, "op": op}), bare(UPDATE)])
    assert list(rows) == [0, 2]
    assert (bad.index, bad.reason) == (1, f"operation `{op}` is no change of a row")


def test_an_operation_that_changes_no_row_reaches_a_job_that_asks_for_it() -> None:
    rows, bad = decoded(CHANGE, [bare(MESSAGE)])
    assert (rows, bad) == ({0: {"op": "m", "before": None, "after": None, "ts_ms": 5.0}}, ())


def test_operations_that_change_no_row_can_be_left_out_with_the_deletes() -> None:
    assert decoded(IMAGE, list(map(bare, [MESSAGE, INSERT])), deletes="skip") == ({1: {"value": ANN}}, ())


def test_tombstones_are_skipped() -> None:
    empty = b'{"schema":null,"payload":null}'
    rows, bad = decoded(CHANGE, [None, bare(INSERT), empty, None, wrapped(DELETE)])
    assert (rows, bad) == ({1: INSERT, 4: DELETE}, ())


def test_both_forms_may_stand_in_one_topic() -> None:
    decoder = message_decoder("debezium", CHANGE)
    for batch in ([bare(INSERT)] * 3, [wrapped(INSERT)] * 3, [bare(INSERT), wrapped(UPDATE), bare(DELETE)]):
        assert not decoder.decode_messages(binary(batch)).bad
    assert [row["op"] for row in decoder.decode_messages(binary(batch)).columns.to_pylist()] == ["c", "u", "d"]


@pytest.mark.parametrize("written", [bare, wrapped])
@pytest.mark.parametrize("before", [0, 100])
def test_what_is_no_change_is_told_and_its_neighbours_are_kept(written: type, before: int) -> None:
    wrong = written(change("c", None, {"id": "x", "name": None}))
    rows, (bad,) = decoded(CHANGE, [written(INSERT)] * before + [wrong, written(UPDATE)])
    assert (len(rows), bad.index, bad.raw) == (before + 1, before, wrong)
    assert "after.id` should be int32, but is the text" in bad.reason


@pytest.mark.parametrize("record", [CHANGE, ROW])
@pytest.mark.parametrize("written", [bare, wrapped])
def test_a_row_without_an_envelope_is_told_to_be_json(written: Callable[[object], bytes], record: Type) -> None:
    _, (bad,) = decoded(record, [written({"id": 1, "name": "Ann"})])
    assert bad.reason.endswith("op` (utf8) is missing")
    assert "format `json`" in str(bad.hint)


@pytest.mark.parametrize("message", [b"", b"{", b"[]", b"{}", b'{"payload":7}', b"\xff"])
def test_no_message_raises(message: bytes) -> None:
    rows, (bad,) = decoded(CHANGE, [message, bare(INSERT)])
    assert (rows, bad.index, bad.raw) == ({1: INSERT}, 0, message)


MESSAGES = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from([*CHANGES, MESSAGE]).map(bare),
        st.sampled_from([*CHANGES, MESSAGE]).map(wrapped),
        st.binary(max_size=4),
    ),
    max_size=30,
)


@given(MESSAGES, st.sampled_from([CHANGE, ROW, IMAGE]))
def test_every_message_is_judged_as_if_it_were_alone(messages: list[bytes | None], record: Type) -> None:
    rows, bad = decoded(record, messages)
    alone = [decoded(record, [message]) for message in messages]
    assert rows == {i: found[0] for i, (found, _) in enumerate(alone) if found}
    assert [(b.index, b.raw) for b in bad] == [(i, b.raw) for i, (_, refused) in enumerate(alone) for b in refused]


def test_a_change_may_be_declared_without_its_kind() -> None:
    record = StructType((Field("after", IMAGE), Field("before", IMAGE)))
    decoder = message_decoder("debezium", record)
    for written in (bare, wrapped, bare):
        batch = decoder.decode_messages(binary([written(UPDATE)] * 3))
        assert batch.columns.to_pylist() == [{"after": BOB, "before": ANN}] * 3


def test_lines_are_changes_too() -> None:
    found = line_decoder("debezium", CHANGE).decode_lines(bare(INSERT) + b"\n\n" + wrapped(DELETE) + b"\r\n")
    assert found.columns.to_pylist() == [INSERT, DELETE]
    assert found.record_of_row is not None
    assert (found.records, found.record_of_row.to_pylist()) == (3, [0, 2])


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (TEXT, "the source's records are utf8"),
        (StructType((Field("op", TEXT), Field("after", ROW))), "field `after` of a change is declared"),
        (StructType((Field("op", ROW), Field("after", IMAGE))), "field `op` of a change is declared"),
        (StructType((Field("before", ROW), Field("after", IMAGE))), "field `before` of a change is declared"),
    ],
)
def test_a_record_that_changes_cannot_be_is_refused_before_the_start(record: Type, text: str) -> None:
    with pytest.raises(BindingInvalid, match=text):
        message_decoder("debezium", record)
