"""Writes rows for one subtask: holds them, sends them in chunks, each a transaction, and tries again while that helps.

What it owns: what is held, and when it is tried again. What it leaves: the connection (`session.py`), what is sent
(`plan.py`), finding the record that is refused (`blame.py`). Blocking; one thread at a time.

A chunk is sent again as a whole when its connection is lost, and then nobody knows whether it had been committed: an
upsert comes to the same, a plain INSERT may stand there twice.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from lightflus.connectors.mysql.blame import refused, unfit
from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.conversion import Unfit
from lightflus.connectors.mysql.faults import DUPLICATE, Fault, ServerError
from lightflus.connectors.mysql.plan import Values, WritePlan
from lightflus.connectors.mysql.run import rows, run
from lightflus.connectors.mysql.session import Session, halves
from lightflus.errors import SinkFailed
from lightflus.limits import HELD_BYTES, HELD_KEYS

_WORTHWHILE = 0.5
"""What may be left of a full hold when only the last row of each key is kept; else that would be done too often."""


class Writer:
    """`ports.SinkWriter` of one table."""

    def __init__(self, session: Session, plan: WritePlan, check: Callable[[Client], object] | None = None) -> None:
        """`check` is called in each transaction, and raises SinkFailed where this run must not write any more."""
        self._session = session
        self._plan = plan
        self._check = check
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
            for chunk in self._session.chunks(self._plan.settled(self._held)):
                self._send(chunk)
            self._hold([])

    def close(self) -> None:
        """Forgets what it holds."""
        self._hold([])
        self._session.drop()

    def _is_over(self, share: float) -> bool:
        return self._rows >= HELD_KEYS * share or self._bytes >= HELD_BYTES * share

    def _hold(self, batches: list[pa.RecordBatch]) -> None:
        self._held = batches
        self._rows = sum(batch.num_rows for batch in batches)
        self._bytes = sum(batch.nbytes for batch in batches)

    def _send(self, chunk: pa.RecordBatch) -> None:
        """Writes a chunk, or its halves where the server finds it too long. Raises SinkFailed."""
        try:
            values = self._plan.values(chunk)
        except Unfit as error:
            raise unfit(error, chunk, self._plan) from error
        try:
            self._session.patience.call(lambda: self._attempt(values))
        except ServerError as error:
            if error.fault is not Fault.LARGE or chunk.num_rows < 2:
                raise refused(error, values, self._plan, self._session.connected) from error
            for half in halves(chunk):
                self._send(half)

    def _attempt(self, values: Values) -> None:
        """One transaction. Raises Passing for what may pass, ServerError for what will not."""
        client = self._session.connected()
        try:
            self._look(client)
            run(client, self._plan, values)
        except ServerError as error:
            self._session.give_up(client, error)
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
            self._session.give_up(client, error)
            raise

    def _look(self, client: Client) -> None:
        """Whether this run may still write. Raises SinkFailed, ServerError."""
        try:
            if self._check is not None:
                self._check(client)
        except SinkFailed:
            self._session.roll_back(client)
            raise

    def _was_committed(self, values: Values) -> bool:
        """Whether an INSERT fails only since its first try got through, when just the answer was lost.

        A transaction is there as a whole or not at all: then its first and its last row are both there.
        """
        last = len(values[0])
        return self._is_in_doubt and self._is_there(rows(values, 0, 1)) and self._is_there(rows(values, last - 1, last))

    def _is_there(self, row: Values) -> bool:
        client = self._session.connected()
        try:
            run(client, self._plan, row)
        except ServerError as error:
            self._session.give_up(client, error)
            return error.code == DUPLICATE
        client.roll_back()
        return False
