"""The files that the options `--tls-*` name: who a process of a cluster is, and whom it believes.

What it owns: reading them early, with the option's name where one cannot be read.
What it leaves: TLS itself (`wire/control.py`, `wire/secure.py`).
"""

from __future__ import annotations

from pathlib import Path

from lightflus.errors import UserError
from lightflus.wire.control import Tls
from lightflus.wire.secure import TlsFiles

_ALL = "give --tls-authority, --tls-certificate and --tls-key"


def server_tls(authority: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    """Of a process that is called: with an authority, by whom that has signed. None without any. Raises UserError."""
    if any((authority, certificate, key)) and not (certificate and key):
        raise UserError("TLS needs a certificate and its key", hint="give --tls-certificate and --tls-key")
    return _read_all(authority, certificate, key)


def client_tls(authority: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    """Of a process that calls; it shows a certificate if it has one. None without any. Raises UserError."""
    if (certificate is None) != (key is None):
        raise UserError("a certificate goes with its key", hint="give --tls-certificate and --tls-key")
    if certificate and not authority:
        raise UserError("TLS needs to know whom to believe", hint=_ALL)
    return _read_all(authority, certificate, key)


def peer_files(authority: Path | None, certificate: Path | None, key: Path | None) -> TlsFiles | None:
    """Of a process that calls its like and is called by them: all three, or none. Raises UserError."""
    if not any((authority, certificate, key)):
        return None
    if not (authority and certificate and key):
        raise UserError("between workers both sides show certificates", hint=_ALL)
    return TlsFiles(str(authority.resolve()), str(certificate.resolve()), str(key.resolve()))


def _read_all(authority: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    files = {"--tls-authority": authority, "--tls-certificate": certificate, "--tls-key": key}
    if not any(files.values()):
        return None
    found = {option: _read(option, path) if path else None for option, path in files.items()}
    return Tls(found["--tls-authority"], found["--tls-certificate"], found["--tls-key"])


def _read(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{option}: {error.strerror or error}", where=str(path)) from error
