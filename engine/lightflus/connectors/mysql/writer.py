"""Writes rows for one subtask: holds them, sends them in chunks, each a transaction, and tries again while that helps.

What it owns: one connection, what is held, retries and reconnecting. What it leaves: what is sent (`plan.py`), which
error is which (`faults.py`), finding the record that is refused (`blame.py`). Blocking; one thread at a time.

A chunk is sent again as a whole when its connection is lost, and then nobody knows whether it had been committed: an
upsert comes to the same, a plain INSERT may stand there twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lightflus.connectors.mysql.blame import refused, unfit
from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.conversion import Unfit
from lightflus.connectors.mysql.faults import DUPLICATE, Fault, ServerError
from lightflus.connectors.mysql.plan import Values, WritePlan
from lightflus.connectors.mysql.run import rows, run
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.toolbox.retry import Passing, Patience
from lightflus.errors import SinkFailed
from lightflus.limits import HELD_BYTES, HELD_KEYS, MYSQL_CHUNK_ROWS, MYSQL_WAIT_SECONDS

_ESCAPED = 2
"""How much longer bytes may become as part of a statement: every one of them escaped."""
_WORTHWHILE = 0.5
"""What may be left of a full hold when only the last row of each key is kept; else that would be done too often."""


class Writer:
    """`ports.SinkWriter` of one table."""

    def __init__(self, settings: Settings, plan: WritePlan, patience: Patience) -> None:
        self._settings = settings
        self._plan = plan
        self._patience = patience
        self._client: Client | None = None
        self._held: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0
        self._is_in_doubt = False

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; of an upsert the last one per key. Flushes early when too much is held."""
        if columns.num_rows == 0:
            return
        self._held.append(columns)
        self._rows += columns.num_rows
        self._bytes += columns.nbytes
        if not self._is_over(1.0):
            return
        if self._plan.key:
            self._hold([self._plan.settled(self._held)])
        if self._is_over(_WORTHWHILE):
            self.flush()

    def flush(self) -> None:
        """All that is held is committed when it returns."""
        if self._held:
            for chunk in self._chunks(self._plan.settled(self._held)):
                self._send(chunk)
            self._hold([])

    def close(self) -> None:
        """Forgets what it holds."""
        self._hold([])
        self._drop()

    def _is_over(self, share: float) -> bool:
        return self._rows >= HELD_KEYS * share or self._bytes >= HELD_BYTES * share

    def _hold(self, batches: list[pa.RecordBatch]) -> None:
        self._held = batches
        self._rows = sum(batch.num_rows for batch in batches)
        self._bytes = sum(batch.nbytes for batch in batches)

    def _chunks(self, columns: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        for begin in range(0, columns.num_rows, MYSQL_CHUNK_ROWS):
            yield from self._small(columns.slice(begin, MYSQL_CHUNK_ROWS))

    def _small(self, chunk: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Halves until the text of each part surely fits; else memory would hold what the server cannot take."""
        if chunk.num_rows < 2 or chunk.nbytes * _ESCAPED < self._patience.call(self._connected).packet_bytes:
            yield chunk
            return
        for half in _halves(chunk):
            yield from self._small(half)

    def _send(self, chunk: pa.RecordBatch) -> None:
        """Writes a chunk, or its halves where the server finds it too long. Raises SinkFailed."""
        try:
            values = self._plan.values(chunk)
        except Unfit as error:
            raise unfit(error, chunk, self._plan) from error
        try:
            self._patience.call(lambda: self._attempt(values))
        except ServerError as error:
            if error.fault is not Fault.LARGE or chunk.num_rows < 2:
                raise refused(error, values, self._plan, self._connected) from error
            for half in _halves(chunk):
                self._send(half)

    def _attempt(self, values: Values) -> None:
        """One transaction. Raises Passing for what may pass, ServerError for what will not."""
        client = self._connected()
        try:
            run(client, self._plan, values)
        except ServerError as error:
            self._give_up(client, error)
            if error.code != DUPLICATE or not self._was_committed(values):
                raise
        else:
            self._commit(client)
        self._is_in_doubt = False

    def _commit(self, client: Client) -> None:
        try:
            client.commit()
        except ServerError as error:
            self._is_in_doubt = error.fault is Fault.AWAY
            self._give_up(client, error)
            raise

    def _give_up(self, client: Client, error: ServerError) -> None:
        """Ends the transaction, and the connection if that is what failed. Raises Passing for what may pass."""
        reason = f"{self._settings.server}: {error.text}"
        if error.fault is Fault.AWAY:
            self._drop()
            raise Passing(reason) from error
        try:
            client.roll_back()
        except ServerError:
            self._drop()
        if error.fault is Fault.BUSY:
            raise Passing(reason) from error

    def _was_committed(self, values: Values) -> bool:
        """Whether an INSERT fails only since its first try got through, when just the answer was lost.

        A transaction is there as a whole or not at all: then its first and its last row are both there.
        """
        last = len(values[0])
        return self._is_in_doubt and self._is_there(rows(values, 0, 1)) and self._is_there(rows(values, last - 1, last))

    def _is_there(self, row: Values) -> bool:
        client = self._connected()
        try:
            run(client, self._plan, row)
        except ServerError as error:
            self._give_up(client, error)
            return error.code == DUPLICATE
        client.roll_back()
        return False

    def _connected(self) -> Client:
        """The connection, made if there is none. Raises Passing, SinkFailed."""
        if self._client is None:
            try:
                self._client = Client(self._settings, wait_seconds=MYSQL_WAIT_SECONDS)
            except ServerError as error:
                if error.fault is Fault.AWAY:
                    raise Passing(f"{self._settings.server}: {error.text}") from error
                raise SinkFailed(str(error), where=self._settings.place, hint=error.hint) from error
        return self._client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def _halves(chunk: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    middle = chunk.num_rows // 2
    return chunk.slice(0, middle), chunk.slice(middle)
