"""Shapes of requests, written as JSON Schema: the OpenAPI document shows them, and they are what is checked.

What it owns: the part of JSON Schema that our requests need, and telling all that is wrong at once. Pure.
What it leaves: which request has which shape (`routes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast

from lightflus.errors import Problem
from lightflus.limits import NAME_BYTES, OPTION_BYTES, PARALLELISM

Json = dict[str, object]

NAME_PATTERN: Final = r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"
DIGEST_PATTERN: Final = r"^[0-9a-f]{64}$"
TEXT_PATTERN: Final = r"^[^\x00]*$"
"""Any text that can be kept. (JSON can also say half a character, which no schema can tell of.)"""
NAME: Final[Json] = {"type": "string", "pattern": NAME_PATTERN}
DIGEST: Final[Json] = {"type": "string", "pattern": DIGEST_PATTERN}
TEXT: Final[Json] = {"type": "string"}
NUMBER: Final[Json] = {"type": "integer"}


def text(most: int, least: int = 0) -> Json:
    """A text of a request, in characters."""
    bounds: Json = {"minLength": least} if least else {}
    return {"type": "string", "pattern": TEXT_PATTERN, **bounds, "maxLength": most}


def fields(properties: Mapping[str, Json], *, required: tuple[str, ...] = ()) -> Json:
    """An object with these fields and no others."""
    shape: Json = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**shape, "required": list(required)} if required else shape


def listed(item: Json) -> Json:
    """`{"items": [...]}`."""
    return fields({"items": {"type": "array", "items": item}}, required=("items",))


def page(item: Json) -> Json:
    """`{"items": [...], "next_cursor": ...}`; null on the last page."""
    return fields({"items": {"type": "array", "items": item}, "next_cursor": {"type": ["string", "null"]}})


def texts(most: int, values: Json) -> Json:
    """An object of texts by any name."""
    names = text(NAME_BYTES, least=1)
    return {"type": "object", "additionalProperties": values, "propertyNames": names, "maxProperties": most}


NEW_JOB: Final = fields(
    {
        "name": NAME,
        "module": DIGEST,
        "bindings": texts(1_000, text(OPTION_BYTES, least=1)),
        "parallelism": {"type": "integer", "minimum": 1, "maximum": PARALLELISM},
        "options": texts(100, text(OPTION_BYTES)),
    },
    required=("module",),
)
STOP: Final = fields({"mode": {"type": "string", "enum": ["keep", "drain", "cancel"]}})
NEW_NAME: Final = fields({"name": NAME}, required=("name",))

_KINDS: Final[dict[str, type]] = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def problems(shape: Json, value: object, where: str = "") -> Iterator[Problem]:
    """Everything about a value that its shape does not allow; `where` is its path."""
    kind = cast(str, shape["type"])
    if not isinstance(value, _KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        yield Problem(f"a {_name_of(value)} stands where a value of type {kind} belongs", where or "body")
    elif isinstance(value, str):
        yield from _text_problems(shape, value, where)
    elif isinstance(value, dict):
        yield from _object_problems(shape, cast(Json, value), where)
    elif isinstance(value, int):
        least, most = cast(int, shape.get("minimum", value)), cast(int, shape.get("maximum", value))
        if not least <= value <= most:
            yield Problem(f"{value} is out of range", where, f"{least} to {most} are possible")


def _text_problems(shape: Json, value: str, where: str) -> Iterator[Problem]:
    choices = cast("list[str] | None", shape.get("enum"))
    if choices is not None and value not in choices:
        yield Problem("this is not one of the possible values", where, f"possible are {', '.join(choices)}")
    pattern = cast("str | None", shape.get("pattern"))
    if pattern is not None and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield Problem("this text is not of the form that belongs here", where, f"it has to match {pattern}")
    least, most = cast(int, shape.get("minLength", 0)), cast(int, shape.get("maxLength", len(value)))
    if not least <= len(value) <= most:
        yield Problem(f"a text of {len(value):,} characters", where, f"{least} to {most:,} are possible")
    if any("\ud800" <= c <= "\udfff" for c in value):
        yield Problem("the text holds half a character", where, "leave out lone surrogates")


def _object_problems(shape: Json, value: Json, where: str) -> Iterator[Problem]:
    known = cast("dict[str, Json]", shape.get("properties", {}))
    rest = shape.get("additionalProperties", False)
    names = cast(Json, shape.get("propertyNames", TEXT))
    for name in cast("list[str]", shape.get("required", [])):
        if name not in value:
            yield Problem(f"`{name}` is missing", where or "body")
    if len(value) > cast(int, shape.get("maxProperties", len(value))):
        yield Problem(f"{len(value):,} entries are too many", where, f"at most {shape['maxProperties']}")
        return
    for name, item in value.items():
        place = f"{where}.{name[:80]}" if where else name[:80]
        if name in known:
            yield from problems(known[name], item, place)
        elif isinstance(rest, dict):
            yield from problems(names, name, place)
            yield from problems(cast(Json, rest), item, place)
        else:
            yield Problem("there is no such field", place, f"the fields are {', '.join(known) or 'none'}")


def _name_of(value: object) -> str:
    return (
        "null"
        if value is None
        else {"dict": "object", "list": "array", "str": "string", "int": "integer"}.get(
            type(value).__name__, "boolean" if isinstance(value, bool) else "number"
        )
    )
