"""One connection to a MySQL or MariaDB server; the only importer of PyMySQL.

What it owns: logging in, the session's settings, running statements with bound values, and the one mapping of the
driver's exceptions to `ServerError`. Values are escaped by the driver and by nobody else.
What it leaves: when to connect again (`writer.py`), what an error means (`faults.py`). Blocking; one thread at a time.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from lightflus.connectors.mysql.faults import (
    NOT_AVAILABLE,
    NOT_SPEAKING,
    TLS_FAILED,
    TOO_LARGE,
    UNKNOWN_HOST,
    ServerError,
)
from lightflus.connectors.mysql.settings import Settings, Tls
from lightflus.connectors.mysql.version import is_mysql_since
from lightflus.connectors.toolbox.rows import Row
from lightflus.errors import BindingInvalid
from lightflus.limits import MYSQL_CONNECT_SECONDS, MYSQL_LOCK_SECONDS
from lightflus.ports.reach import check_peer

_MODE = "TRADITIONAL,NO_AUTO_VALUE_ON_ZERO"
"""Values that do not fit are errors and never changed; a 0 is a 0. Neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES."""
_SESSION = "SET time_zone = '+00:00', innodb_lock_wait_timeout = %s"
_CUTTING = "SET sql_mode = CONCAT(@@sql_mode, ',TIME_TRUNCATE_FRACTIONAL')"
"""Seconds of a text are cut to the digits of their column; MariaDB does that anyway."""
_CUTTING_SINCE = (8, 0, 1)
_FACTS = "SELECT VERSION(), @@max_allowed_packet"
_MOST_BYTES = 4
"""Of one character in UTF-8."""
_PACKET_HEADER = 16
"""Bytes that a statement's packet has besides it, and some to spare."""


class Client:
    """A connection that is open until an error of fault AWAY, or `close`. Nothing is committed but by `commit`.

    Every method raises ServerError.
    """

    def __init__(self, settings: Settings, *, wait_seconds: float) -> None:
        """Connects and logs in; `wait_seconds` is the longest that an answer may take."""
        with mapped():
            self._connection = _connected(settings, wait_seconds)
            self._cursor = self._connection.cursor()
            self._cursor.execute(_SESSION, (MYSQL_LOCK_SECONDS,))
        version, packet = self.ask(_FACTS)[0]
        self.version = str(version)
        self._packet = int(packet or 0)
        if is_mysql_since(self.version, _CUTTING_SINCE):
            self.ask(_CUTTING)

    @property
    def packet_bytes(self) -> int:
        """The longest statement that the server takes."""
        return self._packet - _PACKET_HEADER

    def ask(self, sql: str, values: Row = ()) -> list[Row]:
        """The rows of a query; `%s` are its placeholders."""
        with mapped():
            self._cursor.execute(sql, values)
            return list(self._cursor.fetchall())

    def prepare(self, statement: str) -> None:
        """Has the server read a statement with `?` placeholders: syntax, tables, columns and rights."""
        with mapped():
            self._cursor.execute("PREPARE lightflus FROM %s", (statement,))
            self._cursor.execute("DEALLOCATE PREPARE lightflus")

    def attempt(self, sql: str) -> None:
        """Runs a statement that changes nothing, to see whether the server would."""
        with mapped():
            self._cursor.execute(sql)
            self._connection.rollback()

    def run(self, sql: str, values: Row) -> None:
        """Runs a statement with `%s` for each value."""
        with mapped():
            text = self._cursor.mogrify(sql, values)
            if len(text) * _MOST_BYTES > self.packet_bytes and (size := len(text.encode())) > self.packet_bytes:
                raise ServerError(TOO_LARGE, f"a statement of {size:,} bytes is longer than the server takes")
            self._cursor.execute(text)

    def run_each(self, sql: str, rows: Iterable[Row]) -> None:
        """Runs a statement once per row, in order. The error's `row` is the one that failed."""
        for number, row in enumerate(rows):
            with mapped(number):
                self._cursor.execute(sql, row)

    def commit(self) -> None:
        """What was run since the last one is durable and seen by others."""
        with mapped():
            self._connection.commit()

    def roll_back(self) -> None:
        """What was run since the last `commit` never was."""
        with mapped():
            self._connection.rollback()

    def close(self) -> None:
        """Idempotent; tells nobody."""
        with suppress(pymysql.Error):
            self._connection.close()


def _connected(settings: Settings, wait_seconds: float) -> Connection[Cursor]:
    context = _tls_context(settings.tls) if settings.tls else None
    connection = pymysql.connect(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        password=settings.password.encode(),  # a str would have to be Latin-1
        database=settings.database,
        charset="utf8mb4",
        sql_mode=_MODE,
        autocommit=False,
        connect_timeout=MYSQL_CONNECT_SECONDS,
        read_timeout=wait_seconds,
        write_timeout=wait_seconds,
        ssl=context,
        ssl_disabled=settings.is_plain,
        program_name="lightflus",
        defer_connect=True,
    )
    connection.connect(_checked_socket(settings))
    return connection


def _checked_socket(settings: Settings) -> socket.socket:
    """What the driver would make, looked at before the server can ask for a password. Raises pymysql.Error."""
    try:
        found = socket.create_connection((settings.host, settings.port), MYSQL_CONNECT_SECONDS)
        check_peer(settings.reach, settings.host, found)
    except OSError as error:
        raise pymysql.OperationalError(2003, str(error)) from error
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return found


def _tls_context(tls: Tls) -> ssl.SSLContext:
    """Checks the server's certificate and name. Raises BindingInvalid: a file that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=tls.ca)
    except OSError as error:
        raise _bad_file("tls.ca", tls.ca, error) from error
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the certificates that MySQL makes for itself would fail
    if tls.cert:
        try:
            context.load_cert_chain(tls.cert, tls.key)
        except OSError as error:
            raise _bad_file("tls.cert` or `tls.key", tls.cert, error) from error
    return context


def _bad_file(option: str, path: str | None, error: OSError) -> BindingInvalid:
    reason = error.strerror or str(error)
    return BindingInvalid(f"cannot be read: {reason}", where=path, hint=f"change the option `{option}` to a PEM file")


@contextmanager
def mapped(row: int | None = None) -> Iterator[None]:
    """Turns whatever the driver raises into a ServerError."""
    try:
        yield
    except pymysql.Error as error:
        raise _server_error(error, row) from error
    except RuntimeError as error:  # a package for a way of logging in is missing
        raise ServerError(NOT_AVAILABLE, str(error), row) from error
    except (ValueError, IndexError, KeyError, struct.error) as error:  # bytes that are no packet of the protocol
        raise ServerError(NOT_SPEAKING, f"the answer cannot be read: {error}", row) from error


def _server_error(error: pymysql.Error, row: int | None) -> ServerError:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 2027
    text = str(error.args[-1]) if error.args else ""
    cause = getattr(error, "original_exception", error.__cause__)
    if isinstance(cause, socket.gaierror):
        return ServerError(UNKNOWN_HOST, f"there is no such host: {cause.strerror}", row)
    if isinstance(cause, ssl.SSLError):
        return ServerError(TLS_FAILED, f"TLS: {cause.reason or cause}", row)
    if isinstance(cause, OSError):
        return ServerError(code, f"cannot be reached: {cause.strerror or cause}", row)
    return ServerError(code, text or "the connection was lost", row)
