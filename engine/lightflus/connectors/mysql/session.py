"""A connection that is made again when it was lost, and chunks that fit into one statement.

What it owns: connecting with patience, what an error does to the connection, how rows are cut. Blocking; one thread at
a time. What it leaves: transactions (`writer.py`, `epochs.py`), what an error means (`faults.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.faults import Fault, ServerError
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SinkFailed
from lightflus.limits import MYSQL_CHUNK_ROWS, MYSQL_WAIT_SECONDS

_ESCAPED = 2
"""How much longer bytes may become as part of a statement: every one of them escaped."""

Connect = Callable[[Settings], Client]


def connect(settings: Settings) -> Client:
    """A connection for writing. Raises ServerError."""
    return Client(settings, wait_seconds=MYSQL_WAIT_SECONDS)


class Session:
    """One writer's way to the server; it connects when it is first used."""

    def __init__(self, settings: Settings, patience: Patience, connect: Connect = connect) -> None:
        self.settings = settings
        self.patience = patience
        self._connect = connect
        self._client: Client | None = None

    def connected(self) -> Client:
        """The connection, made if there is none. Raises Passing, SinkFailed."""
        if self._client is None:
            try:
                self._client = self._connect(self.settings)
            except ServerError as error:
                if error.fault is Fault.AWAY:
                    raise Passing(f"{self.settings.server}: {error.text}") from error
                raise SinkFailed(str(error), where=self.settings.place, hint=error.hint) from error
        return self._client

    def give_up(self, client: Client, error: ServerError) -> None:
        """Ends the transaction, and the connection if that is what failed. Raises Passing for what may pass."""
        reason = f"{self.settings.server}: {error.text}"
        if error.fault is Fault.AWAY:
            self.drop()
            raise Passing(reason) from error
        self.roll_back(client)
        if error.fault is Fault.BUSY:
            raise Passing(reason) from error

    def roll_back(self, client: Client) -> None:
        """Ends the transaction without a trace."""
        try:
            client.roll_back()
        except ServerError:
            self.drop()

    def drop(self) -> None:
        """Ends the connection. Idempotent."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def chunks(self, columns: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Rows in parts that a statement can hold."""
        for begin in range(0, columns.num_rows, MYSQL_CHUNK_ROWS):
            yield from self._small(columns.slice(begin, MYSQL_CHUNK_ROWS))

    def _small(self, chunk: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Halves until the text of each part surely fits; else memory would hold what the server cannot take."""
        if chunk.num_rows < 2 or chunk.nbytes * _ESCAPED < self.patience.call(self.connected).packet_bytes:
            yield chunk
            return
        for half in halves(chunk):
            yield from self._small(half)


def halves(chunk: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Two parts."""
    middle = chunk.num_rows // 2
    return chunk.slice(0, middle), chunk.slice(middle)
