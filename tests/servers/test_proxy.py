"""The proxy that fails on demand, before a server that echoes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from tools.servers import FaultProxy
from tools.servers.proxy import Direction

PATIENCE = 60
"""Seconds that an answer may take: far more than it needs, since other tests run beside it."""


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """A proxy before a server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(1024):
                    client.sendall(data)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=[client], daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with FaultProxy(listener.getsockname()[1]) as running:
        yield running
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def connect(proxy: FaultProxy) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", proxy.port), PATIENCE)
    connection.settimeout(PATIENCE)
    return connection


def ask(connection: socket.socket, text: bytes) -> bytes:
    """What comes back; b"" where the connection ends."""
    try:
        connection.sendall(text)
        return connection.recv(1024)
    except ConnectionError:
        return b""


def test_it_passes_bytes_on_both_ways(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        assert ask(connection, b"hello") == b"hello"
        assert proxy.connections == 1


def test_a_cut_ends_connections_and_new_ones_are_served(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        assert ask(connection, b"a") == b"a"
        proxy.cut()
        assert ask(connection, b"b") == b""
    with connect(proxy) as connection:
        assert ask(connection, b"c") == b"c"


def test_a_port_that_refuses_listens_again_when_healed(proxy: FaultProxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.heal()
    with connect(proxy) as connection:
        assert ask(connection, b"a") == b"a"


def test_what_was_stalled_goes_on_when_healed(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        proxy.stall()
        connection.sendall(b"late")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(10)
        proxy.heal()
        connection.settimeout(PATIENCE)
        assert connection.recv(10) == b"late"


def test_a_reply_that_is_dropped_was_asked_for(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        proxy.drop_reply()
        assert ask(connection, b"lost") == b""
    with connect(proxy) as connection:
        assert ask(connection, b"kept") == b"kept"


def test_a_large_transfer_arrives_whole(proxy: FaultProxy) -> None:
    sent = b"x" * 999_999 + b"\n"
    with connect(proxy) as connection, connection.makefile("rb") as answers:
        sending = threading.Thread(target=connection.sendall, args=[sent])
        sending.start()
        assert answers.readline() == sent
        sending.join()


def test_a_connection_that_is_stalled_can_be_cut(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        assert ask(connection, b"a") == b"a"
        proxy.stall()
        connection.sendall(b"lost")
        proxy.cut()
        assert ask(connection, b"more") == b""


def test_a_request_is_cut_in_the_middle_once(proxy: FaultProxy) -> None:
    proxy.cut_after(3, Direction.TO_SERVER)
    with connect(proxy) as connection:
        assert ask(connection, b"ab") == b"ab"
        assert ask(connection, b"cdef") in {b"c", b""}
        assert ask(connection, b"more") == b""
    with connect(proxy) as connection:
        assert ask(connection, b"abcdef") == b"abcdef"


def test_nothing_is_left_of_a_closed_proxy(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        assert ask(connection, b"a") == b"a"
        proxy.close()
        assert connection.recv(1) == b""
    deadline = time.monotonic() + PATIENCE
    while any(thread.name == "proxy" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert proxy.connections == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "proxy"]


def test_it_cuts_after_so_many_bytes(proxy: FaultProxy) -> None:
    with connect(proxy) as connection:
        proxy.cut_after(3, Direction.TO_CLIENT)
        assert ask(connection, b"abcdef") == b"abc"
        assert proxy.faults == 1
        assert ask(connection, b"more") == b""


def test_a_delay_delays(proxy: FaultProxy) -> None:
    proxy.delay(0.1)
    with connect(proxy) as connection:
        started = time.monotonic()
        assert ask(connection, b"slow") == b"slow"
        assert time.monotonic() - started >= 0.2
