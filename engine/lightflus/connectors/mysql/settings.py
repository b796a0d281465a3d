"""Where the server is and how to log in, from a connector's options.

What it owns: the options of the connection. Pure but for secrets, which `Options.secret` reads.
What it leaves: connecting (`client.py`), what is written (`sink.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lightflus.connectors.contract.options import Options
from lightflus.ports.reach import UNBOUNDED, Reach


@dataclass(frozen=True, slots=True)
class Tls:
    """Encryption; the server's certificate has to name it and be signed by `ca` (None = what the machine trusts)."""

    ca: str | None
    cert: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """One database of one server.

    Attributes:
        host: name or address.
        port: its port.
        user: who logs in.
        password: never shown; may be empty.
        database: where tables without a database's name are.
        tls: None = encrypted if the server offers it, and its certificate is not looked at.
        is_plain: whether encryption is forbidden, even if it is offered.
        reach: is asked at each connection.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    tls: Tls | None = None
    is_plain: bool = False
    reach: Reach = UNBOUNDED

    @property
    def place(self) -> str:
        """What errors call it."""
        return f"mysql://{self.server}/{self.database}"

    @property
    def server(self) -> str:
        """`localhost:3306`, `[::1]:3306`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_settings(options: Options) -> Settings:
    """Takes the connection's options. Raises BindingInvalid."""
    host = options.text("host")
    port = options.number("port")
    user, password = options.text("user"), options.secret("password") or ""
    database = options.text("database")
    files = {name: options.optional(f"tls.{name}") for name in ("ca", "cert", "key")}
    wish = options.choice("tls", default="true" if any(files.values()) else "")
    tls = Tls(files["ca"], files["cert"], files["key"]) if wish == "true" else None
    return Settings(host, port, user, password, database, tls, is_plain=wish == "false", reach=options.reach)
