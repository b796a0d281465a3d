"""Metric names are well formed, documented, and cover what the runtime counts."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from lightflus.proto.lightflus.v1.cluster_pb2 import SubtaskMetrics
from lightflus.runtime.counters import Counters
from lightflus.runtime.meter import SubtaskProgress
from lightflus.telemetry.metrics import METRICS, OPERATOR_METRICS, SUBTASK_METRICS, MetricKind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def test_every_metric_has_a_row_in_the_documents() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{m.name}` | {m.kind.value} | {m.unit} | {', '.join(m.labels)} | {m.meaning} |" for m in METRICS
    ]


def test_names_follow_the_rules_of_scrapes() -> None:
    for metric in METRICS:
        assert re.fullmatch(r"lightflus_[a-z_]+", metric.name)
        assert metric.name.endswith("_total") == (metric.kind is MetricKind.COUNTER)
        assert metric.meaning.endswith(".")


def test_whatever_the_runtime_counts_has_a_metric() -> None:
    counted = {field.name.replace("busy_ns", "busy_seconds") for field in fields(Counters) if field.type != "str"}
    assert counted == {metric.key for metric in OPERATOR_METRICS}


def test_whatever_is_told_of_a_subtask_has_a_metric_and_a_field_of_its_message() -> None:
    told = {metric.key for metric in SUBTASK_METRICS}
    assert {field.name for field in fields(SubtaskProgress)} == told | {"subtask", "task"}
    assert {field.name for field in SubtaskMetrics.DESCRIPTOR.fields} == told | {"subtask", "name"}
