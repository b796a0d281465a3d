"""A TCP proxy that fails on demand: what stands between a connector and its server in tests of faults.

What it owns: a port, the connections through it, and the faults. What it leaves: the protocol, of which it knows
nothing. A thread accepts, two more per connection carry bytes; the methods may be called from any thread.

A connection ends as a whole: when one side closes, so does the other. While the server is down, clients are accepted
and cut at once; `refuse` is what makes the port refuse them.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import Enum
from types import TracebackType
from typing import Final, Self

from lightflus.limits import PROXY_CONNECTIONS
from tools.servers.ports import HOST, free_port

_CHUNK_BYTES: Final = 65_536
_ACCEPT_SECONDS: Final = 0.05
_CONNECT_SECONDS: Final = 5.0


class Direction(Enum):
    """Which way bytes go."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


class FaultProxy:
    """Passes connections on to a server of this machine, until it is told otherwise; `heal` ends every fault.

    Attributes:
        port: where it listens.
        faults: how many connections `cut_after` and `drop_reply` have ended.
    """

    def __init__(self, server_port: int, *, port: int | None = None) -> None:
        """A proxy that does not listen yet.

        Args:
            server_port: where the server is; it need not be up.
            port: where to listen; None takes a free one.
        """
        self.port = port or free_port()
        self.faults = 0
        self._server_port = server_port
        self._links: set[_Link] = set()
        self._changed = threading.Condition()
        self._acceptor: threading.Thread | None = None
        self._is_closing = threading.Event()
        self._is_stalled = False
        self._is_reply_lost = False
        self._delay_seconds = 0.0
        self._budgets: dict[Direction, int] = {}

    @property
    def address(self) -> str:
        """`127.0.0.1:port`."""
        return f"{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        with self._changed:
            return len(self._links)

    def start(self) -> Self:
        """Listens."""
        listener = socket.create_server((HOST, self.port))
        listener.settimeout(_ACCEPT_SECONDS)
        self._is_closing.clear()
        self._acceptor = threading.Thread(target=self._accept, args=[listener], name="proxy", daemon=True)
        self._acceptor.start()
        return self

    def close(self) -> None:
        """Ends it and all its connections. May be called twice."""
        self.refuse()

    def __enter__(self) -> Self:
        """Listens."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""
        self.close()

    # --- faults

    def cut(self) -> None:
        """Ends all connections now; new ones are served."""
        with self._changed:
            links = list(self._links)
        for link in links:
            link.cut()
        self._notify()

    def refuse(self) -> None:
        """Ends all connections and lets the port refuse new ones."""
        if self._acceptor is not None:
            self._is_closing.set()
            self._acceptor.join()
            self._acceptor = None
        self.cut()

    def stall(self) -> None:
        """Accepts, and hands nothing on in either direction. What waits is handed on after `heal`."""
        self._is_stalled = True

    def delay(self, seconds: float) -> None:
        """Lets everything that is read from now on wait that long before it goes on."""
        self._delay_seconds = seconds

    def cut_after(self, count: int, direction: Direction) -> None:
        """Hands on `count` more bytes that way, over all connections, then cuts the one that carries the next. Once."""
        with self._changed:
            self._budgets[direction] = count

    def drop_reply(self) -> None:
        """Hands the next request on to the server; when that answers, the connection is cut instead. Once."""
        with self._changed:
            self._is_reply_lost = True

    def heal(self) -> None:
        """Ends every fault; what was stalled goes on, and a port that refused listens again."""
        with self._changed:
            self._is_stalled = False
            self._is_reply_lost = False
            self._delay_seconds = 0.0
            self._budgets.clear()
        self._notify()
        if self._acceptor is None:
            self.start()

    # --- the threads

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while not self._is_closing.is_set():
                with contextlib.suppress(TimeoutError):
                    self._open(listener.accept()[0])

    def _open(self, client: socket.socket) -> None:
        """Connects a client to the server, or lets it go."""
        try:
            server = socket.create_connection((HOST, self._server_port), _CONNECT_SECONDS)
        except OSError:
            client.close()
            return
        link = _Link(client, server)
        with self._changed:
            if len(self._links) >= PROXY_CONNECTIONS:
                link.close()
                return
            self._links.add(link)
        for direction in Direction:
            threading.Thread(target=self._carry, args=[link, direction], name="proxy", daemon=True).start()

    def _carry(self, link: _Link, direction: Direction) -> None:
        """Moves the bytes of one direction until the connection ends."""
        source, target = link.ends(direction)
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                allowed = self._admit(link, direction, len(data))
                target.sendall(data[:allowed])
                if allowed < len(data):
                    break
        link.cut()
        self._notify()
        if link.is_last():
            link.close()
            with self._changed:
                self._links.discard(link)

    def _admit(self, link: _Link, direction: Direction, count: int) -> int:
        """How many of these bytes go on now: waits while faults say so; fewer than `count` is a cut."""
        if self._delay_seconds:
            link.wait_cut(self._delay_seconds)
        with self._changed:
            self._changed.wait_for(lambda: not self._is_stalled or link.is_cut)
            if direction is Direction.TO_SERVER and self._is_reply_lost:
                self._is_reply_lost = False
                link.is_reply_lost = True
            elif direction is Direction.TO_CLIENT and link.is_reply_lost:
                self.faults += 1
                return 0
            return self._spend(direction, count)

    def _spend(self, direction: Direction, count: int) -> int:
        if direction not in self._budgets:
            return count
        left = self._budgets[direction] - count
        if left >= 0:
            self._budgets[direction] = left
            return count
        del self._budgets[direction]
        self.faults += 1
        return count + left

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()


class _Link:
    """One connection: the client's socket and the server's, and the two threads that use them.

    Attributes:
        is_reply_lost: whether it is cut when the server next answers.
    """

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        server.settimeout(None)
        client.settimeout(None)
        self._client = client
        self._server = server
        self._cut = threading.Event()
        self._lock = threading.Lock()
        self._carriers = len(Direction)
        self.is_reply_lost = False

    @property
    def is_cut(self) -> bool:
        return self._cut.is_set()

    def ends(self, direction: Direction) -> tuple[socket.socket, socket.socket]:
        """Where its bytes come from and where they go to."""
        if direction is Direction.TO_SERVER:
            return self._client, self._server
        return self._server, self._client

    def wait_cut(self, seconds: float) -> None:
        """Waits, but not for a connection that has ended."""
        self._cut.wait(seconds)

    def cut(self) -> None:
        """Ends both sides, and with them what the threads wait for."""
        self._cut.set()
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def is_last(self) -> bool:
        """Whether the thread that asks is the last of the two."""
        with self._lock:
            self._carriers -= 1
            return self._carriers == 0

    def close(self) -> None:
        """Gives the sockets back."""
        self._client.close()
        self._server.close()
