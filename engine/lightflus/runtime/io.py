"""The seams between the data plane and the world: formats, sources and sinks.

What it owns: Protocols and the values that cross them; third parties' connectors implement the same ones.
What it leaves: implementations: `formats/` (decoders, encoders), `connectors/` (sources, sinks); guests, the kernel and
threads (`ports.py`). Everything here is synchronous and may block; one thread at a time uses each reader and writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pyarrow as pa

from lightflus.model.graph import Delivery
from lightflus.runtime.batch import Origin

# --- formats --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that a decoder could not read.

    Attributes:
        index: its line in the block, or its message in the list, from 0.
        byte: where in it, from 0.
        reason: what is wrong.
        hint: what would be right, or None.
        raw: its bytes, without a line end.
    """

    index: int
    byte: int
    reason: str
    hint: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of a block or of messages.

    Attributes:
        columns: the good records.
        records: lines or messages taken, good, bad and skipped ones.
        record_of_row: the line or message of each row; None: row i is record i.
        bad: the records that could not be read, in order.
    """

    columns: pa.RecordBatch
    records: int
    record_of_row: pa.Int32Array | None = None
    bad: tuple[BadRecord, ...] = ()


class LineDecoder(Protocol):
    """Turns lines into rows of one record type. Connectors are given one, so that they know no format."""

    def decode_lines(self, block: bytes) -> Decoded:
        """The records of a block of whole lines (the last may lack its LF). Raises nothing for a bad record."""
        ...


@runtime_checkable
class HeadedDecoder(Protocol):
    """A LineDecoder of streams whose first line is no record, but says how to read the others."""

    def headed(self, header: bytes) -> LineDecoder:
        """The decoder of one stream, by its first line. Raises BindingInvalid for a header that it cannot use."""
        ...


class MessageDecoder(Protocol):
    """Turns messages, whose bounds the transport keeps, into rows of one record type."""

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A record per message. A null is a message without a value: a null where the type allows it, else bad."""
        ...


class Encoder(Protocol):
    """Turns rows into lines."""

    def encode(self, columns: pa.RecordBatch) -> bytes:
        """One line per row, each ended by LF."""
        ...


