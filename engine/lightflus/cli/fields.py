"""`--fields name:string,count:number?`: a record type on the command line.

What it owns: its grammar: names and plain types, as Lightflus or TypeScript calls them; `?` behind one that may be
null. Pure. What it leaves: what has parts: lists and objects are looked at raw.
"""

from __future__ import annotations

from lightflus.errors import UserError
from lightflus.model.types import Field, Scalar, ScalarType, StructType

_TYPESCRIPT = {
    "string": Scalar.UTF8,
    "number": Scalar.FLOAT64,
    "boolean": Scalar.BOOL,
    "bigint": Scalar.INT64,
    "date": Scalar.DATE32,
}
_TYPES = {**{scalar.value: scalar for scalar in Scalar}, **_TYPESCRIPT}


def record_of(text: str) -> StructType:
    """The record type. Raises UserError."""
    fields = [_field(part.strip()) for part in text.split(",")]
    names = [field.name for field in fields]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"--fields names `{twice}` twice", hint="give each field a name of its own")
    return StructType(tuple(fields))


def _field(text: str) -> Field:
    name, _, kind = text.partition(":")
    scalar = _TYPES.get(kind.removesuffix("?"))
    if not name or scalar is None:
        raise UserError(
            f"--fields has `{text}`, which is no field",
            hint=f"a field is name:type, or name:type? where it may be null; types are {', '.join(_TYPES)}",
        )
    return Field(name, ScalarType(scalar, nullable=kind.endswith("?")))
