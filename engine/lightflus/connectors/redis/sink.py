"""`redis:` as a sink: keys, a hash, a sorted set, a stream or a channel.

What it owns: what waits for the next flush. What it leaves: commands (`commands.py`), sending (`sending.py`), when to
flush (the runtime: at most HOLD_MS after a write). Each writer has a connection of its own.
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.redis.checks import check_sink_server
from lightflus.connectors.redis.cluster import ClusterSender
from lightflus.connectors.redis.commands import Commands, commands
from lightflus.connectors.redis.epochs import RedisLog
from lightflus.connectors.redis.guard import Guard
from lightflus.connectors.redis.link import Connect, connect
from lightflus.connectors.redis.sending import Sender, ServerSender
from lightflus.connectors.redis.server import Server, read_server
from lightflus.connectors.redis.target import Target, read_target
from lightflus.connectors.toolbox.epochs import EpochCommitter, ShownWriter, StagedWriter
from lightflus.connectors.toolbox.retry import Patience
from lightflus.connectors.toolbox.rows import last_rows
from lightflus.errors import SinkFailed
from lightflus.limits import HELD_BYTES, HELD_KEYS
from lightflus.model.graph import Delivery
from lightflus.ports.health import Health
from lightflus.ports.sinks import SinkIdentity, StagingWriter


class RedisSink:
    """`ports.TransactionalSink` over one server or cluster."""

    def __init__(self, server: Server, target: Target, sent: Commands, *, connect: Connect = connect) -> None:
        """Looks whether the server would take the commands. Raises BindingInvalid, SinkFailed."""
        self._connect = connect
        self._identity: SinkIdentity | None = None
        self._server = server
        self._target = target
        self._commands = sent
        check_sink_server(server, target, sent.probes(), SinkFailed)

    @property
    def delivery(self) -> Delivery:
        """UPSERT for `set`, `hset` and `zadd`."""
        return Delivery.UPSERT if self._target.is_upserting else Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> UpsertWriter | AppendWriter:
        """A writer with its own connection."""
        sender, key = self._sender(health), self._commands.key
        return AppendWriter(self._commands, sender) if key is None else UpsertWriter(self._commands, key, sender)

    def begin(self, identity: SinkIdentity) -> None:
        """Whose markers they are."""
        self._identity = identity

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Rows that are only added wait for their epoch; those that replace others are written at once."""
        key = self._commands.key
        if key is None:
            return StagedWriter(subtask, self._server.where)
        return ShownWriter(subtask, UpsertWriter(self._commands, key, self._sender(health, self._guard())))

    def committer(self, subtask: int, health: Health) -> EpochCommitter:
        """Shuts out older runs. Raises SinkFailed."""
        log = RedisLog(
            self._server,
            self._patience(health),
            self._commands,
            self._guard(),
            beside=self._target.name.encode(),
            subtask=subtask,
            generation=self._who().generation,
            connect=self._connect,
        )
        return EpochCommitter(log, subtask, self._server.where)

    def close(self) -> None:
        """Connections belong to the writers."""

    def _who(self) -> SinkIdentity:
        assert self._identity is not None, "whoever writes by epochs has begun"
        return self._identity

    def _guard(self) -> Guard:
        return Guard(self._who(), is_cluster=self._server.is_cluster)

    def _patience(self, health: Health) -> Patience:
        return Patience(self._server.where, SinkFailed, health, self._server.retry_seconds)

    def _sender(self, health: Health, guard: Guard | None = None) -> Sender:
        patience = self._patience(health)
        if self._server.is_cluster:
            return ClusterSender(self._server, patience, guard)
        return ServerSender(self._server, patience, guard, self._connect)


class AppendWriter:
    """`ports.SinkWriter` of a stream or channel: every row goes out at once."""

    def __init__(self, sent: Commands, sender: Sender) -> None:
        self._commands = sent
        self._sender = sender

    def write(self, columns: pa.RecordBatch) -> None:
        """Returns when the server has them all."""
        if columns.num_rows:
            self._sender.send(self._commands.steps(columns))

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Idempotent."""
        self._sender.close()


class UpsertWriter:
    """`ports.SinkWriter` of keys: holds batches until `flush`, and sends the last row of each key."""

    def __init__(self, sent: Commands, key: str, sender: Sender) -> None:
        self._commands = sent
        self._key = key
        self._sender = sender
        self._held: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def write(self, columns: pa.RecordBatch) -> None:
        """Holds the rows; flushes early where that many keys wait."""
        self._held.append(columns)
        self._rows += columns.num_rows
        self._bytes += columns.nbytes
        if self._is_full(1):
            self._hold([self._newest()])
            if self._is_full(2):
                self.flush()

    def flush(self) -> None:
        """Everything held is in Redis when it returns."""
        if self._rows:
            self._sender.send(self._commands.steps(self._newest()))
        self._hold([])

    def close(self) -> None:
        """Forgets what it holds. Idempotent."""
        self._hold([])
        self._sender.close()

    def _newest(self) -> pa.RecordBatch:
        whole = pa.Table.from_batches(self._held).combine_chunks().to_batches()
        return last_rows(whole[0], (self._key,))

    def _hold(self, batches: list[pa.RecordBatch]) -> None:
        self._held = batches
        self._rows = sum(batch.num_rows for batch in batches)
        self._bytes = sum(batch.nbytes for batch in batches)

    def _is_full(self, parts: int) -> bool:
        """Whether a part of what may be held is in use: after the whole was, more than half of it were other keys."""
        return self._rows * parts >= HELD_KEYS or self._bytes * parts >= HELD_BYTES


def open_sink(spec: SinkSpec, options: Options) -> RedisSink:
    """The sink that a job asks for. Raises BindingInvalid, SinkFailed."""
    server = read_server(options)
    target = read_target(options, spec.connector.options, spec.name)
    return RedisSink(server, target, commands(spec, target, is_cluster=server.is_cluster))
