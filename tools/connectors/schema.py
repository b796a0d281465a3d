"""Reads proto/connectors/*.json: the one place where an option of a connector is named, typed, defaulted and described.

What it owns: the form of those files (the dataclasses below: a word that they do not have is refused), fragments
(`{"use": "tls"}` stands for the options of that name in shared.json), numbers by the name of their limit.
What it leaves: what is written from it, a file per language beside this one.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import cast

from lightflus import limits

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "proto" / "connectors"
Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How the SDKs spell an option.

    Attributes:
        name: in TypeScript; the option's unless told. Rust has it in snake case.
        rust: another name in Rust; False = Rust has none.
        argument: what its parameter is called.
        type: of the parameter, where it is another than the option's: a name in `enums`, `time`, `offsets`, `schema`.
        value: it has no parameter, and says this.
        least: of a number, where the SDKs ask for more than the engine.
        group: it takes all options that begin with this and a dot.
        does: a method written by hand that it calls with these texts and its argument, instead of saying the option.
        about: what it does, where the option's description does not say it.
    """

    name: str = ""
    rust: str | bool = True
    argument: str = "name"
    type: str = ""
    value: str = ""
    least: int | None = None
    group: str = ""
    does: tuple[str, ...] = ()
    about: str = ""

    def takes_something(self, option: Option) -> bool:
        """Whether it has a parameter."""
        return not self.value and (option.type != "flag" or bool(self.group))

    def may_fail(self, option: Option) -> bool:
        """Whether it can find its argument wrong, and needs to know where the user wrote it."""
        return option.type == "number" or bool(self.does and self.type not in {"BadRecords", "StartFrom", "schema"})

    def least_of(self, option: Option) -> int:
        """The least number that it takes."""
        return option.least if self.least is None else self.least


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
    otherwise: str = ""
    least: int = 0
    most: int = 0
    unit: str = ""
    choices: tuple[str, ...] = ()
    method: tuple[Method, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def sdk_type(self) -> str:
        """What the SDKs' parameter is: another type than the engine's where the method says so."""
        return (self.method[0].type if self.method else "") or self.type


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
    role: str
    base: str
    what: str
    about: str
    needs: tuple[str, ...]
    rust: str = ""
    makes: str = ""
    is_new: bool = False
    factory: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    kind: str
    methods: tuple[tuple[Option, Method], ...]

    @property
    def records(self) -> str:
        """The type parameter of a sink."""
        return "<T>" if self.role == "sink" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One file, or one of those in a file."""

    kind: str
    roles: tuple[str, ...]
    options: tuple[Option, ...]
    address: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    classes: tuple[Class, ...] = ()


ANY = (
    Option(
        name="",
        type="prefix",
        about="An option of the engine's connector that this API has no word for: docs/connectors.md lists them.",
    ),
    Method(name="option"),
)
"""The method that every class has besides."""


@cache
def shared() -> Mapping[str, Mapping[str, Json]]:
    """shared.json: `fragments`, `groups`, `enums`."""
    return cast(Mapping[str, Mapping[str, Json]], json.loads((FOLDER / "shared.json").read_text(encoding="utf-8")))


@cache
def connectors() -> tuple[Connector, ...]:
    """All of them, sorted by file."""
    found: list[Connector] = []
    for path in sorted(FOLDER.glob("*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        if path.name != "shared.json":
            found += [_connector(one) for one in (read if isinstance(read, list) else [read])]
    return tuple(found)


def _connector(read: Json) -> Connector:
    options = tuple(_option(one) for one in _spread(cast(list[Json], read["options"])))
    classes = tuple(_class(one, str(read["kind"]), options) for one in cast(list[Json], read.get("classes", [])))
    roles = tuple(cast(list[str], read["roles"]))
    return Connector(**{**read, "options": options, "classes": classes, "roles": roles})  # type: ignore[arg-type]


def _class(read: Json, kind: str, options: Sequence[Option]) -> Class:
    columns = tuple(Column(**one) for one in cast(list[dict[str, str]], read.get("columns", [])))
    said = [option for option in options if not option.role or option.role == read["role"]]
    methods = tuple((option, method) for option in said for method in option.method)
    needs = tuple(cast(list[str], read["needs"]))
    return Class(**{**read, "columns": columns, "needs": needs, "kind": kind, "methods": methods})  # type: ignore[arg-type]


def _spread(entries: list[Json]) -> Iterator[Json]:
    for entry in entries:
        if "use" not in entry:
            yield entry
            continue
        only, changes = entry.get("only"), cast(Mapping[str, Json], entry.get("set", {}))
        for one in _spread(cast(list[Json], shared()["fragments"][str(entry["use"])])):
            if only is None or one["name"] in cast(list[str], only):
                yield {**one, **changes.get(str(one["name"]), {})}


def _option(read: Json) -> Option:
    numbers = {
        key: getattr(limits, value)
        for key, value in read.items()
        if isinstance(value, str) and value.isupper() and hasattr(limits, value)
    }
    methods = read.get("method", [])
    spelled = tuple(
        _method(one, str(read["name"])) for one in cast(list[Json], methods if isinstance(methods, list) else [methods])
    )
    choices = tuple(cast(list[str], read.get("choices", [])))
    return Option(**{**read, **numbers, "method": spelled, "choices": choices})


def _method(read: Json, option: str) -> Method:
    method = Method(**{**read, "does": tuple(cast(list[str], read.get("does", [])))})  # type: ignore[arg-type]
    return replace(method, name=method.name or option)


def classes() -> tuple[Class, ...]:
    """The classes of all connectors."""
    return tuple(one for connector in connectors() for one in connector.classes)


def factories() -> Mapping[str, list[Class]]:
    """Classes by the one that starts their description."""
    found: dict[str, list[Class]] = {}
    for one in classes():
        if one.factory:
            found.setdefault(one.factory["name"], []).append(one)
    return found


def group(name: str) -> tuple[Option, ...]:
    """The options that a method with a group takes: those below `name.`, as the first file that has them all says."""
    found = [tuple(o for o in one.options if o.name.startswith(f"{name}.")) for one in connectors()]
    return max(found, key=len)


def words_of(enum: str) -> Mapping[str, str]:
    """The words of an enum with what each means."""
    return cast(Mapping[str, str], shared()["enums"][enum]["words"])


def camel(name: str) -> str:
    """`key.password` -> `keyPassword`, `dead-letter` -> `deadLetter`."""
    first, *rest = re.split(r"[.-]", name)
    return first + "".join(word.capitalize() for word in rest)


def snake(name: str) -> str:
    """`startAtOffsets` -> `start_at_offsets`."""
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower().replace(".", "_")


def described(option: Option, method: Method, secret: str) -> str:
    """What a method does; `secret` is how the language names the content of a variable."""
    about = method.about or option.about
    if option.type == "secret":
        return f"{about[:-1]}, as `{secret}`: one written here stands in the module for everyone to read."
    is_told = option.default != "" and not (method.about or method.value)
    return f"{about[:-1]}; {option.default} unless told." if is_told else about


def wrapped(text: str, begin: str, width: int = 118) -> list[str]:
    """A comment's lines."""
    return textwrap.wrap(text, width, initial_indent=begin, subsequent_indent=begin, break_long_words=False)
