"""`--bind name=uri`: gives any source or sink of a job another connector when it starts.

What it owns: the syntax, which names may be bound, and what binding changes in the graph. Pure, graph in, graph out, so
that `inspect` and the plan see the job as it will run.
What it leaves: opening (`registry.py`), the names themselves (`model.names`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lightflus.connectors.registry import KINDS, Streams, schemes, unbound
from lightflus.connectors.uri import listed, parse_uri
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector, Delivery, JobGraph, Operator, OperatorId, Sink, Source


def parse_bindings(texts: Sequence[str]) -> dict[str, Connector]:
    """Connectors by operator name. Raises BindingInvalid."""
    bindings: dict[str, Connector] = {}
    for text in texts:
        name, equals, uri = text.partition("=")
        if not (equals and name and uri):
            raise BindingInvalid(
                f"`{text}` is not a binding", hint="a binding is name=uri, for example --bind topic=file:book.txt"
            )
        if name in bindings:
            raise BindingInvalid(f"`{name}` is bound twice", hint="give each source or sink one --bind")
        bindings[name] = parse_uri(uri, {scheme: kind.main_option for scheme, kind in KINDS.items()})
    return bindings


def bind(
    graph: JobGraph, names: Mapping[OperatorId, str], bindings: Mapping[str, Connector], streams: Streams
) -> JobGraph:
    """The graph with its connectors replaced, ready to be opened.

    Bound operators keep the name that they had. A sink that should upsert but is bound to something that can only
    append becomes an appending one: every update is written.

    Raises:
        BindingInvalid: a name that the job has not, a sink's scheme for a source or the reverse, a connector that is
            left and that this version has not, a file that is both read and written.
    """
    _check_names(graph, names, bindings)
    operators = tuple(_bound(o, names[o.id], bindings.get(names[o.id]), streams) for o in graph.operators)
    _check_files(operators)
    return replace(graph, operators=operators)


def _check_names(graph: JobGraph, names: Mapping[OperatorId, str], bindings: Mapping[str, Connector]) -> None:
    sources = [names[o.id] for o in graph.operators if isinstance(o.kind, Source)]
    sinks = [names[o.id] for o in graph.operators if isinstance(o.kind, Sink)]
    for name in bindings:
        if name not in sources and name not in sinks:
            raise BindingInvalid(
                f"this job has no source or sink named `{name}`",
                hint=f"its sources: {_quoted(sources)}; its sinks: {_quoted(sinks)}",
            )


def _bound(operator: Operator, name: str, connector: Connector | None, streams: Streams) -> Operator:
    kind = operator.kind
    if not isinstance(kind, Source | Sink):
        return operator
    is_source = isinstance(kind, Source)
    chosen = connector or kind.connector
    usable = schemes(is_source)
    _check_options(chosen, name)
    if chosen.kind not in usable:
        if connector is None:
            raise unbound(name, kind.connector, is_source=is_source)
        role = "source" if is_source else "sink"
        raise BindingInvalid(f"`{chosen.kind}:` cannot be a {role}", where=name, hint=f"{role}s are {listed(usable)}")
    if isinstance(kind, Source):
        return replace(operator, name=name, kind=replace(kind, connector=chosen))
    if KINDS[chosen.kind].can_upsert(streams):
        return replace(operator, name=name, kind=replace(kind, connector=chosen))
    append = replace(kind, connector=chosen, delivery=Delivery.APPEND, key_fields=())
    return replace(operator, name=name, kind=append)


def _check_options(connector: Connector, name: str) -> None:
    """No system takes a NUL in a name, and the operating system's own words for it say nothing."""
    for option, value in connector.options.items():
        if "\0" in value:
            raise BindingInvalid(
                f"option `{option}` of `{connector.kind}:` has a NUL byte", where=name, hint="leave it out"
            )


def _check_files(operators: tuple[Operator, ...]) -> None:
    """A sink would empty the file before the source has read it, or feed it for ever; two sinks would mix lines."""
    read: dict[str, str] = {}
    written: dict[str, str] = {}
    for operator in operators:
        if isinstance(operator.kind, Source) and (path := operator.kind.connector.options.get("path")):
            read[os.path.realpath(path)] = operator.name
    for operator in operators:
        if not isinstance(operator.kind, Sink) or not (path := operator.kind.connector.options.get("path")):
            continue
        real = os.path.realpath(path)
        is_shared = operator.kind.connector.kind == "sqlite"
        other = read.get(real) or read.get(os.path.dirname(real)) or (None if is_shared else written.get(real))
        if other:
            raise BindingInvalid(
                f"`{operator.name}` would write a file that `{other}` uses", where=path, hint="name another file"
            )
        written[real] = operator.name


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
