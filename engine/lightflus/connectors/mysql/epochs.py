"""What has been committed to a database: a row per subtask of a sink, written in one transaction with the output.

What it owns: the table `lightflus_epochs`, and a log that writes an epoch's rows with their marker. Blocking; one
thread at a time. What it leaves: what a marker means (`model/markers.py`), upserts (`writer.py`), the connection
(`session.py`).

A reply that is lost says nothing of whether the transaction got through; its marker does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from lightflus.connectors.mysql.blame import refused, unfit
from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.conversion import Unfit
from lightflus.connectors.mysql.faults import Fault, ServerError
from lightflus.connectors.mysql.plan import WritePlan
from lightflus.connectors.mysql.run import run
from lightflus.connectors.mysql.session import Session, halves
from lightflus.connectors.toolbox.epochs import shut_out
from lightflus.connectors.toolbox.rows import Row
from lightflus.errors import SinkFailed
from lightflus.limits import NAME_BYTES
from lightflus.model.markers import NOTHING, Marker
from lightflus.ports.sinks import SinkIdentity

T = TypeVar("T")

EPOCHS_TABLE = "lightflus_epochs"
"""The table of the markers of all jobs that write to the database with checkpoints; made if it is not there."""

_WHO = ("namespace", "job", "incarnation", "sink")
_CREATE = (
    f"CREATE TABLE IF NOT EXISTS {EPOCHS_TABLE} ("
    + "".join(f"{name} VARBINARY({NAME_BYTES}) NOT NULL, " for name in _WHO)
    + "subtask INT NOT NULL, generation BIGINT NOT NULL, epoch BIGINT NOT NULL, "
    f"PRIMARY KEY ({', '.join(_WHO)}, subtask)) ENGINE = InnoDB"
)
_IS_OURS = " AND ".join(f"{name} = %s" for name in (*_WHO, "subtask"))
_READ = f"SELECT generation, epoch FROM {EPOCHS_TABLE} WHERE {_IS_OURS} FOR UPDATE"
_UPDATE = f"UPDATE {EPOCHS_TABLE} SET generation = %s, epoch = %s WHERE {_IS_OURS}"
_INSERT = (
    f"INSERT INTO {EPOCHS_TABLE} (generation, epoch, {', '.join(_WHO)}, subtask) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


_ENGINE = (
    "SELECT t.engine FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine "
    "WHERE t.table_schema = %s AND t.table_name = %s AND e.transactions = 'NO'"
)


def _check_engine(client: Client, plan: WritePlan) -> None:
    """Raises SinkFailed where an epoch could be there in part."""
    if plan.table is not None and (found := client.ask(_ENGINE, plan.table)):
        raise SinkFailed(
            f"table `{plan.table[1]}` is kept by {found[0][0]!s}, which has no transactions: epochs may be torn",
            where=plan.place,
            hint=f"ALTER TABLE `{plan.table[1]}` ENGINE = InnoDB; or write it without checkpoints",
        )


def _make_table(client: Client) -> None:
    if not client.ask("SHOW TABLES LIKE %s", (EPOCHS_TABLE.replace("_", r"\_"),)):
        client.ask(_CREATE)


def _attempted(session: Session, work: Callable[[Client], T], *, hint: str | None = None) -> T:
    """Does work in a transaction of its own, again and again while that may help. Raises SinkFailed."""

    def attempt() -> T:
        client = session.connected()
        try:
            done = work(client)
            client.commit()
        except ServerError as error:
            session.give_up(client, error)
            raise SinkFailed(
                f"{session.settings.server}: {error}", where=session.settings.place, hint=hint or error.hint
            ) from error
        except BaseException:
            session.roll_back(client)
            raise
        return done

    return session.patience.call(attempt)


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """The marker of one subtask, as this run sees it.

    Attributes:
        identity: who writes.
        subtask: its number.
        where: of errors.
    """

    identity: SinkIdentity
    subtask: int
    where: str

    def read(self, client: Client) -> Marker | None:
        """The marker; it is locked until the transaction ends. Raises ServerError; SinkFailed: a younger run writes."""
        rows = client.ask(_READ, self._key())
        if not rows:
            return None
        found = Marker(*(int(cell or 0) for cell in rows[0]))
        if found.shuts_out(self.identity.generation):
            raise shut_out(found, self.identity, self.where)
        return found

    def write(self, client: Client, epoch: int, *, is_new: bool) -> None:
        """Sets it, for this run. Raises ServerError."""
        client.ask(_INSERT if is_new else _UPDATE, (self.identity.generation, epoch, *self._key()))

    def _key(self) -> Row:
        who = self.identity
        return who.namespace, who.job, who.incarnation, who.sink, self.subtask


class MysqlLog:
    """`toolbox.epochs.EpochLog` over one connection."""

    def __init__(self, session: Session, plan: WritePlan, row: MarkerRow) -> None:
        """Makes the table of markers if it is not there, and shuts out older runs. Raises SinkFailed."""
        self._session = session
        self._plan = plan
        self._row = row
        _attempted(session, lambda client: _check_engine(client, plan))
        _attempted(session, _make_table, hint=f"grant CREATE on the database, or have it made: {_CREATE}")
        self.found()

    def found(self) -> Marker:
        """Shuts out older runs. Raises SinkFailed."""
        return _attempted(self._session, self._claim, hint=_rights(self._session))

    def write(self, batches: Sequence[pa.RecordBatch], epoch: int) -> None:
        """Rows and marker. Raises SinkFailed."""
        chunks = [chunk for batch in batches for chunk in self._session.chunks(self._plan.settled([batch]))]
        is_retry = False

        def attempt(client: Client) -> None:
            nonlocal is_retry
            before = self._row.read(client)
            if is_retry and before is not None and before.epoch == epoch:
                return
            is_retry = True
            for chunk in chunks:
                self._run(client, chunk)
            self._row.write(client, epoch, is_new=before is None)

        _attempted(self._session, attempt)

    def close(self) -> None:
        """Idempotent."""
        self._session.drop()

    def _claim(self, client: Client) -> Marker:
        before = self._row.read(client)
        found = before or NOTHING
        self._row.write(client, found.epoch, is_new=before is None)
        return found

    def _run(self, client: Client, chunk: pa.RecordBatch) -> None:
        """Writes a chunk, or its halves where the server finds it too long. Raises ServerError, SinkFailed."""
        try:
            values = self._plan.values(chunk)
        except Unfit as error:
            raise unfit(error, chunk, self._plan) from error
        try:
            run(client, self._plan, values)
        except ServerError as error:
            if error.fault in (Fault.AWAY, Fault.BUSY):
                raise
            if error.fault is not Fault.LARGE or chunk.num_rows < 2:
                raise refused(error, values, self._plan, self._session.connected) from error
            for half in halves(chunk):
                self._run(client, half)


def _rights(session: Session) -> str:
    where = f"`{session.settings.database}`.{EPOCHS_TABLE}"
    return f"the user needs SELECT, INSERT and UPDATE on {where}, a table as Lightflus makes it"
