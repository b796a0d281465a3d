"""`lightflus coordinator`: the process that knows which jobs there are, until it is asked to end.

What it owns: signals, files of certificates, the line that says where it listens.
What it leaves: everything that a coordinator does (`coordinator/process.py`).
"""

from __future__ import annotations

from pathlib import Path

import trio

from lightflus.cli.ending import asked_to_end
from lightflus.cli.screen import say
from lightflus.coordinator.process import coordinating
from lightflus.errors import UserError
from lightflus.wire.control import Tls


def coordinate(address: str, folder: Path, tls: Tls | None) -> None:
    """Runs until SIGINT or SIGTERM. Raises ExternalError, UserError."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UserError(f"{address!r} is no address", hint="HOST:PORT, for example 127.0.0.1:8791")
    trio.run(_coordinate, host, address, folder, tls)


def certificates(authority: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    """What the options `--tls-*` name; None without any. Raises UserError: a file is missing, or cannot be read."""
    files = {"--tls-authority": authority, "--tls-certificate": certificate, "--tls-key": key}
    if not any(files.values()):
        return None
    if certificate is None or key is None:
        raise UserError("TLS needs a certificate and its key", hint="give --tls-certificate and --tls-key")
    found = {option: _read(option, path) if path else None for option, path in files.items()}
    return Tls(found["--tls-authority"], found["--tls-certificate"], found["--tls-key"])


async def _coordinate(host: str, address: str, folder: Path, tls: Tls | None) -> None:
    with asked_to_end() as asked:
        async with coordinating(address, folder, tls=tls) as port:
            say(f"coordinator: listens at {host}:{port}, keeps its catalog in {folder}")
            await asked()


def _read(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{option}: {error.strerror or error}", where=str(path)) from error
