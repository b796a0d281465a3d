"""Which ApiServer is meant, and with which token.

What it owns: the settings LIGHTFLUS_ENDPOINT, LIGHTFLUS_TOKEN and LIGHTFLUS_NAMESPACE; a file of tokens by endpoint,
that only its owner can read.
What it leaves: asking (`api.py`).
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lightflus.errors import ExternalError, UserError
from lightflus.limits import MIB
from lightflus.private_files import changing, write_private

DEFAULT: Final = "localhost:8080"
_SCHEMES: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an ApiServer listens."""

    host: str
    port: int
    is_tls: bool = False

    @property
    def name(self) -> str:
        """`host:port`, by which its token is kept."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def endpoint() -> Endpoint:
    """The one that LIGHTFLUS_ENDPOINT names, or the usual one. Raises UserError."""
    return parsed(os.environ.get("LIGHTFLUS_ENDPOINT", "") or DEFAULT)


def parsed(text: str) -> Endpoint:
    """`host:port` or a URL. Raises UserError."""
    found = None
    with suppress(ValueError):
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or (_SCHEMES.get(parts.scheme) if "://" in text else None)
        is_more = parts.path.strip("/") or parts.query or parts.username is not None or parts.scheme not in _SCHEMES
        if parts.hostname and port and not is_more:
            found = Endpoint(parts.hostname, port, parts.scheme == "https")
    if found is None:
        hint = "write host:port, or http://host:port, or https://host"
        raise UserError(f"{text[:80]!r} is not the address of an ApiServer", hint=hint)
    return found


def namespace(own: str | None = None) -> str:
    """The namespace that LIGHTFLUS_NAMESPACE names, else the job's own, else the usual one."""
    return os.environ.get("LIGHTFLUS_NAMESPACE", "") or own or "default"


def token_for(where: Endpoint) -> str | None:
    """The token that LIGHTFLUS_TOKEN gives, or that is kept for an endpoint. Raises UserError, ExternalError."""
    return os.environ.get("LIGHTFLUS_TOKEN", "") or _kept(_file()).get(where.name)


def keep_token(name: str, token: str | None) -> Path:
    """Keeps the token of an endpoint, or with None forgets it; answers the file. Raises UserError, ExternalError."""
    path = _file()
    with changing(path):
        kept = {key: value for key, value in _kept(path).items() if key != name}
        write_private(path, json.dumps(kept if token is None else {**kept, name: token}, indent=1))
    return path


def _file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base else Path.home() / ".config") / "lightflus" / "tokens.json"


def _kept(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MIB))
        return {str(name): str(token) for name, token in found.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ExternalError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except (ValueError, AttributeError) as error:
        raise UserError("this is no file of tokens by endpoint", where=str(path), hint="remove it") from error
