"""Reads proto/connectors/*.json: the one place where an option of a connector is named, typed, defaulted and described.

What it owns: the form of those files (a word that the dataclasses below do not have is refused), fragments (`{"use":
"tls"}` stands for the options of that name in shared.json), numbers by the name of their limit.
What it leaves: what is made of it, a file per language beside this one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from lightflus import limits

ROOT = Path(__file__).resolve().parents[2]
Json = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the SDKs spell an option."""

    name: str  # in TypeScript; the option's unless told, without its kind. Rust has it in snake case
    rust: str | bool = True  # another name in Rust; False = Rust has none
    argument: str = "name"  # what its parameter is called
    type: str = ""  # of the parameter, where it is another than the option's: a name in `enums`, time, offsets, schema
    value: str = ""  # it has no parameter, and says this
    least: int | None = None  # of a number, where the SDKs ask for more than the engine
    group: str = ""  # it takes all options that begin with this and a dot
    does: tuple[str, ...] = ()  # a method written by hand that it calls with these texts and its argument
    may_fail: bool = False  # what it does can find its argument wrong, and is told where the user wrote it
    about: str = ""  # what it does, where the option's description does not say it


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a connector, in the engine's spelling; docs/connectors.md says what each word means."""

    name: str
    type: str
    about: str
    role: str = ""
    names: str = ""
    required: bool = False
    default: str | int = ""
    otherwise: str = ""  # what holds without it, for people, where that is no value
    least: int = 0
    most: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    method: tuple[Method, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)  # of a prefix: by what they name, what may follow it
    kept: Mapping[str, str] = field(
        default_factory=dict
    )  # of a prefix: what may not follow it, and what to use instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field that a sink writes: `ts` is the type that its function answers, `parameter` makes that generic."""

    name: str
    rust: str
    about: str
    ts: str = ""
    parameter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of the SDKs that describes a source, a sink or a connection; `base` is the part written by hand."""

    name: str
    kind: str
    role: str
    about: str
    only: str = ""  # the language that has it, where the others do not
    base: str = ""
    what: str = ""
    needs: tuple[str, ...] = ()
    rust: str = ""
    makes: str = ""
    is_new: bool = False
    factory: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    methods: tuple[tuple[Option, Method], ...] = ()

    @property
    def records(self) -> str:
        """The type parameter of a sink."""
        return "<T>" if self.role == "sink" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A kind of connector: one file, or one of those in a file."""

    kind: str
    roles: tuple[str, ...]
    options: tuple[Option, ...]
    address: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    classes: tuple[Class, ...] = ()
    formats: tuple[Mapping[str, str], ...] = ()  # with what TypeScript's parameter is


def _read(name: str) -> object:
    return json.loads((ROOT / "proto" / "connectors" / name).read_text(encoding="utf-8"))


@cache
def shared(part: str) -> Mapping[str, Json]:
    """A part of shared.json: `fragments`, `groups` or `enums`."""
    return cast(Mapping[str, Mapping[str, Json]], _read("shared.json"))[part]


@cache
def connectors() -> tuple[Connector, ...]:
    """All of them, sorted by file."""
    names = sorted(path.name for path in (ROOT / "proto" / "connectors").glob("*.json"))
    return tuple(_connector(one) for name in names if name != "shared.json" for one in _list(_read(name)))


def classes(language: str = "") -> tuple[Class, ...]:
    """The classes of all connectors that a language has."""
    return tuple(one for connector in connectors() for one in connector.classes if one.only in ("", language))


def formats() -> list[tuple[str, str, str]]:
    """Name, parameter in TypeScript and description of every format."""
    found = [one for connector in connectors() for one in connector.formats]
    return [(one["name"], one.get("ts", ""), one["about"]) for one in found]


def factories() -> Mapping[str, list[Class]]:
    """Classes by the one that starts their description."""
    names = dict.fromkeys(one.factory["name"] for one in classes() if one.factory)
    return {name: [one for one in classes() if one.factory.get("name") == name] for name in names}


def group(name: str) -> dict[str, Option]:
    """The options that are said together, by the names that they have there: those below `name.`, or some of them."""
    words = shared("groups")[name]
    prefix = f"{words.get('under', name)}."
    found = {o.name.removeprefix(prefix): o for one in connectors() for o in one.options if o.name.startswith(prefix)}
    return {short: found[short] for short in cast(list[str], words.get("options", list(found)))}


def words_of(enum: str) -> Mapping[str, str]:
    """The words of an enum with what each means."""
    return cast(Mapping[str, str], shared("enums")[enum]["words"])


def _list(read: object) -> list[Json]:
    return cast(list[Json], read if isinstance(read, list) else [read])


def _made(form: type[T], read: Json, **more: object) -> T:
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in read.items()}
    return form(**{**plain, **more})


def _connector(read: Json) -> Connector:
    options = tuple(_option(one, f"{read['kind']}.") for one in _spread(_list(read["options"])))
    made = tuple(_class(one, str(read["kind"]), options) for one in _list(read.get("classes", [])))
    return _made(Connector, read, options=options, classes=made)


def _class(read: Json, kind: str, options: tuple[Option, ...]) -> Class:
    columns = tuple(_made(Column, one) for one in _list(read.get("columns", [])))
    methods = tuple((o, method) for o in options if o.role in ("", read["role"]) for method in o.method)
    return _made(Class, read, kind=kind, columns=columns, methods=methods)


def _spread(entries: list[Json]) -> Iterator[Json]:
    for entry in entries:
        if "use" not in entry:
            yield entry
            continue
        changes = cast(Mapping[str, Json], entry.get("set", {}))
        for one in _spread(_list(shared("fragments")[str(entry["use"])])):
            if str(one["name"]) in cast(list[str], entry.get("only", [one["name"]])):
                yield {**one, **changes.get(str(one["name"]), {})}


def _option(read: Json, kind: str) -> Option:
    numbers = {key: getattr(limits, str(read[key]), read[key]) for key in ("default", "least", "most") if key in read}
    name = str(read["name"]).removeprefix(kind)
    methods = tuple(_made(Method, {"name": name, **one}) for one in _list(read.get("method", [])))
    return _made(Option, read, **numbers, method=methods)
