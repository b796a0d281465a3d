"""Where a name leads is looked at when a connection is made, and nothing is sent where it may not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest
import redis

from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.faults import ServerError
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.redis.link import Link
from lightflus.connectors.redis.server import Server
from lightflus.errors import LightflusError, NotAllowed
from lightflus.formats.schema_registry import SchemaRegistry
from lightflus.ports.reach import Unbounded


class NoAddress(Unbounded):
    """Hosts may be named, but what they are called leads nowhere that is allowed."""

    def admits_address(self, host: str, address: str, port: int) -> bool:
        return False


class NoHost(Unbounded):
    """No host may be reached."""

    def require_host(self, host: str, port: int) -> None:
        raise NotAllowed(f"not {host}:{port}")


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


def of_redis(port: int) -> None:
    Link(Server("localhost", port, password="hunter2", reach=NoAddress())).ask(b"PING")


def of_mysql(port: int) -> None:
    settings = Settings("localhost", port, "me", "hunter2", "shop", reach=NoAddress())
    Client(settings, wait_seconds=5)


def of_registry(port: int) -> None:
    SchemaRegistry(f"http://localhost:{port}", "me", "hunter2", NoAddress()).check()


@pytest.mark.parametrize("connect", [of_redis, of_mysql, of_registry])
def test_nothing_is_sent_to_an_address_that_is_not_allowed(
    connect: Callable[[int], None], server: socket.socket
) -> None:
    kinds = (LightflusError, ServerError, redis.RedisError)
    with pytest.raises(kinds, match=r"leads to 127\.0\.0\.1"):
        connect(server.getsockname()[1])
    peer, _ = server.accept()
    with peer:
        assert peer.recv(100) == b""


def test_a_node_that_may_not_be_reached_is_not_connected_to(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with pytest.raises(NotAllowed, match=f"not localhost:{port}"):
        Link(Server("localhost", port, reach=NoHost())).ask(b"PING")
    server.settimeout(0)
    with pytest.raises(BlockingIOError):
        server.accept()
