"""Formats: what turns bytes into rows and back, as connectors are given it, so that they know no format.

What it owns: Protocols of decoders and encoders, and what a decoder answers. Synchronous; any one thread at a time.
What it leaves: the formats themselves (`formats/`), where bytes come from and go to (`sources.py`, `sinks.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pyarrow as pa


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
