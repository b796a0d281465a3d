"""Avro schemas: their source, and which of them can be rows of a declared record type.

What it owns: the mapping of types (docs/formats.md, "Avro"), checked field by field before a record is read.
What it leaves: reading records (`avro.py`), getting schemas (`schema_registry.py`). Pure; any thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

from fastavro import parse_schema
from fastavro.schema import SchemaParseException, UnknownType

from lightflus.formats.avro_decimals import Decimals, logical_type, read_default
from lightflus.formats.refusal import SchemaMismatch, joined, mismatch
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type

Schema: TypeAlias = "str | list[Schema] | dict[str, Schema]"
"""A schema as JSON."""

_NO_SCHEMA = (SchemaParseException, UnknownType, AttributeError, KeyError, TypeError, ValueError, RecursionError)
_INTEGERS = frozenset(Scalar(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64))
_TAKES: Mapping[str, frozenset[Scalar]] = {
    "boolean": frozenset({Scalar.BOOL}),
    "int": _INTEGERS | {Scalar.FLOAT64},
    "long": _INTEGERS | {Scalar.FLOAT64},
    "float": frozenset({Scalar.FLOAT32, Scalar.FLOAT64}),
    "double": frozenset({Scalar.FLOAT64}),
    "string": frozenset({Scalar.UTF8}),
    "enum": frozenset({Scalar.UTF8}),
    "bytes": frozenset({Scalar.BINARY}),
    "fixed": frozenset({Scalar.BINARY}),
}
_TAKES_LOGICAL: Mapping[str, frozenset[Scalar]] = {
    "date": frozenset({Scalar.DATE32}),
    "timestamp-millis": frozenset({Scalar.TIMESTAMP_MS}),
    "local-timestamp-millis": frozenset({Scalar.TIMESTAMP_MS}),
    "timestamp-micros": frozenset({Scalar.TIMESTAMP_US}),
    "local-timestamp-micros": frozenset({Scalar.TIMESTAMP_US}),
}
"""What a logical type can be beside what its underlying type can."""
_DECIMALS = {
    Scalar.UTF8: Decimals.TEXT,
    Scalar.BINARY: Decimals.BYTES,
    **dict.fromkeys(_INTEGERS, Decimals.UNSCALED),
}
_HINTS = {
    "decimal": "declare it a string, or an integer (`bigint`) to get its digits without the point",
    "map": "write it as an array of records with the fields `key` and `value`",
    "long": "declare it int64, or float64 (`number`)",
    "int": "declare it int32, or float64 (`number`)",
    "string": "declare it a string",
    "enum": "declare it a string",
}


@dataclass(frozen=True, slots=True)
class AvroSchema:
    """A schema that can be read, as fastavro wants it: without logical types, but where decimals are not bytes.

    Attributes:
        plain: the schema.
        decimals: what the decimals of its records become.
    """

    plain: Schema
    decimals: Decimals


def readable(text: str, record: Type) -> AvroSchema:
    """The schema, if its records can be rows of `record`. Raises SchemaMismatch."""
    source, named = _source(text, _as_it_is)
    check = _Check(named)
    check.value(source, record, "")
    if len(check.decimals) > 1:
        raise SchemaMismatch("some decimals are declared strings, others are not", "declare all decimals alike")
    return parsed(text, next(iter(check.decimals), Decimals.BYTES))


def parsed(text: str, decimals: Decimals = Decimals.BYTES) -> AvroSchema:
    """The schema, whatever its records are. Raises SchemaMismatch for one that no reader survives."""
    plain, named = _source(text, lambda schema: _stripped(schema, decimals))
    _Sizes(named).least(plain, ())
    _read_defaults(plain)
    return AvroSchema(plain, decimals)


def _as_it_is(schema: Schema) -> Schema:
    return schema


def _source(text: str, prepared: Callable[[Schema], Schema]) -> tuple[Schema, dict[str, Schema]]:
    """The schema as fastavro has parsed it, and its parts by their full names."""
    named: dict[str, Schema] = {}
    try:
        schema = cast(Schema, json.loads(text)) if text.lstrip()[:1] in ("{", "[", '"') else text.strip()
        source = prepared(schema)
        return cast(Schema, parse_schema(source, cast("dict[str, dict[str, object]]", named))), named
    except _NO_SCHEMA as error:
        raise SchemaMismatch(f"this is no Avro schema: {type(error).__name__}: {error}") from error


class _Sizes:
    """Finds what no reader survives: types without a bound on their values' depth or on their number in few bytes."""

    def __init__(self, named: Mapping[str, Schema]) -> None:
        self._named = named
        self._sizes: dict[str, int] = {}

    def least(self, schema: Schema, inside: tuple[str, ...]) -> int:
        """The least bytes of a value, where all above 1 are 1; `inside` are the named types around it.

        Raises:
            SchemaMismatch: a type that contains itself, or items without bytes, of which a few bytes hold billions.
        """
        if isinstance(schema, list):
            return min((1, *(1 + self.least(branch, inside) for branch in schema)))
        if isinstance(schema, dict):
            return self._least_of_parts(schema, inside)
        if schema in inside:
            raise SchemaMismatch(f"type `{schema}` contains itself", "a record's depth must have a bound")
        if schema in self._named and schema not in self._sizes:
            self._sizes[schema] = self.least(self._named[schema], inside)
        return self._sizes.get(schema, schema != "null")

    def _least_of_parts(self, schema: dict[str, Schema], inside: tuple[str, ...]) -> int:
        within = (*inside, str(schema["name"])) if "name" in schema else inside
        match schema["type"]:
            case "array" | "map" as kind:
                items = self.least(schema["items" if kind == "array" else "values"], within)
                if kind == "array" and not items:
                    raise SchemaMismatch("the items of an array have no bytes", "their number must have a bound")
                return 1
            case "record" | "error":
                return max((0, *(self.least(field["type"], within) for field in _fields(schema))))
            case "fixed":
                return min(1, int(str(schema["size"])))
            case "enum":
                return 1
            case inner:
                return self.least(inner, within)


