"""Where a Redis server is and how one logs in, from a connector's options.

What it owns: the options that every Redis connector has, and how the server is called in messages (never with a
password). Pure.
What it leaves: connecting (`link.py`, `cluster.py`), what is read or written there (`commands.py`, `stream.py`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from lightflus.connectors.contract.options import Options
from lightflus.limits import RETRY_SECONDS
from lightflus.ports.reach import UNBOUNDED, Reach

_PORT = 6379


@dataclass(frozen=True, slots=True)
class Server:
    """One server, or any node of a cluster.

    Attributes:
        host: its name or address.
        port: its port.
        database: the number of the database; a cluster has only 0.
        user: the ACL user; None = `default`.
        password: the user's; None = none.
        is_tls: whether the connection is encrypted.
        ca: a file of certificates that the server's is checked against; None = those of the system.
        is_cluster: whether commands are sent to the nodes that own their keys.
        retry_seconds: for how long it is tried again while it is away.
        reach: is asked at each connection, and about the nodes that a cluster names.
    """

    host: str = "localhost"
    port: int = _PORT
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    ca: str | None = None
    is_cluster: bool = False
    retry_seconds: int = RETRY_SECONDS
    reach: Reach = UNBOUNDED

    @property
    def name(self) -> str:
        """`localhost:6379`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def where(self) -> str:
        """`redis://localhost:6379/2`: the place of an error."""
        return f"redis://{self.name}" + (f"/{self.database}" if self.database else "")

    def without_secrets(self, text: str) -> str:
        """The text of a message, should a server ever repeat the password."""
        return text.replace(self.password, "***") if self.password else text


def read_server(options: Options) -> Server:
    """Takes the options of a server. Raises BindingInvalid."""
    is_tls, ca = options.flag("tls"), options.optional("tls.ca")
    if ca is not None and not os.path.isfile(ca):
        raise options.wrong("tls.ca", ca, "name a file of certificates in PEM")
    server = Server(
        host=options.text("host"),
        port=options.number("port"),
        database=options.number("database"),
        user=options.optional("user"),
        password=options.secret("password"),
        is_tls=is_tls or ca is not None,
        ca=ca,
        is_cluster=options.flag("cluster"),
        retry_seconds=options.number("retry"),
        reach=options.reach,
    )
    if server.is_cluster and server.database:
        raise options.wrong("database", str(server.database), "a cluster has only database 0; leave it out")
    return server
