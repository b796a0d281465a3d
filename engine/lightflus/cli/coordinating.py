"""`lightflus coordinator`: the process that knows which jobs there are, until it is asked to end.

What it owns: by which name its workers find it, the line that says where it listens.
What it leaves: everything that a coordinator does (`coordinator/process.py`).
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import trio

from lightflus.cli.ending import asked_to_end
from lightflus.coordinator.inviting import invite, named_workers, worker_address
from lightflus.coordinator.process import coordinating
from lightflus.errors import UserError
from lightflus.wire.control import Tls

_log = logging.getLogger("lightflus.coordinator")
_EVERYWHERE = ("0.0.0.0", "[::]")


def coordinate(address: str, folder: Path, tls: Tls | None, workers: Sequence[str] = (), metrics: str = "") -> None:
    """Runs until it is asked to end; invites `workers`, and those of the environment. Raises LightflusError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UserError(f"{address!r} is no address", hint="HOST:PORT, for example 127.0.0.1:8791")
    invited = [*map(worker_address, workers), *named_workers(os.environ)]
    trio.run(_coordinate, address, folder, tls, invited, metrics)


async def _coordinate(address: str, folder: Path, tls: Tls | None, workers: Sequence[str], metrics: str) -> None:
    host = address.rpartition(":")[0]
    with asked_to_end() as asked:
        async with coordinating(address, folder, tls=tls, metrics=metrics) as port, trio.open_nursery() as nursery:
            _log.info("coordinator: listens at %s:%s, keeps its catalog in %s", host, port, folder)
            called = socket.gethostname() if host in _EVERYWHERE else host
            for worker in workers:
                nursery.start_soon(invite, worker, f"{called}:{port}", tls)
            await asked()
            nursery.cancel_scope.cancel()
