"""Workers that the coordinator knows by address and that do not know where it is: each is told, again and again.

What it owns: addresses as the published compose file gives them, and saying once that one does not answer. On the event
loop.
What it leaves: what an invited worker does (`worker/invited.py`); from then on it is like any other.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Final

import trio

from lightflus.cluster_limits import INVITE_SECONDS
from lightflus.errors import LightflusError, UserError
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.proto.services import INVITATIONS
from lightflus.wire.control import Connection, Tls

WORKER_PORT: Final = 8792
_NAMED: Final = re.compile(r"WORKER_\d+")
_log = logging.getLogger("lightflus.coordinator")


def named_workers(environment: Mapping[str, str]) -> list[str]:
    """The addresses that `WORKER_1: worker`, `WORKER_2: other:8793`, ... name. Raises UserError."""
    return [worker_address(environment[name]) for name in sorted(environment) if _NAMED.fullmatch(name)]


def worker_address(text: str) -> str:
    """`host:port` of a worker that is named by its host, perhaps with its port. Raises UserError."""
    host, colon, port = text.partition(":")
    if not host or (colon and not port.isdecimal()):
        raise UserError(f"{text[:80]!r} is no worker", hint=f"HOST or HOST:PORT; the usual port is {WORKER_PORT}")
    return text if colon else f"{host}:{WORKER_PORT}"


async def invite(worker: str, coordinator: str, tls: Tls | None) -> None:
    """Tells one worker where this coordinator is, until cancelled."""
    request, said = pb.Invitation(coordinator=coordinator), ""
    with Connection(worker, tls=tls) as link:
        while True:
            try:
                await link.call(INVITATIONS.methods["Invite"], request, pb.Empty, seconds=INVITE_SECONDS)
                problem = ""
            except LightflusError as error:
                problem = f"the worker at {worker} does not come: {error}"
            if problem and problem != said:
                _log.warning("%s", problem)
            said = problem
            await trio.sleep(INVITE_SECONDS)
