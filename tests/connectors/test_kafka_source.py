from __future__ import annotations

import json
from operator import methodcaller
from typing import cast

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions
from kafka_helpers import TEXT, batches, fresh_topic, opened, produce, rows_of, source
from tools.servers import Kafka

from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.testing.connectors import QuietHealth, Record, check_source, read_all

pytestmark = pytest.mark.slow


def numbered(count: int, prefix: str = "") -> list[bytes | None]:
    return [f"{prefix}{number}".encode() for number in range(count)]


def group_offset(kafka: Kafka, group: str, topic: str, partition: int = 0) -> int:
    consumer = Consumer({"bootstrap.servers": kafka.address, "group.id": group})
    found = consumer.committed([TopicPartition(topic, partition)], timeout=30)[0].offset
    consumer.close()
    return found


def test_it_keeps_the_contract(kafka: Kafka) -> None:
    topic = fresh_topic(kafka, 3)
    for partition, count in ((0, 2_500), (2, 1)):
        produce(kafka, topic, numbered(count, f"{partition}-"), partition=partition)
    expected: list[list[Record]] = [
        [{"value": f"{partition}-{n}"} for n in range(count)] for partition, count in ((0, 2_500), (1, 0), (2, 1))
    ]
    check_source(lambda: source(kafka, topic), expected)


def test_every_position_can_be_gone_on_from(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(5))
    for offset in range(6):
        reader = source(kafka, topic).reader({f"{topic}-0": str(offset)}, QuietHealth())
        assert rows_of(read_all(reader)) == [str(number) for number in range(offset, 5)]


def test_rows_of_several_partitions_name_their_places(kafka: Kafka) -> None:
    topic = fresh_topic(kafka, 2)
    for partition in range(2):
        produce(kafka, topic, numbered(3, f"{partition}-"), partition=partition)
    found = read_all(opened(source(kafka, topic)))
    places = {
        cast(str, row["value"]): batch.origin.position(number)
        for batch in found
        for number, row in enumerate(batch.columns.to_pylist())
    }
    assert places == {f"{p}-{n}": f"{topic}[{p}]@{n}" for p in range(2) for n in range(3)}


def test_a_bounded_run_leaves_out_what_comes_later(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(3))
    bounded = source(kafka, topic)
    produce(kafka, topic, numbered(3, "late-"))
    assert rows_of(read_all(opened(bounded))) == ["0", "1", "2"]


def test_bad_messages_are_rejected_with_their_places(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, [b"a", b"\xff", None, b"b"])
    found = read_all(opened(source(kafka, topic)))
    assert rows_of(found) == ["a", "b"]
    assert [(bad.position, bad.raw) for batch in found for bad in batch.rejected] == [
        (f"{topic}[0]@1", b"\xff"),
        (f"{topic}[0]@2", b""),
    ]


def test_messages_can_be_read_with_their_envelope(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, [b"v"], key=b"k", time=1_234)
    record = StructType(
        (Field("key", TEXT), Field("value", TEXT), Field("timestamp", ScalarType(Scalar.INT64)), Field("topic", TEXT))
    )
    found = read_all(opened(source(kafka, topic, record, True)))
    assert found[0].columns.to_pylist() == [{"key": "k", "value": "v", "timestamp": 1_234, "topic": topic}]


def test_json_values_are_decoded(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, [json.dumps({"n": 1}).encode()])
    record = StructType((Field("n", ScalarType(Scalar.FLOAT64)),))
    assert read_all(opened(source(kafka, topic, record)))[0].columns.to_pylist() == [{"n": 1.0}]


