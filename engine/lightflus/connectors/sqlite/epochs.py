"""What has been committed to a SQLite file: a row per subtask of a sink, written in one transaction with the output.

What it owns: the table `lightflus_epochs`, reading and writing its rows. Inside of transactions that others begin.
What it leaves: what a marker means (`model/markers.py`), the transactions (`sink.py`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from lightflus.connectors.toolbox.epochs import shut_out
from lightflus.model.markers import NOTHING, Marker
from lightflus.ports.sinks import SinkIdentity

EPOCHS_TABLE = "lightflus_epochs"
"""The table of the markers of all jobs that write to the file with checkpoints; made if it is not there."""

_WHO = ("namespace", "job", "incarnation", "sink")
CREATE = (
    f"CREATE TABLE IF NOT EXISTS {EPOCHS_TABLE} ({', '.join(f'{name} TEXT NOT NULL' for name in _WHO)}, "
    "subtask INTEGER NOT NULL, generation INTEGER NOT NULL, epoch INTEGER NOT NULL, "
    f"PRIMARY KEY ({', '.join(_WHO)}, subtask)) WITHOUT ROWID"
)
_IS_OURS = " AND ".join(f"{name} = ?" for name in (*_WHO, "subtask"))
_READ = f"SELECT generation, epoch FROM {EPOCHS_TABLE} WHERE {_IS_OURS}"
_WRITE = (
    f"INSERT INTO {EPOCHS_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "generation = excluded.generation, epoch = excluded.epoch"
)


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

    def read(self, connection: sqlite3.Connection) -> Marker:
        """The marker. Raises SinkFailed: a younger run has been there."""
        row = connection.execute(_READ, self._key()).fetchone()
        found = NOTHING if row is None else Marker(*row)
        if found.shuts_out(self.identity.generation):
            raise shut_out(found, self.identity, self.where)
        return found

    def write(self, connection: sqlite3.Connection, epoch: int) -> None:
        """Sets it, for this run."""
        connection.execute(_WRITE, (*self._key(), self.identity.generation, epoch))

    def _key(self) -> tuple[str, str, str, str, int]:
        who = self.identity
        return who.namespace, who.job, who.incarnation, who.sink, self.subtask
