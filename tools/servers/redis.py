"""Redis: one server, with a password, TLS or a user who may only read; or a cluster of three.

What it owns: configuration, users, the cluster's slots. What it leaves: the process (`process.py`). A write is given to
the system before it is answered (`appendonly`), so what a killed server had answered is there when it is back. It is
left to the system when that goes to the disk: a server that sees to it answers before it writes while the disk is slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Final, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.servers.certificates import Certificates
from tools.servers.ports import HOST, free_port
from tools.servers.process import Server, ServerFailed, program, wait_until

READER: Final = "reader"
"""The user of every server who may only read."""
READER_PASSWORD: Final = "reads-only"
_SLOTS: Final = 16_384
_NODES: Final = 3
_ASK_SECONDS: Final = 20.0


class Redis(Server):
    """One Redis server.

    Attributes:
        password: of the default user, or None.
        certificates: of its TLS, or None where it speaks plainly.
    """

    kind: ClassVar[str] = "redis"

    def __init__(self, *, port: int | None = None, password: str | None = None, tls: bool = False) -> None:
        """A server that does not run yet.

        Args:
            port: where it shall listen; None takes a free one.
            password: what the default user must say; None asks for nothing.
            tls: whether it speaks TLS, and nothing else; clients need no certificate.
        """
        super().__init__(port=port)
        self.password = password
        self.certificates = Certificates(self.folder) if tls else None

    def client(self, *, user: str | None = None, password: str | None = None) -> redis.Redis:
        """A client that answers with text and tries once: the default user's, or another one's."""
        return redis.Redis(
            host=HOST,
            port=self.port,
            username=user,
            password=password or self.password,
            ssl=self.certificates is not None,
            ssl_ca_certs=str(self.certificates.authority) if self.certificates else None,
            socket_timeout=_ASK_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )

    def become_read_only(self) -> None:
        """Makes it the replica of a server that is not there: writes are refused until `become_writable`."""
        with self.client() as client:
            client.replicaof(HOST, "1")

    def become_writable(self) -> None:
        """Ends `become_read_only`."""
        with self.client() as client:
            client.replicaof("NO", "ONE")

    def _settings(self) -> list[str]:
        listening = ["port", str(self.port)]
        if self.certificates:
            listening = ["port", "0", "tls-port", str(self.port), *self.certificates.redis_options()]
        password = ["requirepass", self.password] if self.password else []
        reader = ["user", f"{READER} on >{READER_PASSWORD} ~* &* -@all +@read +@connection"]
        return [*listening, *password, *reader]

    def _prepare(self) -> None:
        if self.certificates:
            self.certificates.make()
        common = ["bind", HOST, "dir", str(self.folder), "save", "", "appendonly", "yes", "appendfsync", "no"]
        words = [*common, *self._settings()]
        lines = [_line(name, value) for name, value in zip(words[::2], words[1::2], strict=True)]
        (self.folder / "redis.conf").write_text("".join(lines), encoding="utf-8")

    def _command(self) -> Sequence[str]:
        return [program("redis-server"), str(self.folder / "redis.conf")]

    def _ask(self) -> None:
        with self.client() as client:
            client.ping()


def _line(name: str, value: str) -> str:
    """One setting; the rules of a user are several words, every other value is one."""
    return f"{name} {value}\n" if name == "user" else f'{name} "{value}"\n'


class _Node(Redis):
    """One of a cluster, which talks to the others on a second port."""

    def __init__(self) -> None:
        super().__init__()
        self.bus_port = free_port()

    def _settings(self) -> list[str]:
        return [*super()._settings(), "cluster-enabled", "yes", "cluster-port", str(self.bus_port)]


class RedisCluster:
    """Three servers without replicas that share the slots.

    Attributes:
        nodes: the servers; each can be killed and started like any other.
    """

    def __init__(self) -> None:
        self.nodes = tuple(_Node() for _ in range(_NODES))

    @property
    def address(self) -> str:
        """Of the first node; clients find the others."""
        return self.nodes[0].address

    def client(self) -> redis.RedisCluster:
        """A client that answers with text."""
        return redis.RedisCluster(host=HOST, port=self.nodes[0].port, decode_responses=True)

    def start(self) -> Self:
        """Starts the nodes, gives each its slots, and waits until they agree."""
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.nodes):
            self._join(number, node)
        wait_until(self._check)
        return self

    def close(self) -> None:
        """Stops the nodes and removes their folders. May be called twice."""
        for node in self.nodes:
            node.close()

    def __enter__(self) -> Self:
        """Starts it."""
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops it."""
        self.close()

    def _join(self, number: int, node: _Node) -> None:
        """An epoch for each: nodes that begin with the same one settle it later, and may undo a slot's move then."""
        first, end = (_SLOTS * n // _NODES for n in (number, number + 1))
        with node.client() as client:
            client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
            client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
            client.execute_command("CLUSTER MEET", HOST, self.nodes[0].port, self.nodes[0].bus_port)

    def _check(self) -> None:
        for node in self.nodes:
            with node.client() as client:
                if client.cluster("INFO")["cluster_state"] != "ok":
                    raise ServerFailed("the nodes of the cluster do not agree yet")
