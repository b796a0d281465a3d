"""What the sources and sinks of a graph want to touch: files, hosts, secrets, libraries.

What it owns: reading wishes out of options, by what their schema says that they name. A value that could be read in two
ways is read in none: its wish has no target, and only a policy of everything admits it. Pure.
What it leaves: what is allowed (`policy.py`); `resolve` makes paths absolute and follows their links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from lightflus.model.graph import Connector, JobGraph, OperatorId, Sink, Source, is_secret
from lightflus.model.options import Address, Names, Option
from lightflus.model.policy import Right, Wish, parse_place, place
from lightflus.model.schemas import FORMAT

_URL = re.compile(r"(?:(?P<scheme>[A-Za-z_]+)://)?(?:[A-Za-z0-9._~%:-]*@)?(?P<place>[^/?#@]*)(?:[/?#][!-\[\]-~]*)?")
_PORTS = {"http": 80, "https": 443}
_LIST_PORT = 9092
"""Of an address in a list of brokers that names none."""
_METADATA = "metadata.authentication.type"
"""Ends the option that has a client ask the metadata service of its cloud."""
_METADATA_PLACE = "169.254.169.254:80"
_WRITTEN = "offset.store.path"
"""Ends the one option beside a sink's path whose file is written."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a kind of connector declares of its options; without any, nobody knows what they name."""

    options: tuple[Option, ...]
    address: Address


def wishes(
    graph: JobGraph,
    names: Mapping[OperatorId, str],
    bound: Collection[str],
    declared: Callable[[str, bool], Declared | None],
    resolve: Callable[[str], str],
) -> tuple[Wish, ...]:
    """What a job wants to touch.

    Args:
        graph: the job, bindings in place.
        names: its operators' names.
        bound: names of those whose connector the operator of the deployment has named: what these touch is his own
            wish, but for libraries.
        declared: by kind, and whether it is a source, what is declared of it; None: there is none.
        resolve: the absolute path that a path leads to.
    """
    found: dict[Wish, None] = {}
    for operator in graph.operators:
        kind = operator.kind
        if isinstance(kind, Source | Sink):
            name, is_source = names[operator.id], isinstance(kind, Source)
            of = _of_connector(kind.connector, name, is_source, declared(kind.connector.kind, is_source), resolve)
            found |= dict.fromkeys(wish for wish in of if wish.right is Right.LIBRARY or name not in bound)
    return tuple(found)


def _of_connector(
    connector: Connector, name: str, is_source: bool, declared: Declared | None, resolve: Callable[[str], str]
) -> Iterator[Wish]:
    if declared is None or not declared.options:
        yield Wish(Right.KIND, connector.kind, connector.kind, name, "")
    options = (*(declared.options if declared else ()), *(FORMAT.source if is_source else FORMAT.sink))
    for option, value, names in _named(options, connector.options):
        wish = _Wisher(name, option, is_source, declared.address if declared else Address(), connector, options)
        match names:
            case Names.FILE:
                yield wish.path(value, resolve)
            case Names.HOST:
                yield from wish.hosts(value)
            case Names.LIBRARY:
                yield wish.of(Right.LIBRARY, value, value)
            case Names.SECRET:
                yield from wish.secret(value, resolve)
            case _:
                pass


def _named(options: tuple[Option, ...], values: Mapping[str, str]) -> Iterator[tuple[str, str, Names]]:
    """Each option that has a value, given or by default, and what that names."""
    for option in options:
        if not option.name.endswith(".") and (value := values.get(option.name) or option.default):
            yield option.name, value, option.names
    for name, value in values.items():
        prefix = next((o for o in options if o.name.endswith(".") and o.covers(name)), None)
        if prefix is not None:
            yield name, value, prefix.properties.get(name.removeprefix(prefix.name), prefix.names)
        elif is_secret(name) and not any(option.covers(name) for option in options):
            yield name, value, Names.SECRET


@dataclass(frozen=True, slots=True)
class _Wisher:
    """One option of one operator."""

    operator: str
    option: str
    is_source: bool
    address: Address
    connector: Connector
    options: tuple[Option, ...]

    def of(self, right: Right, value: str, target: str) -> Wish:
        return Wish(right, value, target, self.operator, self.option)

    def path(self, value: str, resolve: Callable[[str], str]) -> Wish:
        is_written = self.option.endswith(_WRITTEN) or (not self.is_source and self.option == self.address.main)
        return self.of(Right.WRITE if is_written else Right.READ, value, resolve(value))

    def secret(self, value: str, resolve: Callable[[str], str]) -> Iterator[Wish]:
        kind, colon, rest = value.partition(":")
        if colon and kind == "env":
            yield self.of(Right.SECRET, rest, rest)
        elif colon and kind == "file":
            yield self.of(Right.READ, rest, resolve(rest))

    def hosts(self, value: str) -> Iterator[Wish]:
        if self.option.endswith(_METADATA):
            if value != "none":
                yield self.of(Right.NET, value, _METADATA_PLACE)
        elif self.option == self.address.hosts:
            for one in filter(None, re.split(r"[,\s]+", value)):
                yield self.of(Right.NET, one, _place(one, _LIST_PORT))
        elif self.option == self.address.host:
            plain = f"[{value}]" if ":" in value else value
            yield self.of(Right.NET, value, _place(plain, self._port()))
        else:
            yield self.of(Right.NET, value, _place(value, 0))

    def _port(self) -> int:
        name = self.address.port or ""
        default = next((option.default for option in self.options if option.name == name), "")
        text = self.connector.options.get(name) or default
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _place(text: str, port: int) -> str:
    """`host:port` of an address or URL; empty where it has no port or is spelled in any unusual way."""
    found = _URL.fullmatch(text)
    parsed = parse_place(found["place"]) if found else None
    if found is None or parsed is None:
        return ""
    port = parsed[1] or _PORTS.get((found["scheme"] or "").lower(), port)
    return place(parsed[0], port) if port else ""
