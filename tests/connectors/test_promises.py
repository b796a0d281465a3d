"""What each kind of sink promises with checkpoints, before anything is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lightflus.connectors.contract.registry import schemes, sink_kind
from lightflus.model.graph import Connector, Delivery, Sink
from lightflus.model.guarantees import NO_CHECKPOINTS, Guarantee

KEYED, ADDED = Delivery.UPSERT, Delivery.APPEND
ONCE, EFFECT, LEAST = Guarantee.EXACTLY_ONCE, Guarantee.IN_EFFECT, Guarantee.AT_LEAST_ONCE


def promised(kind: str, delivery: Delivery, **options: str) -> Guarantee:
    found = sink_kind(kind)
    assert found is not None
    return found.promise(Sink(Connector(kind, options), (), delivery)).guarantee


@pytest.mark.parametrize(
    ("kind", "delivery", "options", "guarantee"),
    [
        ("kafka", ADDED, {}, ONCE),
        ("kafka", KEYED, {}, ONCE),
        ("mysql", ADDED, {}, ONCE),
        ("mysql", KEYED, {}, EFFECT),
        ("sqlite", ADDED, {}, ONCE),
        ("sqlite", KEYED, {}, EFFECT),
        ("redis", KEYED, {}, EFFECT),
        ("redis", KEYED, {"hash": "h"}, EFFECT),
        ("redis", ADDED, {"stream": "s"}, ONCE),
        ("redis", ADDED, {"channel": "c"}, ONCE),
        ("file", ADDED, {"path": "/no/such/file"}, EFFECT),
        ("stdout", ADDED, {}, LEAST),
        ("blackhole", KEYED, {}, LEAST),
    ],
)
def test_a_sink_promises_what_its_system_allows(
    kind: str, delivery: Delivery, options: dict[str, str], guarantee: Guarantee
) -> None:
    assert promised(kind, delivery, **options) is guarantee


def test_a_pipe_is_written_at_least_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert promised("file", ADDED, path=str(tmp_path / "pipe")) is LEAST


def test_each_of_our_sinks_says_why() -> None:
    for kind in schemes(is_source=False):
        found = sink_kind(kind)
        assert found is not None
        promise = found.promise(Sink(Connector(kind, {}), (), ADDED))
        assert promise.reason != NO_CHECKPOINTS.reason, kind