def test_only_committed_messages_are_read_and_aborted_ones_do_not_keep_a_run_from_ending(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": topic})
    producer.init_transactions(30)
    for value, end in (("seen", producer.commit_transaction), ("unseen", producer.abort_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(30)
        end(30)
    assert rows_of(read_all(opened(source(kafka, topic)))) == ["seen"]
    assert rows_of(read_all(opened(source(kafka, topic, isolation="read_uncommitted")))) == ["seen", "unseen"]


def test_an_open_transaction_does_not_keep_a_bounded_run_from_ending(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(2))
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": topic})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, "open")
    producer.flush(30)
    assert rows_of(read_all(opened(source(kafka, topic)))) == ["0", "1"]
    producer.abort_transaction(30)


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({"start": "earliest"}, ["0", "1", "2", "3"]),
        ({"start": "latest"}, []),
        ({"start_offsets": "0:3"}, ["3"]),
        ({"start_timestamp": "1970-01-01T00:00:03Z"}, ["2", "3"]),
        ({"start_timestamp": "1970-01-01T01:00:00Z"}, []),
        ({"start": "group", "group": "new"}, ["0", "1", "2", "3"]),
    ],
)
def test_a_run_starts_where_it_is_told(kafka: Kafka, options: dict[str, str], rows: list[str]) -> None:
    topic = fresh_topic(kafka)
    for number in range(4):
        produce(kafka, topic, [str(number).encode()], time=1_000 * (number + 1))
    assert rows_of(read_all(opened(source(kafka, topic, **options)))) == rows


def test_what_is_committed_is_where_the_group_goes_on(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(4))
    reader = opened(source(kafka, topic, group=topic))
    reader.commit({f"{topic}-0": "3"})
    reader.close()
    assert group_offset(kafka, topic, topic) == 3
    assert rows_of(read_all(opened(source(kafka, topic, group=topic)))) == ["3"]
    assert rows_of(read_all(opened(source(kafka, topic, TEXT, False, True, group=topic)))) == ["0", "1", "2", "3"]


def test_a_group_that_cannot_be_told_is_a_warning(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(1))
    other = Consumer({"bootstrap.servers": kafka.address, "group.id": topic})
    other.subscribe([topic])
    while not other.assignment():
        other.poll(0.1)
    endless, health = source(kafka, topic, end="never", group=topic), QuietHealth()
    reader = endless.reader(dict.fromkeys(endless.splits()), health)
    reader.commit({f"{topic}-0": "1"})
    while not health.reasons:
        reader.read()
    assert f"the group `{topic}` could not be told how far the job is" in health.reasons[0]
    reader.close()
    other.close()


def test_without_a_group_nothing_is_committed(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(1))
    assert not source(kafka, topic).is_committing
    reader = opened(source(kafka, topic))
    reader.commit({f"{topic}-0": "1"})
    reader.close()
    assert group_offset(kafka, "lightflus", topic) < 0


def test_partitions_that_are_added_while_it_runs_are_read_from_their_beginning(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    endless = source(kafka, topic, end="never", start="latest")
    assert endless.is_growing
    reader = opened(endless)
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.create_partitions([NewPartitions(topic, 2)])[topic].result(30)
    produce(kafka, topic, [b"new"], partition=1)
    new = [split for split in endless.splits() if split != f"{topic}-0"]
    assert new == [f"{topic}-1"]
    reader.add(new)
    produce(kafka, topic, [b"old"], partition=0)
    assert sorted(map(str, rows_of(list(batches(reader, 2))))) == ["new", "old"]
    reader.close()


def test_a_topic_that_is_deleted_ends_the_job_when_patience_does(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    endless = source(kafka, topic, end="never", retry="1")
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.delete_topics([topic])[topic].result(30)
    assert endless.splits() == (f"{topic}-0",)
    with pytest.raises(SourceFailed, match=f"topic `{topic}` for 1 s: Unknown topic"):
        list(map(methodcaller("splits"), [endless] * 100_000))


def test_a_topic_that_is_deleted_and_made_again_is_another_one(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(3))
    endless = source(kafka, topic, end="never")
    reader = opened(endless)
    assert sum(batch.columns.num_rows for batch in batches(reader, 3)) == 3
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.delete_topics([topic])[topic].result(30)
    kafka.create_topic(topic)
    produce(kafka, topic, numbered(5))
    with pytest.raises(SourceFailed, match=f"topic `{topic}` was deleted and made again while it was read") as caught:
        list(map(methodcaller("splits"), [endless] * 100))
    assert "start=earliest" in str(caught.value.hint)
    reader.close()


def test_an_endless_read_waits_only_a_moment(kafka: Kafka) -> None:
    reader = opened(source(kafka, fresh_topic(kafka), end="never"))
    batch = reader.read()
    assert batch is not None
    assert batch.columns.num_rows == 0
    reader.close()


def test_the_first_batch_says_where_reading_began(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(7))
    reader = opened(source(kafka, topic, end="never", start="latest"))
    batch = reader.read()
    assert batch is not None
    assert batch.positions == {f"{topic}-0": "7"}
    reader.close()


def test_lag_counts_what_waits(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(5_000))
    reader = opened(source(kafka, topic, end="never"))
    rows = 0
    for batch in batches(reader, 5_000):
        rows += batch.columns.num_rows
        if (lag := reader.lag()) is not None:
            break
    assert rows + (lag or 0) == 5_000
    reader.close()


def test_nothing_is_behind_as_soon_as_a_read_finds_nothing_more(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(20_000))
    reader = opened(source(kafka, topic, end="never"))
    rows, counted = 0, list[int | None]()
    for batch in batches(reader, 20_000):
        rows += batch.columns.num_rows
        counted.append(reader.lag())
    assert any(counted), "it was behind, and said so"
    found = reader.read()
    assert found is not None
    assert (rows, found.columns.num_rows, reader.lag()) == (20_000, 0, 0)
    reader.close()


def test_offsets_that_are_not_there_are_refused_by_the_option(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(3))
    with pytest.raises(BindingInvalid, match=r"`start.offsets` is .*\[0\]@9, but that partition has 0 to 3"):
        opened(source(kafka, topic, start_offsets="0:9"))
    with pytest.raises(BindingInvalid, match="names partition 4"):
        source(kafka, topic, start_offsets="4:0")


def test_a_position_that_is_gone_is_told_and_not_reset(kafka: Kafka) -> None:
    topic = fresh_topic(kafka)
    with pytest.raises(SourceFailed, match="the position at which it was left is"):
        source(kafka, topic).reader({f"{topic}-0": "9"}, QuietHealth())


def test_gaps_between_offsets_are_no_problem(kafka: Kafka) -> None:
    """A transaction's end takes an offset, as compaction takes some away."""
    topic = fresh_topic(kafka)
    producer = Producer({"bootstrap.servers": kafka.address, "transactional.id": topic})
    producer.init_transactions(30)
    for value in ("a", "b", "c"):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.commit_transaction(30)
    found = read_all(opened(source(kafka, topic)))
    places = [batch.origin.position(row) for batch in found for row in range(batch.columns.num_rows)]
    assert rows_of(found) == ["a", "b", "c"]
    assert places == [f"{topic}[0]@{offset}" for offset in (0, 2, 4)]


def test_an_end_that_stands_behind_messages_takes_none_of_them_away(kafka: Kafka) -> None:
    """The news that a partition has ended is in the queue already, behind its messages, when they are taken."""
    topic = fresh_topic(kafka)
    produce(kafka, topic, numbered(10))
    reader = opened(source(kafka, topic, **{"librdkafka.fetch.wait.max.ms": "1"}))
    while reader.lag() is None:
        fresh_topic(kafka)  # takes longer than a fetch
    fresh_topic(kafka)
    assert rows_of(read_all(reader)) == [str(number) for number in range(10)]
