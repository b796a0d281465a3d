"""The message around a value: which fields a source's record may have when the graph says `envelope`.

What it owns: their names and types, and the type of the value inside. Pure.
What it leaves: filling them (the connector that has messages), decoding the value (its format).
"""

from __future__ import annotations

from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

VALUE = "value"
"""The field whose type the format decodes."""

_TEXT = (Scalar.UTF8, Scalar.BINARY)
_NUMBER = (Scalar.INT64, Scalar.FLOAT64)
_SCALARS: dict[str, tuple[Scalar, ...]] = {
    "key": _TEXT,
    "timestamp": (Scalar.TIMESTAMP_MS, *_NUMBER),
    "partition": (Scalar.INT32, *_NUMBER),
    "offset": _NUMBER,
    "topic": (Scalar.UTF8,),
}
FIELDS = ("key", VALUE, "timestamp", "partition", "offset", "topic", "headers")
"""Every field that an envelope may have; each may be left out, and any may be nullable."""


def value_type(record: Type) -> Type | None:
    """The type that the format decodes, or None where the envelope has no `value`: then nothing is decoded."""
    fields = record.fields if isinstance(record, StructType) else ()
    return next((field.type for field in fields if field.name == VALUE), None)


def wanted(field: Field) -> str | None:
    """What type an envelope's field should have, in words; None when its type is right."""
    if field.name == VALUE:
        return None
    if field.name == "headers":
        return None if _is_headers(field.type) else "a list of {name: utf8, value: utf8} (value may be binary)"
    allowed = _SCALARS[field.name]
    if _is_one_of(field.type, allowed):
        return None
    return " or ".join(scalar.value for scalar in allowed) + ", nullable or not"


def _is_headers(found: Type) -> bool:
    if not isinstance(found, ListType) or not isinstance(found.item, StructType):
        return False
    fields = {field.name: field.type for field in found.item.fields}
    name, value = fields.get("name"), fields.get("value")
    return len(fields) == 2 and _is_one_of(name, (Scalar.UTF8,)) and _is_one_of(value, _TEXT)


def _is_one_of(found: Type | None, scalars: tuple[Scalar, ...]) -> bool:
    return isinstance(found, ScalarType) and found.scalar in scalars
