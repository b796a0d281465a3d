"""The wire format of Confluent's serialisers: a zero byte and the schema's id, then the body.

What it owns: that header. What it leaves: bodies (`avro.py`, `protobuf.py`). Pure; any thread.
Source: Confluent's documentation of the wire format.
"""

from __future__ import annotations

from lightflus.formats.rows import Refused

HEADER_BYTES = 5
"""The zero byte, and the id as four bytes, big-endian."""


def schema_id(head: bytes) -> int | Refused:
    """The id that the first HEADER_BYTES of a message hold."""
    if len(head) < HEADER_BYTES:
        return Refused(f"a message of {len(head)} bytes is too short for a schema's id and a record")
    if head[0]:
        return Refused(
            "the message does not begin with a schema's id (a zero byte and four bytes)",
            "if the messages have none, name their schema by `format.schema` alone",
        )
    return int.from_bytes(head[1:], "big")
