from __future__ import annotations

import pyarrow as pa
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message

from lightflus.connectors.kafka.envelope import EnvelopeDecoder
from lightflus.connectors.kafka.messages import Gathered, runs_of
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.formats import BadRecord, Decoded

TEXT, BYTES, NUMBER = ScalarType(Scalar.UTF8), ScalarType(Scalar.BINARY), ScalarType(Scalar.FLOAT64)
HEADERS = ListType(StructType((Field("name", TEXT), Field("value", TEXT))))


class Words:
    """Decodes text; the message `bad` is bad."""

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        values = messages.to_pylist()
        good = [i for i, message in enumerate(values) if message != b"bad"]
        bad = tuple(BadRecord(i, 0, "is bad", None, b"bad") for i in range(len(values)) if i not in good)
        texts = [(values[i] or b"").decode() for i in good]
        columns = pa.RecordBatch.from_pydict({"value": pa.array(texts, pa.utf8())})
        return Decoded(columns, len(messages), pa.array(good, pa.int32()) if bad else None, bad)


def record(**fields: Type) -> StructType:
    return StructType(tuple(Field(name, kind) for name, kind in fields.items()))


def message(
    offset: int,
    value: bytes | None = b"v",
    *,
    key: bytes | None = b"k",
    headers: list[tuple[str, str | bytes | None]] | None = None,
) -> Message:
    time = (TIMESTAMP_CREATE_TIME, 1_000 + offset)
    return Message(topic="t", partition=2, offset=offset, key=key, value=value, headers=headers, timestamp=time)


def decoded(kind: StructType, *messages: Message) -> Decoded:
    decoder = EnvelopeDecoder("t", kind, Words() if "value: " in str(kind) and "headers" not in str(kind) else None)
    gathered = Gathered(decoder.properties)
    for one in messages:
        gathered.add([one], runs_of([one], 1))
    return decoder.decode(gathered)


def test_every_field_has_its_column_in_the_order_of_the_record() -> None:
    kind = record(
        offset=NUMBER, key=TEXT, value=TEXT, timestamp=ScalarType(Scalar.TIMESTAMP_MS), partition=NUMBER, topic=TEXT
    )
    found = decoded(kind, message(7, b"a"), message(8, b"b"))
    assert found.columns.schema.names == ["offset", "key", "value", "timestamp", "partition", "topic"]
    row = found.columns.to_pylist()[1]
    assert (row["offset"], row["key"], row["value"], row["partition"], row["topic"]) == (8.0, "k", "b", 2.0, "t")
    assert found.columns.column("timestamp").cast(pa.int64()).to_pylist() == [1_007, 1_008]


def test_a_record_without_a_value_is_not_decoded() -> None:
    assert decoded(record(key=TEXT), message(1, b"bad")).columns.to_pylist() == [{"key": "k"}]


def test_a_bad_value_takes_its_whole_message_away() -> None:
    found = decoded(record(value=TEXT, offset=NUMBER), message(1, b"a"), message(2, b"bad"), message(3, b"c"))
    assert found.columns.to_pylist() == [{"value": "a", "offset": 1.0}, {"value": "c", "offset": 3.0}]
    assert [bad.index for bad in found.bad] == [1]
    assert found.record_of_row is not None
    assert found.record_of_row.to_pylist() == [0, 2]


def test_a_key_that_is_not_text_is_bad_where_text_is_declared() -> None:
    found = decoded(record(key=TEXT, value=TEXT), message(1, b"a", key=b"\xff"), message(2, b"b"))
    assert found.columns.to_pylist() == [{"key": "k", "value": "b"}]
    assert [(bad.index, bad.reason, bad.raw) for bad in found.bad] == [
        (0, "the message's key is not valid UTF-8: 0xff", b"a")
    ]


def test_bad_keys_and_bad_values_go_together() -> None:
    found = decoded(record(key=TEXT, value=TEXT), message(1, b"bad"), message(2, b"b", key=b"\xff"), message(3, b"c"))
    assert found.columns.to_pylist() == [{"key": "k", "value": "c"}]
    assert [bad.index for bad in found.bad] == [0, 1]


def test_a_missing_key_is_null_where_it_may_be_and_bad_elsewhere() -> None:
    optional = ScalarType(Scalar.BINARY, nullable=True)
    assert decoded(record(key=optional), message(1, key=None)).columns.to_pylist() == [{"key": None}]
    found = decoded(record(key=BYTES), message(1, key=None))
    assert found.columns.num_rows == 0
    assert found.bad[0].reason == "the message's key is missing"


def test_headers_are_lists_of_names_and_values() -> None:
    found = decoded(record(headers=HEADERS), message(1, headers=[("a", b"1"), ("a", b"2")]), message(2))
    assert found.columns.to_pylist() == [
        {"headers": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]},
        {"headers": []},
    ]


def test_a_header_that_is_not_text_makes_its_message_bad() -> None:
    found = decoded(record(headers=HEADERS), message(1), message(2, headers=[("a", b"1"), ("b", b"\xff")]))
    assert found.columns.to_pylist() == [{"headers": []}]
    assert [bad.index for bad in found.bad] == [1]
