"""Sends steps to a cluster: each key to the node that owns its slot.

What it owns: redis-py's cluster client, which knows the slots and follows them when they move. One thread at a time.
What it leaves: what is sent (`commands.py`): a command per key here, since neighbours lie on different nodes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lightflus.connectors.redis.failures import answering
from lightflus.connectors.redis.guard import Guard
from lightflus.connectors.redis.link import connection_class, connection_options
from lightflus.connectors.redis.resp import Call, Step, calls
from lightflus.connectors.redis.sending import raise_any
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import SinkFailed
from lightflus.limits import REDIS_PIPELINE_CALLS


class _Cluster(Protocol):
    """What redis-py's class is called with; its own signature is half typed."""

    def __call__(self, **options: object) -> redis.RedisCluster: ...


class ClusterSender:
    """`sending.Sender` to a cluster."""

    def __init__(self, server: Server, patience: Patience, guard: Guard | None = None) -> None:
        """`guard` keeps it from writing once a younger run has been there."""
        self._server = server
        self._patience = patience
        self._guard = guard
        self._client: redis.RedisCluster | None = None

    def send(self, steps: Sequence[Step]) -> None:
        """Steps one after the other; within one, each key's commands stay in order."""
        for step in steps:
            for part in _parts(calls(step) if self._guard is None else map(self._guard.call, calls(step))):
                self._patience.call(functools.partial(self._send, part))

    def close(self) -> None:
        """Idempotent."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _send(self, part: list[Call]) -> None:
        with answering(self._server, SinkFailed):
            if self._client is None:
                self._client = _client(self._server)
            pipeline = self._client.pipeline()
            for name, words in part:
                pipeline.execute_command(name, *words)
            replies = cast(list[object], pipeline.execute(raise_on_error=False))
        errors = [reply if isinstance(reply, Exception) else None for reply in replies]
        part[:] = [call for call, error in zip(part, errors, strict=True) if error]
        raise_any(errors, self._server)


def _client(server: Server) -> redis.RedisCluster:
    """Told by a URL: only then redis-py lets us choose the class of its connections."""
    connect = cast(_Cluster, redis.RedisCluster)
    options = connection_options(server) | ({"ssl_ca_certs": server.ca} if server.is_tls else {})
    return connect(
        url=f"redis://{server.name}",
        connection_class=connection_class(server),
        retry=Retry(NoBackoff(), 0),
        **options,
    )


def _parts(found: Iterator[Call]) -> Iterator[list[Call]]:
    while part := list(islice(found, REDIS_PIPELINE_CALLS)):
        yield part


def node_of(server: Server, key: str) -> tuple[str, int]:
    """Host and port of the node that owns a key now. Raises what redis-py raises."""
    client = _client(server)
    try:
        node = client.get_node_from_key(key)
        return cast(str, node.host), cast(int, node.port)
    finally:
        client.close()
