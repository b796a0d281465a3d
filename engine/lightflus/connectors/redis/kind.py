"""`redis:` as a kind of sink: what the registry has to know of it before a job writes there.

What it owns: that a job whose sink is bound to another system never loads redis-py. What it leaves: the sink
(`sink.py`).
"""
# ruff: noqa: PLC0415 (as said above)

from __future__ import annotations

from typing import TYPE_CHECKING

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.redis.target import UPSERTING, command_of
from lightflus.model.graph import Connector
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import REDIS

if TYPE_CHECKING:
    from lightflus.connectors.redis.sink import RedisSink


def _open(spec: SinkSpec, options: Options) -> RedisSink:
    from lightflus.connectors.redis.sink import open_sink

    return open_sink(spec, options)


def _can_upsert(connector: Connector) -> bool:
    return command_of(connector.options) in UPSERTING


def _promise(sink: SinkNode) -> Promise:
    if command_of(sink.connector.options) in UPSERTING:
        return Promise(Guarantee.IN_EFFECT, "values replace those of their key at once, and an older run is refused")
    return Promise(Guarantee.EXACTLY_ONCE, "the script that adds entries marks how many of their epoch are there")


SINK = SinkKind(
    REDIS.address,
    _open,
    can_upsert=_can_upsert,
    alternatives=frozenset({"command", "hash", "set", "stream", "channel"}),
    options=REDIS.sink,
    promise=_promise,
)
