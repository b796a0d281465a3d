"""MariaDB, which speaks MySQL's protocol: one server with data of its own and none of the system's configuration.

What it owns: the data, a user who may do everything, databases made for tests. What it leaves: the process
(`process.py`), and which program it is: it may be a MySQL (`mysqld.py`). It does not run as the superuser: started by
one, it becomes the user that the package made for it. Its temporary tables have a folder of their own, since a server
that starts removes all that it finds there.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from typing import ClassVar, Final

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from tools.servers.certificates import Certificates
from tools.servers.mysqld import mysqld
from tools.servers.ports import HOST
from tools.servers.process import Server

USER: Final = "lightflus"
PASSWORD: Final = "p@ss:word/1"
"""Has the characters that must be escaped in a URI."""
_USERS: Final = f"""\
create user if not exists '{USER}'@'%' identified by '{PASSWORD}';
grant all on *.* to '{USER}'@'%' with grant option;
"""
_ASK_SECONDS: Final = 20


class MariaDb(Server):
    """One MariaDB server. `USER` with `PASSWORD` may do everything.

    Attributes:
        is_mysql: whether it is a MySQL in the place of a MariaDB.
        certificates: of its TLS, or None where it speaks plainly.
    """

    kind: ClassVar[str] = "mariadb"

    def __init__(self, *, port: int | None = None, tls: bool = False) -> None:
        """A server that does not run yet.

        Args:
            port: where it shall listen; None takes a free one.
            tls: whether it offers TLS, and refuses passwords without it.

        Raises:
            ToolMissing: the program is not on this machine.
        """
        self._program = mysqld()
        self.is_mysql = self._program.is_mysql
        super().__init__(port=port)
        self.certificates = Certificates(self.folder) if tls else None
        self._data = self.folder / "data"
        self._owner = _unprivileged()

    def connect(self, database: str | None = None) -> Connection[Cursor]:
        """A connection that commits each statement."""
        return pymysql.connect(
            host=HOST,
            port=self.port,
            user=USER,
            password=PASSWORD,
            database=database,
            autocommit=True,
            connect_timeout=_ASK_SECONDS,
            ssl_ca=str(self.certificates.authority) if self.certificates else None,
        )

    def create_database(self, name: str) -> str:
        """Makes a database, empties it if there was one, and returns its name."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f"drop database if exists `{name}`")
            cursor.execute(f"create database `{name}` character set utf8mb4")
        return name

    def _prepare(self) -> None:
        if self.certificates:
            self.certificates.make()
        (self.folder / "tmp").mkdir()
        (self.folder / "users.sql").write_text(_USERS, encoding="utf-8")
        if self._owner:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, self._owner.pw_uid, self._owner.pw_gid)
        self._run(*self._program.installing, f"--datadir={self._data}", f"--tmpdir={self.folder / 'tmp'}")

    def _command(self) -> Sequence[str]:
        files = {"datadir": "data", "socket": "socket", "pid-file": "pid", "init-file": "users.sql", "tmpdir": "tmp"}
        own = [f"--{option}={self.folder / name}" for option, name in files.items()]
        net = [f"--port={self.port}", f"--bind-address={HOST}", "--skip-name-resolve"]
        tls = self.certificates.mariadb_options() if self.certificates else []
        return [*self._program.serving, *own, *net, *tls]

    def _ask(self) -> None:
        self.connect().close()


def _unprivileged() -> pwd.struct_passwd | None:
    """Who the server shall be when we are the superuser; None is: who we are."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("mysql") or names["nobody"]
