"""Flags that allow a module something, and the question on a terminal.

What it owns: the policy and the secrets that a command line says, and asking once for what is lacking. A job that is
built from the user's own source may touch what he may, as if he ran a script; a module from elsewhere nothing.
What it leaves: what is compared with what (`model/policy.py`), what a graph wishes (`compose/walls.py`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lightflus.cli.flags import EVERYTHING
from lightflus.cli.screen import say, tell
from lightflus.compose.secrets import granting_secrets, read_secrets, secret_places
from lightflus.compose.walls import Walls, described, refusal, resolved, wished_by
from lightflus.errors import UserError
from lightflus.model.graph import JobGraph
from lightflus.model.policy import Policy, Right, Wish, parse_place, place

_ASKED = (Right.READ, Right.WRITE, Right.NET, Right.SECRET)
"""What an answer can allow. Code outside the sandbox takes a flag."""
_MOST_ASKED = 20
_MOST_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a command line allows.

    Attributes:
        grants: by right, the values of its flags, each a list joined by commas; a right without a flag is not there.
        is_all: whether everything is allowed.
        secrets: `NAME=env:VARIABLE` or `NAME=file:path` each.
    """

    grants: Mapping[Right, Sequence[str]] = field(default_factory=dict)
    is_all: bool = False
    secrets: Sequence[str] = ()

    def policy(self, *, is_own: bool) -> Policy:
        """What the flags say; without flags, what a job of the user's own source may. Raises UserError."""
        if self.is_all:
            return Policy.everything()
        flags = Policy({right: _granted(right, texts) for right, texts in self.grants.items()})
        if is_own and not self.grants.keys() & {*_ASKED}:
            return Policy({**Policy.everything().grants, Right.LIBRARY: frozenset(), **flags.grants})
        return flags

    def known_secrets(self) -> dict[str, str]:
        """The operator's secrets. Raises UserError, BindingInvalid: one is not there."""
        return read_secrets(secret_places(self.secrets))


def raised_walls(graph: JobGraph, bound: Collection[str], permissions: Permissions, *, is_own: bool) -> Walls:
    """The walls around a job, once it is clear that it may do all that it wishes.

    Args:
        graph: the job, bindings in place.
        bound: names of the sources and sinks that a binding has named.
        permissions: the flags.
        is_own: whether the job was built from the user's own source.

    Raises:
        NotAllowed: it wishes more than the flags allow, and nobody was there to ask, or said no.
    """
    secrets = permissions.known_secrets()
    policy = granting_secrets(permissions.policy(is_own=is_own), secrets)
    wished = wished_by(graph, bound)
    lacking = policy.lacking(wished)
    if lacking and _can_be_asked(lacking) and _is_somebody_there():
        if not _is_granted(graph.job, lacking):
            raise refusal(lacking)
        policy = policy.granting(lacking)
    walls = Walls(policy, secrets, bound)
    walls.check(wished)
    return walls


def _granted(right: Right, texts: Sequence[str]) -> frozenset[str] | None:
    if EVERYTHING in texts:
        return None
    return frozenset(_target(right, one) for text in texts for one in text.split(","))


def _target(right: Right, text: str) -> str:
    """A value of a flag as policies compare it. Raises UserError."""
    if not text:
        raise UserError(f"--allow-{right.value}= names nothing", hint=f"--allow-{right.value} alone allows everything")
    if right in (Right.READ, Right.WRITE):
        return resolved(text)
    if right is not Right.NET:
        return text
    found = parse_place(text)
    if found is None:
        raise UserError(f"--allow-net={text} is no host", hint="write host, host:port or [address]:port")
    whole = place(*found)
    return whole if found[1] else whole.rpartition(":")[0]


def _can_be_asked(lacking: Collection[Wish]) -> bool:
    """Whether a person can read all of it before saying yes: few wishes, each in whole."""
    return len(lacking) <= _MOST_ASKED and all(
        wish.right in _ASKED and wish.target and len(described(wish)) <= _MOST_CHARACTERS for wish in lacking
    )


def _is_somebody_there() -> bool:
    return os.isatty(0) and sys.stderr.isatty()


def _is_granted(job: str, lacking: Collection[Wish]) -> bool:
    for line in _question(job, lacking):
        say(line)
    tell("Allow? [y/N] ", end="")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _question(job: str, lacking: Collection[Wish]) -> Iterator[str]:
    yield f"The module of job {job} was not built here. It wants to"
    yield from (f"  {line}" for line in dict.fromkeys(map(described, lacking)))
