"""The programs that can be the server of `mariadb.py`: MariaDB's own, or a `mysqld` that the environment names.

What it owns: their options. What it leaves: the process and its files (`mariadb.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tools.servers.process import program

VARIABLE: Final = "LIGHTFLUS_MYSQLD"
"""Environment variable: the path of a MySQL's `mysqld`, which is run in the place of MariaDB."""
_COMMON: Final = ("--innodb-buffer-pool-size=64M", "--performance-schema=OFF")


@dataclass(frozen=True, slots=True)
class Mysqld:
    """How one of them is run.

    Attributes:
        is_mysql: whether it is MySQL's.
        installing: makes an empty data folder.
        serving: becomes the server.
    """

    is_mysql: bool
    installing: Sequence[str]
    serving: Sequence[str]


def mysqld() -> Mysqld:
    """MySQL where `VARIABLE` names it, else MariaDB. Raises ToolMissing."""
    named = os.environ.get(VARIABLE)
    return _mysql(program(named)) if named else _mariadb()


def _mariadb() -> Mysqld:
    options = (*_COMMON, "--innodb-log-file-size=32M")
    root = "--auth-root-authentication-method=normal"
    install = (program("mariadb-install-db"), "--no-defaults", root, "--skip-test-db", "--skip-name-resolve")
    return Mysqld(False, (*install, *options), (program("mariadbd"), "--no-defaults", *options))


def _mysql(path: str) -> Mysqld:
    base = (path, "--no-defaults", "--secure-file-priv=NULL", *_COMMON, "--innodb-redo-log-capacity=32M")
    return Mysqld(True, (*base, "--initialize-insecure"), (*base, "--mysqlx=OFF", "--skip-log-bin"))
