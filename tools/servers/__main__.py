"""`python -m tools.servers`: the servers for a person, until Ctrl-C.

What it owns: which are started, on which ports, and the table that says how to use them.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack

from lightflus.errors import LightflusError
from tools.servers.kafka import Kafka
from tools.servers.mariadb import PASSWORD, USER, MariaDb
from tools.servers.process import Server
from tools.servers.redis import Redis

_LAST_PORT = 65_535
_LOOK_SECONDS = 0.5
"""How often a person is told of a server that has ended."""
_DATABASE = "actions"
_TOPICS = ("topic", "user_actions", "payments", "enriched_payments")
"""What the examples read and write."""
_SERVERS: dict[str, tuple[type[Kafka] | type[Redis] | type[MariaDb], int]] = {
    "kafka": (Kafka, 9092),
    "redis": (Redis, 6379),
    "mariadb": (MariaDb, 3306),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Starts what is named, or all, and waits for Ctrl-C. Returns the exit code."""
    names = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with ExitStack() as stack:
            servers: list[Server] = []
            for text in names.server or list(_SERVERS):
                if stopped.is_set():
                    break
                kind, port = _named(text)
                print(f"starting {kind.kind} ...", flush=True)
                server = stack.enter_context(kind(port=port))
                servers.append(server)
                print(_row(server), flush=True)
            print("\nCtrl-C stops them; their data goes with them.", flush=True)
            return _watch(servers, stopped)
    except LightflusError as error:
        print(f"error: {error}" + (f"\n  help: {error.hint}" if error.hint else ""), file=sys.stderr)
        return 1


def _watch(servers: list[Server], stopped: threading.Event) -> int:
    """Waits for Ctrl-C, and says which server has ended by itself; with the last one it ends, too."""
    is_whole = not servers
    while (servers or is_whole) and not stopped.wait(_LOOK_SECONDS):
        for server in [server for server in servers if not server.is_running]:
            servers.remove(server)
            print(f"error: {server.kind} has ended by itself; its log ends:\n{server.log_end()}", file=sys.stderr)
    return 0 if stopped.is_set() else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.servers",
        description="Real servers on 127.0.0.1 for trying jobs: all of them, or those that are named.",
    )
    parser.add_argument("server", nargs="*", help="kafka, redis, mariadb; kafka:9093 for another port than the usual")
    return parser


def _named(text: str) -> tuple[type[Kafka] | type[Redis] | type[MariaDb], int]:
    name, _, port = text.partition(":")
    if name not in _SERVERS:
        raise SystemExit(f"error: `{text}` is no server; there are {', '.join(_SERVERS)}")
    kind, usual = _SERVERS[name]
    if port and not (port.isdecimal() and 0 < int(port) <= _LAST_PORT):
        raise SystemExit(f"error: `{port}` is no port; {name}:{usual} would be")
    return kind, int(port) if port else usual


def _row(server: Server) -> str:
    """Where it is, and a binding of it."""
    match server:
        case Kafka():
            for topic in _TOPICS:
                server.create_topic(topic)
            uri = f"--bind topic=kafka://{server.address}/topic"
            uri += f"\n           lightflus send kafka://{server.address}/topic 'hello world'"
            uri += f"\n           lightflus peek kafka://{server.address}/topic"
        case MariaDb():
            server.create_database(_DATABASE)
            uri = f"--bind mysql='mysql://{USER}@{server.address}/{_DATABASE}?table=t&password={_quoted(PASSWORD)}'"
            uri += f"\n           user {USER}, password {PASSWORD}, database {_DATABASE}"
        case _:
            uri = f"--bind redis=redis://{server.address}"
    return f"  {server.kind:<8} {server.address:<16} pid {server.pid:<7} {uri}\n           log {server.log}"


def _quoted(text: str) -> str:
    return "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in text)


if __name__ == "__main__":
    raise SystemExit(main())