def _fields(schema: dict[str, Schema]) -> list[dict[str, Schema]]:
    return cast("list[dict[str, Schema]]", schema["fields"])


def _read_defaults(schema: Schema) -> None:
    """Makes bytes, or what decimals become, of defaults that a schema spells as text: fastavro would leave them so."""
    if isinstance(schema, list):
        for branch in schema:
            _read_defaults(branch)
    if not isinstance(schema, dict):
        return
    for part in (schema.get(name) for name in ("type", "items", "values")):
        _read_defaults(part or "null")
    for field in _fields(schema) if "fields" in schema else ():
        kind = field["type"][0] if isinstance(field["type"], list) else field["type"]
        if isinstance(field.get("default"), str) and _name(kind) in ("bytes", "fixed"):
            written = cast(str, field["default"]).encode("latin-1", errors="replace")
            field["default"] = cast(Schema, read_default(written, kind))
        _read_defaults(field["type"])


def _stripped(schema: Schema, decimals: Decimals) -> Schema:
    if isinstance(schema, list):
        return [_stripped(part, decimals) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _stripped(part, decimals) for name, part in schema.items() if name != "logicalType"}
    return {**plain, "logicalType": logical_type(decimals)} if _logical(schema) == "decimal" else plain


class _Check:
    """Walks a schema along the declared type."""

    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named
        self.decimals: set[Decimals] = set()
        """What the declared ones are declared to be."""

    def value(self, schema: Schema, kind: Type, path: str) -> None:
        schema = self._one(schema, kind, path)
        name, logical = _name(schema), _logical(schema)
        match kind:
            case StructType() if name == "record":
                self._record(cast("dict[str, Schema]", schema), kind, path)
            case ListType(item) if name == "array":
                self.value(cast("dict[str, Schema]", schema)["items"], item, f"{path}[]")
            case ScalarType(scalar) if logical == "decimal" and scalar in _DECIMALS:
                self.decimals.add(_DECIMALS[scalar])
            case ScalarType(scalar) if logical != "decimal" and _takes(name, logical, scalar):
                pass
            case _:
                raise mismatch(path, kind, _shown(schema), _HINTS.get(logical) or _HINTS.get(name))

    def _one(self, schema: Schema, kind: Type, path: str) -> Schema:
        """The one type beside null; names resolved."""
        branches = schema if isinstance(schema, list) else [schema]
        values = [branch for branch in branches if _name(branch) != "null"]
        if len(values) != 1:
            what = f"a union of {', '.join(map(_shown, branches))}" if values else "null alone"
            raise mismatch(path, kind, what, "a field may have null and one other type")
        value = values[0]
        return self._named.get(value, value) if isinstance(value, str) else value

    def _record(self, schema: dict[str, Schema], kind: StructType, path: str) -> None:
        written = {str(field["name"]): field for field in _fields(schema)}
        for field in kind.fields:
            inner = joined(path, field.name)
            if field.name in written:
                self.value(written[field.name]["type"], field.type, inner)
            elif not field.type.nullable:
                raise SchemaMismatch(
                    f"field `{inner}` ({field.type}) is not in the schema, which has {', '.join(written) or 'none'}",
                    "declare it nullable (optional), or leave it out",
                )


def _takes(name: str, logical: str, scalar: Scalar) -> bool:
    return scalar in _TAKES.get(name, ()) or scalar in _TAKES_LOGICAL.get(logical, ())


def _name(schema: Schema) -> str:
    """`record`, `long`, ...; a reference is its own name."""
    if isinstance(schema, dict):
        inner = schema["type"]
        return inner if isinstance(inner, str) else _name(inner)
    return schema if isinstance(schema, str) else "union"


def _logical(schema: Schema) -> str:
    return str(schema.get("logicalType", "")) if isinstance(schema, dict) else ""


def _shown(schema: Schema) -> str:
    return _logical(schema) or _name(schema)
