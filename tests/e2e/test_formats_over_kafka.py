"""Avro, Protobuf and Debezium's changes through a real broker: what the sink holds, and what was put aside.

Of each topic every third message is bad: it is a dead letter with its place and its bytes, and its neighbours arrive.
"""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from confluent_kafka import Producer
from fastavro import parse_schema, schemaless_writer
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessages
from live_jobs import LIGHTFLUS, consume
from tools.servers import Kafka

from lightflus.testing.schema_registry import RegistryDouble, registry

pytestmark = pytest.mark.slow

JOB = """
import { ExecutionContext, Kafka, Schema } from "lightflus-api";

interface Click {
  user: string;
  count: number;
}

Kafka.builder()
  .brokers(["KAFKA"])
  .topic("CLICKS")
  .startFrom("earliest")
  .bounded()
  .build<Click>(SCHEMA)
  .createFlow(ExecutionContext.new("clicks"))
  .map((c): Click => ({ user: c.user, count: c.count + 1 }))
  .sink(Kafka.sink<Click>().brokers(["KAFKA"]).topic("COPIES").keyExtractor((c) => c.user))
  .execute();
"""
FIELDS: list[dict[str, object]] = [{"name": "user", "type": "string"}, {"name": "count", "type": "int"}]
CLICK: dict[str, object] = {"type": "record", "name": "Click", "fields": FIELDS}
NEWER: dict[str, object] = {**CLICK, "fields": [{"name": "page", "type": "string"}, *FIELDS]}


@dataclass
class Case:
    """What is in a topic: how it is declared, three good messages around bad ones, and what is said of those."""

    schema: str
    good: Sequence[bytes]
    bad: Sequence[bytes | None]
    reasons: Sequence[str]


def framed(number: int, body: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + body


def avro(schema: dict[str, object], **values: object) -> bytes:
    out = BytesIO()
    schemaless_writer(out, parse_schema(schema), values)
    return out.getvalue()


def of_avro(schemas: RegistryDouble, folder: Path) -> Case:
    old, new = schemas.register("clicks-value", CLICK), schemas.register("clicks-value", NEWER)
    ann, bob = avro(CLICK, user="ann", count=1), avro(NEWER, page="/", user="bob", count=2)
    return Case(
        f'Schema.avro({{ registry: "{schemas.url}", subject: "clicks-value" }})',
        [framed(old, ann), framed(new, bob), framed(old, avro(CLICK, user="eve", count=3))],
        [framed(old, ann[:-2]), framed(99, ann), None, b'{"user": "ann"}'],
        ["", "no schema 99", "", "zero byte"],
    )


def click_file() -> FileDescriptorProto:
    kinds = {"user": FieldDescriptorProto.TYPE_STRING, "count": FieldDescriptorProto.TYPE_INT32}
    file = FileDescriptorProto(name="clicks.proto", package="shop", syntax="proto3")
    message = file.message_type.add(name="Click")
    for number, (name, kind) in enumerate(kinds.items(), 1):
        message.field.add(name=name, number=number, type=kind, label=FieldDescriptorProto.LABEL_OPTIONAL)
    return file


def protobuf(user: str, count: int) -> bytes:
    return ParseDict({"user": user, "count": count}, GetMessages([click_file()])["shop.Click"]()).SerializeToString()


CLICKS = [protobuf("ann", 1), protobuf("bob", 2), protobuf("eve", 3)]
NO_CLICK = protobuf("ann", 1)[:-1]


def of_protobuf(schemas: RegistryDouble, folder: Path) -> Case:
    path = folder / "clicks.desc"
    path.write_bytes(FileDescriptorSet(file=[click_file()]).SerializeToString())
    schema = f'Schema.protobuf({{ schema: "{path}", message: "shop.Click" }})'
    return Case(schema, CLICKS, [NO_CLICK, None, b"\xff\xff"], ["", "", ""])


def of_registered_protobuf(schemas: RegistryDouble, folder: Path) -> Case:
    text = b64encode(click_file().SerializeToString()).decode()
    number = schemas.register("clicks-value", text, kind="PROTOBUF")
    return Case(
        f'Schema.protobuf({{ registry: "{schemas.url}" }})',
        [framed(number, b"\0" + click) for click in CLICKS],
        [framed(number, b"\0" + NO_CLICK), framed(number, b"\x02\x08" + CLICKS[0]), framed(7, b"\0"), CLICKS[0]],
        ["", "", "no schema 7", "zero byte"],
    )


def change(op: str, before: object, after: object) -> bytes:
    return json.dumps({"payload": {"op": op, "before": before, "after": after, "ts_ms": 5}}).encode()


def of_debezium(schemas: RegistryDouble, folder: Path) -> Case:
    ann, bob = {"user": "ann", "count": 1}, {"user": "bob", "count": 2}
    return Case(
        "Schema.debezium({})",
        [change("c", None, ann), change("u", ann, bob), change("r", None, {"user": "eve", "count": 3})],
        [change("d", ann, None), b"{", change("c", None, {"user": "ann"})],
        ["", "", ".count"],
    )


@pytest.fixture
def schemas() -> Iterator[RegistryDouble]:
    with registry() as double:
        yield double


def mixed(case: Case) -> list[bytes | None]:
    """Good and bad ones by turns."""
    found: list[bytes | None] = []
    for number, bad in enumerate(case.bad):
        found += [*case.good[number : number + 1], bad]
    return found


@pytest.mark.parametrize("make", [of_avro, of_protobuf, of_registered_protobuf, of_debezium])
def test_good_messages_reach_the_sink_and_bad_ones_the_dead_letters(
    kafka: Kafka,
    unique: Callable[[str], str],
    schemas: RegistryDouble,
    tmp_path: Path,
    make: Callable[[RegistryDouble, Path], Case],
) -> None:
    case = make(schemas, tmp_path)
    clicks, copies = kafka.create_topic(unique("clicks")), kafka.create_topic(unique("copies"))
    producer = Producer({"bootstrap.servers": kafka.address})
    for value in mixed(case):
        producer.produce(clicks, value, partition=0)
    assert producer.flush(60) == 0
    job, letters = tmp_path / "clicks.ts", tmp_path / "letters.jsonl"
    text = JOB.replace("KAFKA", kafka.address).replace("CLICKS", clicks).replace("COPIES", copies)
    job.write_text(text.replace("SCHEMA", case.schema), encoding="utf-8")
    command = [str(LIGHTFLUS), "run", str(job), "--quiet", "--dead-letters", str(letters)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(value or b"null") for _, value in consume(kafka, copies)]
    assert found == [{"user": "ann", "count": 2}, {"user": "bob", "count": 3}, {"user": "eve", "count": 4}]
    told = [json.loads(line) for line in letters.read_text(encoding="utf-8").splitlines()]
    places = [f"{clicks}[0]@{offset}" for offset, value in enumerate(mixed(case)) if value not in case.good]
    assert [letter["position"] for letter in told] == places
    assert [b64decode(letter["raw"]) for letter in told] == [bad or b"" for bad in case.bad]
    for letter, reason in zip(told, case.reasons, strict=True):
        assert reason in letter["message"]
