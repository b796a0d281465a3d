from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import pytest
from kafka_helpers import fresh_topic, sink_spec, written
from tools.servers import Kafka

from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.client import Producing, new_producer
from lightflus.connectors.kafka.fields import FieldEncoder
from lightflus.connectors.kafka.options import Cluster, read_cluster
from lightflus.connectors.kafka.sink import KafkaSink, SinkOptions
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.model.graph import Delivery
from lightflus.ports.sinks import TransactionalSink
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import Killed, check_transactional_sink

pytestmark = pytest.mark.slow


class Call(Protocol):
    def __call__(self, *args: object, **options: object) -> object: ...


class Mortal:
    """A producer whose process dies after some of its calls: it is not closed, and nothing more is called."""

    def __init__(self, producer: Producing, dies_after: int) -> None:
        self._producer = producer
        self._left = dies_after

    def __len__(self) -> int:
        return len(self._producer)

    def __getattr__(self, name: str) -> Call:
        call = cast(Call, getattr(self._producer, name))
        return call if name == "poll" else lambda *args, **options: self._lived(call(*args, **options))

    def _lived(self, result: object) -> object:
        self._left -= 1
        if self._left <= 0:
            raise Killed
        return result


class Topic:
    """`testing.transactions.Place`."""

    is_staged = True

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._topic = fresh_topic(kafka)

    def sink(self, dies_after: int | None = None) -> TransactionalSink:
        def make(cluster: Cluster, settings: Mapping[str, object], troubles: Troubles, where: str) -> Producing:
            producer = new_producer(cluster, settings, troubles, where)
            return producer if dies_after is None else cast(Producing, Mortal(producer, dies_after))

        cluster = read_cluster(Options("kafka", {"brokers": self._kafka.address}, "out"))
        options = SinkOptions(self._topic, cluster, "none", f"epochs-of-{self._topic}")
        return KafkaSink("out", options, FieldEncoder(sink_spec({})).encode, Delivery.APPEND, (), make_producer=make)

    def bury(self) -> None:
        """Brokers wait for nobody: a successor ends what its predecessor has left."""

    def read(self) -> list[tuple[str, str]]:
        return written(self._kafka, self._topic)


def test_it_keeps_the_contract(kafka: Kafka) -> None:
    check_transactional_sink(lambda: Topic(kafka), QuietHealth())


def test_whichever_call_its_process_dies_after_output_is_there_once(kafka: Kafka) -> None:
    check_deaths(lambda: Topic(kafka), QuietHealth())
