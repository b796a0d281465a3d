"""`--bind name=uri`: gives any source or sink of a job another connector when it starts.

What it owns: the syntax, which names may be bound, and what binding changes in the graph: graph in, graph out, so that
`inspect` and the plan see the job as it will run. It opens nothing; asking the registry may import a connector's file.
What it leaves: opening (`registry.py`), the names themselves (`model.names`), files that two use (`compose/`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lightflus.connectors.contract.kinds import Address
from lightflus.connectors.contract.registry import schemes, sink_kind, source_kind, unbound
from lightflus.connectors.contract.uri import listed, parse_uri, shown
from lightflus.errors import BindingInvalid
from lightflus.model.graph import (
    BadRecords,
    Connector,
    Delivery,
    JobGraph,
    Operator,
    OperatorId,
    Sink,
    Source,
)
from lightflus.model.options import Names, Option
from lightflus.model.schemas import FORMAT as OF_FORMATS

FORMAT = "format"
"""The option of any source or sink of bytes that names its format; the format's own options begin with `format.`."""
BAD_RECORDS = "bad"
"""The option of any source that says what becomes of records that cannot be decoded."""
Defaults = Mapping[str, Mapping[str, str]]
_POLICIES = {policy.value: policy for policy in BadRecords}


def is_of_format(option: str) -> bool:
    """Whether an option of a connector is meant for its format."""
    return option == FORMAT or option.startswith(f"{FORMAT}.")


def parse_bindings(texts: Sequence[str]) -> dict[str, Connector]:
    """Connectors by operator name. Raises BindingInvalid."""
    bindings: dict[str, Connector] = {}
    for text in texts:
        name, equals, uri = text.partition("=")
        if not (equals and name and uri):
            raise BindingInvalid(
                f"`{shown(text)}` is not a binding",
                hint="a binding is name=uri, for example --bind topic=file:book.txt",
            )
        if name in bindings:
            raise BindingInvalid(f"`{name}` is bound twice", hint="give each source or sink one --bind")
        bindings[name] = parse_uri(uri, {*schemes(is_source=True), *schemes(is_source=False)}, _address)
    return bindings


def _address(scheme: str) -> Address:
    kind = source_kind(scheme) or sink_kind(scheme)
    assert kind is not None, "the scheme is one of those that there are"
    return kind.address


def bind(
    graph: JobGraph,
    names: Mapping[OperatorId, str],
    bindings: Mapping[str, Connector],
    defaults: Defaults,
) -> JobGraph:
    """The graph with its connectors replaced, ready to be opened.

    Bound operators keep the name that they had. A sink that should upsert but is bound to something that can only
    append becomes an appending one: every update is written.

    Args:
        graph: what is bound.
        names: its operators' names.
        bindings: connectors by the name of their operator.
        defaults: by kind of connector, options of sinks that count where neither the job nor a binding names them.

    Raises:
        BindingInvalid: a name that the job has not, a sink's scheme for a source or the reverse, a connector that is
            left and that this version has not.
    """
    _check_names(graph, names, bindings)
    operators = tuple(_bound(o, names[o.id], bindings.get(names[o.id]), defaults) for o in graph.operators)
    return replace(graph, operators=operators)


def _check_names(graph: JobGraph, names: Mapping[OperatorId, str], bindings: Mapping[str, Connector]) -> None:
    sources = [names[o.id] for o in graph.operators if isinstance(o.kind, Source)]
    sinks = [names[o.id] for o in graph.operators if isinstance(o.kind, Sink)]
    for name in bindings:
        if name not in sources and name not in sinks:
            raise BindingInvalid(
                f"this job has no source or sink named `{shown(name)}`",
                hint=f"its sources: {_quoted(sources)}; its sinks: {_quoted(sinks)}",
            )


def _bound(
    operator: Operator, name: str, connector: Connector | None, defaults: Mapping[str, Mapping[str, str]]
) -> Operator:
    kind = operator.kind
    if not isinstance(kind, Source | Sink):
        return operator
    is_source = isinstance(kind, Source)
    chosen = kind.connector if connector is None else _inheriting(kind.connector, connector, is_source=is_source)
    usable = schemes(is_source)
    _check_options(chosen, name)
    if chosen.kind not in usable:
        if connector is None:
            raise unbound(name, kind.connector, is_source=is_source)
        role = "source" if is_source else "sink"
        raise BindingInvalid(f"`{chosen.kind}:` cannot be a {role}", where=name, hint=f"{role}s are {listed(usable)}")
    if isinstance(kind, Source):
        return replace(operator, name=name, kind=_bound_source(kind, chosen, name))
    return replace(operator, name=name, kind=_bound_sink(kind, chosen, defaults.get(chosen.kind, {})))


def _inheriting(own: Connector, bound: Connector, *, is_source: bool) -> Connector:
    """A binding to another system of the same kind: what it does not name stays as the job has it.

    But where that is, who logs in with which secret, and whatever else a stranger could name stays behind: what a bound
    source or sink touches is the operator's wish alone.
    """
    kind = (source_kind if is_source else sink_kind)(bound.kind)
    if own.kind != bound.kind or kind is None:
        return bound
    put_aside = kind.alternatives if kind.alternatives & bound.options.keys() else frozenset()
    kept = {name: value for name, value in _harmless(own, kind.options).items() if name not in put_aside}
    return Connector(bound.kind, {**kept, **bound.options})


def _harmless(connector: Connector, declared: Sequence[Option]) -> dict[str, str]:
    """The options that are declared to name nothing in the world around a job."""
    known = {option.name: option.names for option in (*declared, *OF_FORMATS.source, *OF_FORMATS.sink)}
    known |= {option.name + name: names for option in declared for name, names in option.properties.items()}
    return {name: value for name, value in connector.options.items() if known.get(name) is Names.NOTHING}


def _bound_source(source: Source, chosen: Connector, name: str) -> Source:
    """The source with another connector. It keeps its format, unless the new one names another.

    It does not keep the format's files, hosts and secrets: a binding names its own.
    """
    options = dict(chosen.options)
    if chosen is not source.connector and FORMAT not in options:
        options |= _harmless(source.connector, ()) | options
    form = options.pop(FORMAT, source.format)
    policy = options.pop(BAD_RECORDS, None)
    if policy is not None and policy not in _POLICIES:
        raise BindingInvalid(
            f"option `{BAD_RECORDS}` is `{policy}`", where=name, hint=f"it is one of {', '.join(_POLICIES)}"
        )
    action = source.bad_records if policy is None else _POLICIES[policy]
    return replace(source, connector=replace(chosen, options=options), format=form, bad_records=action)


def _bound_sink(sink: Sink, chosen: Connector, defaults: Mapping[str, str]) -> Sink:
    own, other = sink_kind(sink.connector.kind), sink_kind(chosen.kind)
    assert other is not None, "only what can be a sink comes here"
    whole = replace(sink if own is None else own.complete(sink), connector=chosen)
    if chosen is not sink.connector:
        whole = other.complete(whole)
    connector = replace(whole.connector, options={**defaults, **whole.connector.options})
    whole = replace(whole, connector=connector)
    if other.can_upsert(connector):
        return whole
    return replace(whole, delivery=Delivery.APPEND, key_fields=())


def _check_options(connector: Connector, name: str) -> None:
    """No system takes a NUL in a name, and the operating system's own words for it say nothing."""
    for option, value in connector.options.items():
        if "\0" in value:
            raise BindingInvalid(
                f"option `{option}` of `{connector.kind}:` has a NUL byte", where=name, hint="leave it out"
            )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
