"""`lightflus apiserver`: an ApiServer until Ctrl-C or SIGTERM.

What it owns: reading its options, ending by a signal. What it leaves: serving (`apiserver/`).
"""

from __future__ import annotations

import logging
from pathlib import Path

import trio

from lightflus.apiserver.serving import Settings, serve_api
from lightflus.cli.ending import asked_to_end
from lightflus.errors import LightflusError, UserError
from lightflus.limits import KIB
from lightflus.wire.control import Tls

_log = logging.getLogger("lightflus.api")


def serve(
    listen: str,
    coordinator: str,
    *,
    tokens: Path | None,
    operator_token: Path | None,
    is_insecure: bool,
    certificate: Path | None,
    key: Path | None,
    tls: Tls | None,
) -> None:
    """Serves until it is told to end. Raises LightflusError."""
    token = None if operator_token is None else _token(operator_token)
    settings = Settings(listen, _address(coordinator), tokens, token, is_insecure, certificate, key, tls)
    try:
        trio.run(_serve, settings)
    except* LightflusError as group:
        raise first(group) from None


async def _serve(settings: Settings) -> None:
    with asked_to_end() as asked:
        await serve_api(settings, started=lambda at: _log.info("the ApiServer listens at %s", at), until=asked)


def first(group: BaseExceptionGroup[LightflusError]) -> LightflusError:
    """The error that a group of them is about."""
    for error in group.exceptions:
        return first(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("a group is never empty")


def _address(text: str) -> str:
    """`host:port`; the published compose file writes `http://` in front of it."""
    return text.removeprefix("http://").rstrip("/")


def _token(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            token = file.read(KIB).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("the operator's token cannot be read", where=str(path)) from error
    if len(token) < 16:
        raise UserError("the operator's token is too short to be secret", where=str(path), hint="32 characters or more")
    return token