class MessageEncoder(Protocol):
    """Turns rows into messages."""

    def encode_messages(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """One message per row; None is a message without a value."""
        ...


# --- what connectors tell while they work ---------------------------------------------------------------------------


class Health(Protocol):
    """How a connector is doing, for the person who watches. From any thread."""

    def waiting(self, reason: str) -> None:
        """It cannot go on for now: `localhost:6379 refuses connections; try 3, the next in 2 s`."""
        ...

    def fine(self) -> None:
        """It works (again). Cheap: called after every success."""
        ...

    @property
    def is_stopping(self) -> bool:
        """Whether the job is being cancelled: nobody waits any more for what the connector does."""
        ...


# --- sources --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be decoded, with its place: `topic[3]@1077`, `book.txt:12:5`."""

    position: str
    reason: str
    hint: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """Decoded rows of one or several splits.

    Attributes:
        columns: the rows; may be none, where nothing arrived in time or everything was rejected.
        origin: where the rows come from.
        positions: by split, the position after this batch (opaque; what a reader can resume from).
        bytes_read: bytes that the system sent for it.
        rejected: what could not be decoded, in order.
    """

    columns: pa.RecordBatch
    origin: Origin
    positions: Mapping[str, str]
    bytes_read: int
    rejected: tuple[Rejected, ...] = ()


class SourceReader(Protocol):
    """Reads all splits of one subtask, each in order. Used by one thread at a time."""

    def read(self) -> SourceBatch | None:
        """The next rows that have arrived; None when every split has ended (bounded ones do).

        Waits for at most about READ_WAIT_MS, where the system allows a bound. Raises SourceFailed.
        """
        ...

    def add(self, splits: Sequence[str]) -> None:
        """Splits that were found while it runs: they are read from their beginning."""
        ...

    def commit(self, positions: Mapping[str, str]) -> None:
        """All before `positions` is where others can read it. Tells the system, if it keeps such positions."""
        ...

    def lag(self) -> int | None:
        """Records that wait in the system for this reader; None = unknown. Asks nobody: it is called often."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class Source(Protocol):
    """A system that records are read from, opened for one job."""

    @property
    def is_growing(self) -> bool:
        """Whether `splits` may have more later: the runtime then asks every DISCOVERY_MS."""
        ...

    @property
    def is_committing(self) -> bool:
        """Whether it wants `SourceReader.commit`: a barrier then runs through the job every COMMIT_MS."""
        ...

    def splits(self) -> Sequence[str]:
        """The ids of its splits, in a stable order; new ones come last.

        Asked again while the job runs, it answers what it knows for as long as it has patience with its system.
        Raises SourceFailed, BindingInvalid.
        """
        ...

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SourceReader:
        """Opens splits, each at a position; None = where the source's options say that reading starts."""
        ...

    def close(self) -> None:
        """After all readers are closed. Idempotent."""
        ...


class DeadLetters(Protocol):
    """Where records go that could not be decoded, so that nothing is lost and the job goes on."""

    def put(self, source: str, rejected: Sequence[Rejected]) -> None:
        """Keeps records of a source; durable when it returns. From any thread. Raises SinkFailed."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


# --- sinks ----------------------------------------------------------------------------------------------------------


class SinkWriter(Protocol):
    """Writes for one subtask. Used by one thread at a time."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Takes rows of the sink's fields; may hold them until `flush`. Raises SinkFailed."""
        ...

    def flush(self) -> None:
        """When it returns, all that was written is where others can read it. Raises SinkFailed.

        A write or flush that failed for a while is tried again inside, within the sink's patience; what was taken is
        kept until it has succeeded.
        """
        ...

    def close(self) -> None:
        """Releases what it holds, without a flush. Idempotent."""
        ...


class Sink(Protocol):
    """A system that records are written to, opened for one job."""

    @property
    def delivery(self) -> Delivery:
        """Whether a write appends or replaces the last one of its key."""
        ...

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """A writer for one subtask. Raises SinkFailed when the sink cannot be written at all."""
        ...

    def close(self) -> None:
        """After all writers are closed. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Committable:
    """What one subtask wrote in one epoch, for a sink that shows it only when the checkpoint is complete.

    `data` holds the output itself (or names where it durably lies): never a handle to a transaction that is open, since
    that ends with the process. `generation` counts the job's restarts; `epoch` is the checkpoint's number.
    """

    generation: int
    epoch: int
    subtask: int
    data: bytes


class StagingWriter(Protocol):
    """Collects what one subtask writes, epoch by epoch. Used by one thread at a time."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Takes rows of the sink's fields."""
        ...

    def prepare(self, generation: int, epoch: int) -> Committable:
        """All since the last `prepare`; nobody can read it yet."""
        ...

    def close(self) -> None:
        """Forgets what was not prepared. Idempotent."""
        ...


class Committer(Protocol):
    """Makes committables of one subtask visible. Used by one thread at a time."""

    def commit(self, committable: Committable) -> None:
        """Makes it visible: once, however often this is called, also by a successor after a crash in the middle.

        Raises SinkFailed; in particular for a committable of an older generation than one that has committed.
        """
        ...

    def abort(self, committable: Committable) -> None:
        """It will never be committed: releases what it refers to. Idempotent."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class TransactionalSink(Sink, Protocol):
    """A sink that can write exactly once, given checkpoints."""

    def staging_writer(self, subtask: int, health: Health) -> StagingWriter:
        """Collects for one subtask."""
        ...

    def committer(self, subtask: int, health: Health) -> Committer:
        """Commits for one subtask; of two for the same one, the older is shut out."""
        ...
