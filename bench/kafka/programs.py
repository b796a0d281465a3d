"""The measured programs, each in a process of its own: `python -m bench.kafka.programs NAME BROKER TOPIC ...`.

Each says as JSON how many messages it took and how much CPU that cost it, all threads of its process (librdkafka's,
too) from the first line after its imports to its end. The bare loops are what a program with the same client would do
at least.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

BATCH = 500


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def consume(broker: str, topic: str, count: int, work: Callable[[list[Message]], object]) -> int:
    """The bare loop over the first `count` messages of partition 0."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "bench", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
    taken = 0
    while taken < count:
        messages = consumer.consume(BATCH, 1.0)
        work(messages)
        taken += len(messages)
    return taken


def untouched(messages: list[Message]) -> None:
    """Nothing: what librdkafka and its binding cost by themselves."""


def values(messages: list[Message]) -> list[bytes]:
    """The value of each message, which may be an error instead: the least that yields rows."""
    return [value(message) for message in messages]


def texts(messages: list[Message]) -> list[str]:
    """The text of each message: what a source of strings yields."""
    return [value(message).decode() for message in messages]


def parsed(messages: list[Message]) -> list[object]:
    """Each message parsed, and nothing done with it."""
    return [json.loads(value(message)) for message in messages]


def value(message: Message) -> bytes:
    if (error := message.error()) is not None:
        raise SystemExit(str(error))
    return message.value() or b""


LOOPS = {"untouched": untouched, "values": values, "texts": texts, "parsed": parsed}


def job(module: str, bindings: list[str]) -> None:
    """A module as `lightflus run` runs it, to the end of its bounded source."""
    from lightflus.cli import main, running  # noqa: F401, PLC0415 (the bare loops are not to pay for them)

    begin = cpu_seconds()
    sys.argv = ["lightflus", "run", module, "--quiet", *(f"--bind={binding}" for binding in bindings)]
    try:
        main.main()
    except SystemExit as end:
        if end.code:
            raise
    print(json.dumps({"cpu": cpu_seconds() - begin}))


def main(name: str, *arguments: str) -> None:
    if name == "job":
        job(arguments[0], list(arguments[1:]))
        return
    broker, topic, count = arguments
    begin = cpu_seconds()
    taken = consume(broker, topic, int(count), LOOPS[name])
    print(json.dumps({"cpu": cpu_seconds() - begin, "messages": taken}))


if __name__ == "__main__":
    main(*sys.argv[1:])
