"""How far a source, sink or format may reach: the seam through which it asks before it opens anything.

What it owns: the Protocol; the reach of what an operator has named himself, which nothing bounds; the check of a
connection. Any thread. What it leaves: the reach that a policy bounds (`compose/walls.py`).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from errno import EACCES
from typing import Protocol


class Reach(Protocol):
    """What one source or sink may touch. Options have been checked once, before anything was opened; these again."""

    def variable(self, name: str) -> str | None:
        """What `env:NAME` stands for, or None where there is nothing. Raises NotAllowed."""
        ...

    def require_file(self, path: str) -> None:
        """Before a file is read, its links as they are now. Raises NotAllowed."""
        ...

    def require_host(self, host: str, port: int) -> None:
        """Before a host is connected to that a server has named. Raises NotAllowed."""
        ...

    def admits_address(self, host: str, address: str, port: int) -> bool:
        """Whether a host may be at that address."""
        ...


class Unbounded:
    """`Reach` of what the operator of a deployment has named: `env:` is his secret of that name, else a variable."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        self._secrets = secrets or {}

    def variable(self, name: str) -> str | None:
        """The secret, else the variable."""
        return self._secrets.get(name) or os.environ.get(name)

    def require_file(self, path: str) -> None:
        """Any."""

    def require_host(self, host: str, port: int) -> None:
        """Any."""

    def admits_address(self, host: str, address: str, port: int) -> bool:
        """Any."""
        return True


UNBOUNDED = Unbounded()
"""Of whoever asks for nothing else: tests, tools, connectors opened by hand."""


def check_peer(reach: Reach, host: str, connection: socket.socket) -> None:
    """After a connection is made and before a byte is sent. Raises OSError, the connection closed.

    Drivers and callers treat it as what it is: a host that cannot be reached.
    """
    address, port = connection.getpeername()[:2]
    if not reach.admits_address(host, address, port):
        connection.close()
        raise OSError(EACCES, f"the name leads to {address}, an address that is not allowed by a name")
