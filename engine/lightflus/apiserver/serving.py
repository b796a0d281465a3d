"""An ApiServer as a process: listens, serves until it is told to end.

What it owns: hypercorn under trio and its bounds, the rule that without tokens only this machine may ask.
What it leaves: the application (`app.py`), reading the command line (`cli/`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from hypercorn.typing import Framework

from lightflus.apiserver.access import Access
from lightflus.apiserver.app import application
from lightflus.apiserver.calls import Services
from lightflus.apiserver.inspecting import description_of
from lightflus.apiserver.remote import RemoteCoordinator
from lightflus.cluster_limits import API_CALLS, API_STOP_SECONDS, API_STREAMS
from lightflus.errors import ExternalError, UserError
from lightflus.limits import KIB
from lightflus.wire.control import Connection, Tls


@dataclass(frozen=True, slots=True)
class Settings:
    """What an ApiServer is started with.

    Attributes:
        address: `host:port` to listen on; port 0 is any.
        coordinator: `host:port` of the coordinator.
        tokens: the file of namespaces and hashed tokens; None keeps them in memory.
        operator_token: a token of an operator that is kept elsewhere.
        is_insecure: whether nobody needs a token; on loopback only.
        certificate, key: files of PEM, for TLS.
        tls: for calls to the coordinator.
    """

    address: str
    coordinator: str
    tokens: Path | None = None
    operator_token: str | None = None
    is_insecure: bool = False
    certificate: Path | None = None
    key: Path | None = None
    tls: Tls | None = None


async def serve_api(
    settings: Settings, *, started: Callable[[str], None], until: Callable[[], Awaitable[None]]
) -> None:
    """Serves until `until` returns; `started` gets the address as it turned out.

    Raises:
        UserError: nobody could come in, or everybody.
        ExternalError: the address cannot be listened on.
    """
    access = _access(settings)
    with Connection(settings.coordinator, tls=settings.tls) as connection:
        services = Services(RemoteCoordinator(connection), access, description_of, is_insecure=settings.is_insecure)
        await serve_app(services, settings, started=started, until=until)


async def serve_app(
    services: Services, settings: Settings, *, started: Callable[[str], None], until: Callable[[], Awaitable[None]]
) -> None:
    """The same over services that are there. Raises ExternalError."""
    app = cast(Framework, application(services))
    async with trio.open_nursery() as nursery:
        try:
            (bound,) = await nursery.start(
                lambda task_status: serve(app, _config(settings), shutdown_trigger=until, task_status=task_status)
            )
        except OSError as error:
            text = f"cannot listen on {settings.address}: {error.strerror or error}"
            raise ExternalError(text, hint="another process may have it; choose another port") from error
        started(bound)


def _config(settings: Settings) -> Config:
    config = Config()
    config.bind = [settings.address]
    config.accesslog = None
    config.errorlog = logging.getLogger("lightflus.api.http")
    config.errorlog.setLevel(logging.WARNING)  # where it listens is said once, by us
    config.include_server_header = False
    config.graceful_timeout = API_STOP_SECONDS
    config.shutdown_timeout = API_STOP_SECONDS
    config.h11_max_incomplete_size = 32 * KIB
    config.h2_max_concurrent_streams = API_CALLS
    config.backlog = API_CALLS + API_STREAMS
    config.websocket_max_message_size = KIB
    if settings.certificate is not None:
        config.certfile = str(settings.certificate)
        config.keyfile = None if settings.key is None else str(settings.key)
    return config


def _access(settings: Settings) -> Access:
    if settings.is_insecure and not _is_loopback(settings.address):
        text = f"without tokens, {settings.address} would let everybody in"
        raise UserError(text, hint="--insecure-dev goes with 127.0.0.1 or localhost only")
    access = Access(settings.tokens)
    if settings.operator_token is not None:
        access.admit_operator(settings.operator_token)
    if not settings.is_insecure and not access.has_operators:
        raise UserError(
            "nobody could come in: there is no token of an operator",
            hint="name a file that holds one with --operator-token; on loopback --insecure-dev needs none",
        )
    return access


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
