"""Who may come in: namespaces and their tokens, of which only hashes are kept.

What it owns: a file (JSON, mode 0600, replaced whole) that several ApiServers and the command line may share; making,
finding and revoking tokens. A token is 256 random bits, so that one round of SHA-256 keeps it secret.
What it leaves: what a caller may do (`app.py`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from lightflus.cluster_limits import ACCESS_BYTES, NAMESPACES, TOKENS
from lightflus.errors import Conflict, ExternalError, NotFound, UserError
from lightflus.private_files import changing, write_private

DEFAULT: Final = "default"
OPERATORS: Final = "*"
"""Whose tokens reach every namespace; no namespace can have this name."""
_PREFIX: Final = "lft_"
Tokens = dict[str, dict[str, dict[str, object]]]
"""Namespace -> name of a token -> its hash and when it was made."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token stands for: one namespace, or with None an operator of the cluster."""

    namespace: str | None


class Access:
    """Namespaces and tokens, kept in a file; without one, in memory. On the event loop."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises UserError: the file is not one of these."""
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._tokens: Tokens = {DEFAULT: {}, OPERATORS: {}}
        self._by_hash: dict[str, str] = {}
        self._extra: set[str] = set()
        self._refresh()

    def admit_operator(self, token: str) -> None:
        """Takes a token that is kept elsewhere, for the life of this process."""
        self._extra.add(_hash(token))

    @property
    def has_operators(self) -> bool:
        """Whether anybody could come in who may make tokens."""
        return bool(self._extra or self._tokens[OPERATORS])

    def caller(self, token: str) -> Caller | None:
        """Whom a token stands for."""
        self._refresh()
        digest = _hash(token)
        if digest in self._extra:
            return Caller(None)
        namespace = self._by_hash.get(digest)
        return None if namespace is None else Caller(None if namespace == OPERATORS else namespace)

    def namespaces(self) -> list[str]:
        """All of them, by name."""
        self._refresh()
        return sorted(self._tokens.keys() - {OPERATORS})

    def create_namespace(self, name: str) -> None:
        """Raises Conflict."""
        with self._changing() as tokens:
            if name in tokens:
                raise Conflict(f"there is a namespace {name} already")
            if len(tokens) > NAMESPACES:
                raise Conflict(f"there are {NAMESPACES} namespaces", hint="delete one first")
            tokens[name] = {}

    def delete_namespace(self, name: str) -> None:
        """With its tokens. Raises NotFound, Conflict."""
        with self._changing() as tokens:
            _of(tokens, name)
            if name == DEFAULT:
                raise Conflict(f"the namespace {DEFAULT} is always there")
            del tokens[name]

    def tokens(self, namespace: str) -> dict[str, int]:
        """Names of its tokens, and when each was made in ms. Raises NotFound."""
        self._refresh()
        return {name: cast(int, kept["at_ms"]) for name, kept in sorted(_of(self._tokens, namespace).items())}

    def create_token(self, namespace: str, name: str) -> str:
        """A new token, which nobody can be told again. Raises NotFound, Conflict."""
        with self._changing() as tokens:
            mine = _of(tokens, namespace)
            if name in mine:
                raise Conflict(f"there is a token {name} already", hint="revoke it first, or take another name")
            if len(mine) >= TOKENS:
                raise Conflict(f"the namespace has {TOKENS} tokens", hint="revoke one first")
            token = new_token()
            mine[name] = {"sha256": _hash(token), "at_ms": int(time.time() * 1_000)}
        return token

    def revoke_token(self, namespace: str, name: str) -> None:
        """It opens nothing from now on. Raises NotFound."""
        with self._changing() as tokens:
            if _of(tokens, namespace).pop(name, None) is None:
                raise NotFound(f"there is no token {name}")

    @contextmanager
    def _changing(self) -> Iterator[Tokens]:
        """Between reading and writing nobody else writes."""
        with nullcontext() if self._path is None else changing(self._path):
            self._refresh()
            changed = cast(Tokens, json.loads(json.dumps(self._tokens)))
            yield changed
            if self._path is not None:
                write_private(self._path, json.dumps(changed, indent=1))
            self._take(changed)

    def _refresh(self) -> None:
        if self._path is None:
            return
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_ino)
            if seen == self._seen:
                return
            self._take(_read(self._path))
            self._seen = seen
        except FileNotFoundError:
            return
        except OSError as error:
            raise ExternalError(f"cannot be read: {error.strerror}", where=str(self._path)) from error

    def _take(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._by_hash = {str(k["sha256"]): namespace for namespace, mine in tokens.items() for k in mine.values()}


def new_token() -> str:
    """256 random bits, with a beginning by which scanners of leaked secrets know it."""
    return _PREFIX + secrets.token_urlsafe(32)


def _read(path: Path) -> Tokens:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(ACCESS_BYTES))
        namespaces = {name: dict(mine) for name, mine in found.items()}
        for mine in namespaces.values():
            for kept in mine.values():
                int(kept["at_ms"]), str(kept["sha256"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError("this is no file of namespaces and tokens", where=str(path)) from error
    return {DEFAULT: {}, OPERATORS: {}, **namespaces}


def _of(tokens: Tokens, namespace: str) -> dict[str, dict[str, object]]:
    if namespace not in tokens:
        raise NotFound(f"there is no namespace {namespace}", hint="an operator can make it: POST /v1/namespaces")
    return tokens[namespace]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
