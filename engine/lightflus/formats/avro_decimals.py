"""Avro's decimals: two's-complement bytes as the text of the number, or as the number without its point.

What it owns: the conversion, which fastavro calls for a logical type of ours. Pure; any thread.
What it leaves: which of them a schema has (`avro_schema.py`).
"""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias

from fastavro.read import LOGICAL_READERS

_Schema: TypeAlias = "dict[str, object] | None"


class Decimals(Enum):
    """What a decimal becomes."""

    BYTES = "lightflus-bytes"
    TEXT = "lightflus-decimal-text"
    UNSCALED = "lightflus-decimal-unscaled"


def _text(value: bytes, writer: _Schema, reader: _Schema) -> str:
    """`-12.30`: all digits that the scale says."""
    number = _unscaled(value, writer, reader)
    scale = _scale(writer)
    digits = str(abs(number)).rjust(scale + 1, "0")
    point = len(digits) - scale
    return "-" * (number < 0) + digits[:point] + ("." + digits[point:] if scale else "")


def _unscaled(value: bytes, writer: _Schema, reader: _Schema) -> int:
    """The digits as a whole number. Raises ValueError where the reader wants its point elsewhere."""
    if isinstance(reader, dict) and "logicalType" in reader and _scale(reader) != _scale(writer):
        raise ValueError(f"a decimal has scale {_scale(writer)}, not {_scale(reader)}")
    return int.from_bytes(value, "big", signed=True)


def _scale(schema: _Schema) -> int:
    return int(str((schema or {}).get("scale", 0)))


_READERS = {Decimals.TEXT: _text, Decimals.UNSCALED: _unscaled}


def read_default(value: bytes, schema: object) -> object:
    """What a reader makes of a default's bytes: them, unless they are a decimal."""
    if isinstance(schema, dict):
        for decimals, reader in _READERS.items():
            if schema.get("logicalType") == decimals.value:
                return reader(value, schema, None)
    return value


def logical_type(decimals: Decimals) -> str:
    """The logical type that a schema has instead of `decimal`; fastavro knows how to read it from now on."""
    if (reader := _READERS.get(decimals)) is not None:
        LOGICAL_READERS.update({f"{kind}-{decimals.value}": reader for kind in ("bytes", "fixed")})
    return decimals.value
