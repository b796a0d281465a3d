"""The walls around a deployment's jobs: what each source and sink may reach, by the policy and the operator's secrets.

What it owns: a job's wishes with their paths resolved; refusing what the policy does not name; the `Reach` that asks
the policy again when a file is found or a connection is made. Any thread.
What it leaves: what is compared with what (`model/policy.py`), where a policy comes from (the command line, a tenant).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from glob import has_magic
from shlex import quote

from lightflus.connectors.contract.registry import sink_kind, source_kind
from lightflus.errors import NotAllowed
from lightflus.model.graph import JobGraph
from lightflus.model.names import operator_names
from lightflus.model.policy import Policy, Right, Wish, parse_place, place
from lightflus.model.wishes import Declared, wishes
from lightflus.ports.reach import Reach, Unbounded


class Walls:
    """What the jobs of one deployment may touch; `reach` is that of one source or sink."""

    def __init__(self, policy: Policy, secrets: Mapping[str, str], bound: Collection[str]) -> None:
        """`secrets` are the operator's, by name; `bound` the operators whose connectors he has named himself."""
        self.policy = policy
        self._bound = frozenset(bound)
        self._outside: Reach = Unbounded(secrets)
        self._inside: Reach = _Bounded(policy, secrets)

    def check(self, wished: Collection[Wish]) -> None:
        """Refuses a job that wishes more than the policy names, before anything is opened. Raises NotAllowed."""
        if lacking := self.policy.lacking(wished):
            raise refusal(lacking)
        for wish in wished:
            if wish.right is Right.NET and not self.policy.is_open(Right.NET):
                self._check_addresses(wish)

    def reach(self, operator: str) -> Reach:
        """How far a source or sink may reach."""
        return self._outside if operator in self._bound else self._inside

    def _check_addresses(self, wish: Wish) -> None:
        found = parse_place(wish.target)
        assert found is not None, "a target is a place"
        host, port = found
        with suppress(OSError):  # a name that nobody knows is told by whoever connects
            for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                if not self.policy.admits_address(host, str(address[0]), port):
                    raise _address_refused(wish, str(address[0]), port)


class _Bounded:
    """`Reach` of a module's own sources and sinks."""

    def __init__(self, policy: Policy, secrets: Mapping[str, str]) -> None:
        self._policy = policy
        self._secrets = secrets

    def variable(self, name: str) -> str | None:
        """The operator's secret; a variable of this process only where the policy names it."""
        if name in self._secrets:
            return self._secrets[name]
        self._require(Right.SECRET, name, name)
        return os.environ.get(name)

    def require_file(self, path: str) -> None:
        """Where the policy names the place that its links lead to."""
        self._require(Right.READ, path, os.path.realpath(path))

    def require_host(self, host: str, port: int) -> None:
        """Where the policy names it."""
        self._require(Right.NET, f"{host}:{port}", place(host, port))

    def admits_address(self, host: str, address: str, port: int) -> bool:
        """As the policy says."""
        return self._policy.admits_address(host, address, port)

    def _require(self, right: Right, value: str, target: str) -> None:
        if not self._policy.admits(right, target):
            raise refusal((Wish(right, value, target, "", ""),))


def wished_by(graph: JobGraph, bound: Collection[str]) -> tuple[Wish, ...]:
    """What a job wants to touch, with bindings in place; `bound` as for `Walls`."""
    return wishes(graph, operator_names(graph), bound, _declared, resolved)


def resolved(path: str) -> str:
    """Where a path leads, its links followed; of a pattern, its fixed part and what follows.

    A pattern that goes up again may mean any file.
    """
    if not has_magic(path) or os.path.exists(path):
        return os.path.realpath(path)
    head, tail = os.path.split(path)
    while has_magic(head):
        head, part = os.path.split(head)
        tail = os.path.join(part, tail)
    return "/" if ".." in tail.split(os.sep) else os.path.join(os.path.realpath(head), tail)


def refusal(lacking: Collection[Wish]) -> NotAllowed:
    """The error for wishes that the policy does not name, with the flags that would allow them."""
    texts = "; ".join(dict.fromkeys(map(described, lacking)))
    flags = " ".join(dict.fromkeys(quote(wish.flag) for wish in lacking))
    return NotAllowed(
        f"this module may not {texts}",
        where=next((wish.operator for wish in lacking if wish.operator), None),
        hint=f"if you trust it with that, add {flags}; or bind its sources and sinks to others with --bind",
    )


def described(wish: Wish) -> str:
    """`read data.txt (path of lines)`."""
    verbs = {
        Right.READ: "read",
        Right.WRITE: "write",
        Right.NET: "connect to",
        Right.SECRET: "use the secret",
        Right.LIBRARY: "run code outside the sandbox:",
        Right.KIND: "use a connector that does not declare what it reaches:",
    }
    leads = wish.target if wish.right in (Right.READ, Right.WRITE) and wish.value != wish.target else ""
    of = " of ".join(filter(None, (f"`{wish.option}`" if wish.option else "", wish.operator)))
    said = ", ".join(filter(None, (leads, of)))
    return f"{verbs[wish.right]} {wish.value}{f' ({said})' if said else ''}"


def _declared(kind: str, is_source: bool) -> Declared | None:
    found = source_kind(kind) if is_source else sink_kind(kind)
    return None if found is None else Declared(tuple(found.options), found.address)


def _address_refused(wish: Wish, address: str, port: int) -> NotAllowed:
    return NotAllowed(
        f"this module may not connect to {wish.value}: the name leads to {address}, which no name may stand for",
        where=wish.operator,
        hint=f"if that is what you want, add --allow-net={place(address, port)}",
    )
