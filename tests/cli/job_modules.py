"""A job without TypeScript: the guest of udf_sdk/samples/numbers.wat between a source of numbers and a sink."""

from __future__ import annotations

from pathlib import Path

from lightflus.model.extract import FieldPath, FunctionNumber
from lightflus.model.graph import (
    Connector,
    Delivery,
    Function,
    FunctionKind,
    Input,
    JobGraph,
    Map,
    Operator,
    OperatorId,
    Position,
    ResourceLimits,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.types import Scalar, ScalarType
from lightflus.proto.convert import graph_to_json
from lightflus.wasm import from_text

SAMPLE = Path(__file__).parents[2] / "udf_sdk" / "samples" / "numbers.wat"
NUMBER = ScalarType(Scalar.INT64)
UNLUCKY = {13: "GuestTrapped", 14: "GuestAborted", 15: "GuestDeadlineExceeded", 16: "GuestMemoryExceeded"}
"""What the guest's function does to some numbers instead of adding 1."""


KAFKA = Connector("kafka", {"topic": "numbers"})
REDIS = Connector("redis", {"host": "localhost", "password": "hunter2"})


def graph(limits: ResourceLimits, source: Connector = KAFKA, sink_connector: Connector = REDIS) -> JobGraph:
    """Numbers from a topic, each plus 1, into Redis under itself."""
    record = FieldPath(())
    sink = Sink(
        sink_connector,
        (SinkField("key", record, NUMBER), SinkField("value", record, NUMBER)),
        Delivery.UPSERT,
        ("key",),
    )
    return JobGraph(
        "numbers",
        "default",
        (
            Operator(OperatorId(0), Source(source), (), NUMBER),
            Operator(OperatorId(1), Map(FunctionNumber(0)), (Input(OperatorId(0)),), NUMBER, "plus-one"),
            Operator(OperatorId(2), sink, (Input(OperatorId(1)),), None),
        ),
        (Function(FunctionKind.MAP, NUMBER, NUMBER, position=Position("job.ts", 3, 9)),),
        limits,
        language="wat",
    )


QUICK = ResourceLimits(memory_mib=8, deadline_ms=200)


def write_job(
    path: Path,
    *,
    limits: ResourceLimits = QUICK,
    source: Connector = KAFKA,
    sink: Connector = REDIS,
    change: tuple[str, str] = ("", ""),
) -> Path:
    """Writes the module of `graph`, a part of its text replaced."""
    old, new = change
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text, old
    text = text.replace(old, new, 1)
    described = graph_to_json(graph(limits, source, sink))
    text = text.replace("$graph_at", _escaped((1_024).to_bytes(4, "little")))
    text = text.replace("$graph_len", _escaped(len(described).to_bytes(4, "little")))
    path.write_bytes(from_text(text.replace('"$graph"', f'"{_escaped(described)}"')))
    return path


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
