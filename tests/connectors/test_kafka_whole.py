"""A job with keyed state begins at the beginning of its topic, or not at all."""

from __future__ import annotations

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from kafka_helpers import TEXT, fresh_topic, opened, produce, rows_of, source
from tools.servers import Kafka

from lightflus.errors import BindingInvalid

pytestmark = pytest.mark.slow


def trimmed(kafka: Kafka) -> str:
    """A topic of five messages, of which the first three are gone."""
    topic = fresh_topic(kafka)
    produce(kafka, topic, [b"a", b"b", b"c", b"d", b"e"], key=b"k")
    admin = AdminClient({"bootstrap.servers": kafka.address})
    admin.delete_records([TopicPartition(topic, 0, 3)])[TopicPartition(topic, 0, 3)].result(30)
    return topic


@pytest.mark.parametrize("options", [{}, {"start": "earliest"}, {"group": "g", "start": "group"}])
def test_a_keyed_job_is_refused_where_the_beginning_is_gone(kafka: Kafka, options: dict[str, str]) -> None:
    topic = trimmed(kafka)
    with pytest.raises(BindingInvalid, match=rf"keeps state by key.* {topic}\[0\] would be read from 3 on") as caught:
        source(kafka, topic, TEXT, False, True, **options)
    assert "--bind 'in=kafka:?start.partial=true'" in str(caught.value.hint)


def test_a_keyed_job_may_be_told_to_begin_with_what_is_left(kafka: Kafka) -> None:
    reader = opened(source(kafka, trimmed(kafka), TEXT, False, True, start_partial="true"))
    assert rows_of(list(iter(reader.read, None))) == ["d", "e"]
    reader.close()


@pytest.mark.parametrize("options", [{"start": "latest"}, {"start_offsets": "0:4"}, {"start_timestamp": "0"}])
def test_who_says_where_to_begin_is_believed(kafka: Kafka, options: dict[str, str]) -> None:
    source(kafka, trimmed(kafka), TEXT, False, True, **options).close()


def test_a_job_without_keyed_state_reads_what_is_left(kafka: Kafka) -> None:
    source(kafka, trimmed(kafka)).close()
