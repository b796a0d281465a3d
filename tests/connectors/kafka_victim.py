"""A process that stages two epochs, commits them, and stands still at a step of the second commit, to be killed there.

Its arguments: brokers, topic, the file that stands for the checkpoint, the name of a step. It says on standard output
where it stands.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol, cast

import pyarrow as pa
from kafka_helpers import SCHEMA, sink_spec

from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.client import Producing, new_producer
from lightflus.connectors.kafka.fields import FieldEncoder
from lightflus.connectors.kafka.options import Cluster, read_cluster
from lightflus.connectors.kafka.sink import KafkaSink, SinkOptions
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.model.graph import Delivery
from lightflus.ports.sinks import SinkIdentity
from lightflus.testing.connectors import QuietHealth

EPOCH_ROWS = 3_000
STEPS = (
    "begin_transaction",
    "produce_batch",
    "produce",
    "flush",
    "send_offsets_to_transaction",
    "commit_transaction",
)
"""Calls of the producer after which the victim stands still; `committing` is on its way into the last of them."""
COMMITTING = "committing"


def kafka_sink(brokers: str, topic: str, generation: int, job: str = "victim") -> KafkaSink:
    """The sink of the victim, and of its successor."""
    cluster = read_cluster(Options("kafka", {"brokers": brokers}, "out"))
    options = SinkOptions(topic, cluster, "none", f"epochs-of-{topic}")
    encode = FieldEncoder(sink_spec({})).encode
    sink = KafkaSink("out", options, encode, Delivery.APPEND, (), make_producer=_watched)
    sink.begin(SinkIdentity("default", job, topic, "out", generation))
    return sink


def epoch(number: int) -> pa.RecordBatch:
    """The rows of an epoch, each with a name of its own."""
    names = [f"{number}-{row}" for row in range(EPOCH_ROWS)]
    return pa.RecordBatch.from_pydict({"key": names, "value": names}, schema=SCHEMA)


class _Watched:
    """A producer that stands still after a call, once it has been told which."""

    step = ""

    def __init__(self, producer: Producing) -> None:
        self._producer = producer

    def __len__(self) -> int:
        return len(self._producer)

    def __getattr__(self, name: str) -> object:
        call = getattr(self._producer, name)
        if name == "commit_transaction" and _Watched.step == COMMITTING:
            _say(COMMITTING)
        return partial(_last, name, call) if name == _Watched.step else call


def _watched(cluster: Cluster, settings: Mapping[str, object], troubles: Troubles, where: str) -> Producing:
    return cast(Producing, _Watched(new_producer(cluster, settings, troubles, where)))


def _say(step: str) -> None:
    print(step, flush=True)


class _Call(Protocol):
    def __call__(self, *args: object, **options: object) -> object: ...


def _last(name: str, call: _Call, *args: object, **options: object) -> None:
    call(*args, **options)
    _stand(name)


def _stand(step: str) -> None:
    _say(step)
    Event().wait()


def main(brokers: str, topic: str, checkpoint: str, step: str) -> None:
    """Dies in here."""
    sink = kafka_sink(brokers, topic, 1)
    writer, committer = sink.staging_writer(0, QuietHealth()), sink.committer(0, QuietHealth())
    committer.recover([])
    prepared = []
    for number in (1, 2):
        writer.write(epoch(number))
        prepared.append(writer.prepare(number))
    Path(checkpoint).write_bytes(pickle.dumps(prepared))
    committer.commit(prepared[0])
    _Watched.step = step
    committer.commit(prepared[1])
    _stand("committed")


if __name__ == "__main__":
    main(*sys.argv[1:])
