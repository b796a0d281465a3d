"""`mysql:`: rows into a table of a MySQL or MariaDB server, by a statement of the user's or by the table's name.

What it owns: the sink, its options and how it is spelled. What it leaves: all the rest (the package's other files).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.mysql.completing import STATEMENT, TABLE, can_upsert, complete
from lightflus.connectors.mysql.conversion import Convert, JsonOf
from lightflus.connectors.mysql.epochs import MarkerRow, MysqlLog
from lightflus.connectors.mysql.opening import open_plan
from lightflus.connectors.mysql.plan import WritePlan
from lightflus.connectors.mysql.session import Connect, Session, connect
from lightflus.connectors.mysql.settings import Settings, read_settings
from lightflus.connectors.mysql.writer import Writer
from lightflus.connectors.toolbox.epochs import EpochCommitter, ShownWriter, StagedWriter
from lightflus.connectors.toolbox.retry import Patience
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.model.graph import Connector, Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import MYSQL
from lightflus.model.types import VALUE_COLUMN, Field, Type
from lightflus.ports.health import Health
from lightflus.ports.sinks import SinkIdentity, StagingWriter


class MysqlSink:
    """`ports.TransactionalSink` of one table; each writer has a connection of its own."""

    def __init__(
        self, settings: Settings, plan: WritePlan, *, retry_seconds: float, make_client: Connect = connect
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._retry_seconds = retry_seconds
        self._make_client = make_client
        self._identity: SinkIdentity | None = None

    @property
    def delivery(self) -> Delivery:
        """UPSERT where there is a key."""
        return Delivery.UPSERT if self._plan.key else Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> Writer:
        """A writer that connects when it has something to write."""
        return Writer(self._session(health), self._plan)

    def begin(self, identity: SinkIdentity) -> None:
        """Whose markers they are."""
        self._identity = identity

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Rows that are only added wait for their epoch; those that replace others are written at once."""
        if not self._plan.key:
            return StagedWriter(subtask, self._settings.place)
        return ShownWriter(subtask, Writer(self._session(health), self._plan, self._row(subtask).read))

    def committer(self, subtask: int, health: Health) -> EpochCommitter:
        """Makes the table of markers if it is not there, and shuts out older runs. Raises SinkFailed."""
        log = MysqlLog(self._session(health), self._plan, self._row(subtask))
        return EpochCommitter(log, subtask, self._settings.place)

    def _session(self, health: Health) -> Session:
        patience = Patience(self._settings.place, SinkFailed, health, self._retry_seconds)
        return Session(self._settings, patience, self._make_client)

    def _row(self, subtask: int) -> MarkerRow:
        assert self._identity is not None, "whoever writes by epochs has begun"
        return MarkerRow(self._identity, subtask, self._settings.place)

    def close(self) -> None:
        """Nothing is left to close."""


def _open(spec: SinkSpec, options: Options) -> MysqlSink:
    settings = read_settings(options)
    statement, table = options.optional(STATEMENT), options.optional(TABLE)
    retry_seconds = options.number("retry")
    if (statement is None) == (table is None):
        raise BindingInvalid(
            "`mysql:` needs its statement or its table" if table is None else "`mysql:` has a statement and a table",
            where=spec.name,
            hint="give it one: `table` for the fields as columns, or `statement` with a `?` for each field",
        )
    key = spec.key_fields if spec.delivery is Delivery.UPSERT else ()
    plan = open_plan(
        settings, statement=statement, table=table or "", fields=spec.fields, key=key, json_of=_json_of(spec)
    )
    return MysqlSink(settings, plan, retry_seconds=retry_seconds)


def _json_of(spec: SinkSpec) -> JsonOf:
    """Objects and lists as text in the format `json`; null stays null."""

    def conversion(kind: Type) -> Convert:
        encoder = spec.message_encoder([Field(VALUE_COLUMN, kind)])

        def text_of(values: AnyArray) -> AnyArray:
            column = pa.RecordBatch.from_arrays([values], names=[VALUE_COLUMN])
            return pc.cast(pa.array(encoder.encode_messages(column), pa.binary()), pa.utf8())

        return text_of

    return conversion


def _can_upsert(connector: Connector) -> bool:
    return can_upsert(connector)


def _promise(sink: SinkNode) -> Promise:
    if sink.delivery is Delivery.UPSERT:
        return Promise(Guarantee.IN_EFFECT, "rows replace those of their key at once, and an older run is refused")
    return Promise(Guarantee.EXACTLY_ONCE, "each epoch is a transaction, with a row in lightflus_epochs")


SINK = SinkKind(
    MYSQL.address,
    _open,
    can_upsert=_can_upsert,
    complete=complete,
    alternatives=frozenset({"statement", "table", "key"}),
    options=MYSQL.sink,
    promise=_promise,
)
