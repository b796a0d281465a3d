"""What a module may touch outside itself: wishes, and the policy that admits some of them.

What it owns: rights, how a wish is compared with what an operator has allowed, which addresses a name may stand for.
Only lists of what is allowed: whatever is not on one is refused. Pure: paths come with their links resolved.
What it leaves: what a graph wishes (`wishes.py`), resolving names and paths, and asking again at each connection
(`compose/walls.py`), asking the user (`cli/permissions.py`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address

from lightflus.model.schemas import SCHEMAS

_PLACE = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?")


class Right(Enum):
    """A way of reaching out; the word is that of the flag `--allow-...`."""

    READ = "read"
    """A file or directory is read."""
    WRITE = "write"
    """A file is made or changed."""
    NET = "net"
    """A host is connected to."""
    SECRET = "secret"
    """A secret of the operator is used."""
    LIBRARY = "library"
    """Code outside the sandbox is loaded or run."""
    KIND = "kind"
    """A kind of connector is used: ours always may be, since all that their options name is known."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that an operator of a job wants to touch.

    Attributes:
        right: how.
        value: what, in the module's own words.
        target: what, as policies compare it: an absolute path, `host:port`, a name. Empty = it cannot be told.
        operator: the name of the source or sink.
        option: the option that says so.
    """

    right: Right
    value: str
    target: str
    operator: str
    option: str

    @property
    def flag(self) -> str:
        """The narrowest flag of `lightflus run` that allows it."""
        if self.right is Right.KIND:
            return "--allow-all"
        of = self.value if self.right in (Right.READ, Right.WRITE, Right.LIBRARY) else self.target
        return f"--allow-{self.right.value}" + (f"={of}" if of and "," not in of else "")


@dataclass(frozen=True, slots=True)
class Policy:
    """What modules of a deployment may touch.

    Attributes:
        grants: by right, what is allowed of it; None = everything. Paths are absolute, and allow what is below them;
            hosts are `host` or `host:port`.
    """

    grants: Mapping[Right, frozenset[str] | None] = field(default_factory=dict)

    @staticmethod
    def everything(*, but: Iterable[Right] = ()) -> Policy:
        """All rights, but for some."""
        return Policy({right: frozenset() if right in but else None for right in Right})

    def is_open(self, right: Right) -> bool:
        """Whether everything of a right is allowed."""
        return self.grants.get(right, frozenset()) is None

    def lacking(self, wishes: Iterable[Wish]) -> tuple[Wish, ...]:
        """The wishes that are not allowed."""
        return tuple(wish for wish in wishes if not self.admits(wish.right, wish.target))

    def granting(self, wishes: Iterable[Wish]) -> Policy:
        """The policy that allows these, too."""
        grants = dict(self.grants)
        for wish in wishes:
            if (known := grants.get(wish.right, frozenset())) is not None and wish.target:
                grants[wish.right] = known | {wish.target}
        return Policy(grants)

    def admits(self, right: Right, target: str) -> bool:
        """Whether one thing may be touched."""
        allowed = self.grants.get(right, frozenset())
        if allowed is None or (right is Right.KIND and target in SCHEMAS):
            return True
        if not target:
            return False
        if right in (Right.READ, Right.WRITE):
            return any(_is_below(target, root) for root in allowed)
        return target in allowed or (right is Right.NET and target.rpartition(":")[0] in allowed)

    def admits_address(self, host: str, address: str, port: int) -> bool:
        """Whether a host that is allowed may stand for an address, to which somebody else's name server sends us.

        This machine is reached by its own name or address, and addresses that belong to the network's own machinery
        (link-local ones such as a cloud's metadata service) by no name at all.
        """
        if self.is_open(Right.NET):
            return True
        found = _address(address)
        if found is None:
            return False
        if _address(host) == found or self.admits(Right.NET, place(str(found), port)):
            return True
        if found.is_loopback:
            return host.lower().rstrip(".") == "localhost"
        return not (found.is_link_local or found.is_unspecified or found.is_multicast or found.is_reserved)


def place(host: str, port: int) -> str:
    """`host:port` as policies compare it."""
    found = _address(host.removeprefix("[").removesuffix("]"))
    if isinstance(found, IPv6Address):
        return f"[{found}]:{port}"
    return f"{found or host.lower().rstrip('.')}:{port}"


def parse_place(text: str) -> tuple[str, int] | None:
    """Host and port (0 = none is named) of `host`, `host:port` or `[address]:port`; None where it is none of them."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found["port"] or 0) >= 1 << 16:
        return None
    return found["host"].removeprefix("[").removesuffix("]"), int(found["port"] or 0)


def _is_below(path: str, root: str) -> bool:
    return posixpath.commonpath((path, root)) == root if path.startswith("/") else False


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is, an IPv4 one that is written as IPv6 as what it is."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
