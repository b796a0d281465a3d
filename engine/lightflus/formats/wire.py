"""The wire format of Confluent's serialisers: a zero byte and the schema's id, then the body.

What it owns: that header, and what a message is told whose schema the registry does not have.
What it leaves: bodies (`avro.py`, `protobuf.py`). Blocks only to ask the registry.
Source: Confluent's documentation of the wire format.
"""

from __future__ import annotations

from lightflus.codec import leb128
from lightflus.errors import SourceFailed
from lightflus.formats.refusal import SchemaUnavailable
from lightflus.formats.rows import Refused
from lightflus.formats.schema_registry import SchemaRegistry
from lightflus.model.text import counted

HEADER_BYTES = 5
"""The zero byte, and the id as four bytes, big-endian."""


def schema_id(head: bytes) -> int | Refused:
    """The id that the first HEADER_BYTES of a message hold."""
    if len(head) < HEADER_BYTES:
        return Refused(f"a message of {counted(len(head), 'byte')} is too short for a schema's id and a record")
    if head[0]:
        return Refused(
            "the message does not begin with a schema's id (a zero byte and four bytes)",
            "if the messages have none, name their schema by `format.schema` alone",
        )
    return int.from_bytes(head[1:], "big")


def message_indexes(message: bytes) -> tuple[tuple[int, ...], int] | Refused:
    """Which message type of its schema a Protobuf body is of, as a path, and where the body begins.

    Behind the id stands their number and then each index, as zigzag varints; a single zero is short for the first type.
    """
    count, start = _varint(message, HEADER_BYTES)
    if count == 0:
        return (0,), start
    path = []
    while 0 < count <= _MOST_INDEXES and start > 0:
        index, start = _varint(message, start)
        path.append(index)
        count -= 1
    return (tuple(path), start) if path and start > 0 and not count else Refused("the message indexes are cut off")


_MOST_INDEXES = 32
"""Message types nest no deeper than records do."""


def _varint(message: bytes, start: int) -> tuple[int, int]:
    """A zigzag varint and where it ends; (-1, -1) where none is."""
    try:
        value, end = leb128.decoded(message, start, most_bytes=5)
    except leb128.Unfinished:
        return -1, -1
    return (value >> 1) ^ -(value & 1), end


def registered(registry: SchemaRegistry, number: int, kind: str, *, query: str = "") -> str | Refused:
    """The text of a schema by its id. Raises SourceFailed when the registry does not answer."""
    try:
        schema = registry.by_id(number, query=query)
    except SchemaUnavailable as error:
        raise SourceFailed(
            f"schema {number} cannot be had from the registry {registry.url}: {error.reason}",
            hint=error.hint or "option `format.registry` names the registry",
        ) from error
    if schema is None:
        return Refused(f"the registry {registry.url} has no schema {number}")
    return (
        schema.text if schema.kind == kind else Refused(f"schema {number} of the registry is {schema.kind}, not {kind}")
    )
