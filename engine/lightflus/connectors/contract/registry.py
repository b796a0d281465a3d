"""Which connectors there are, by the scheme of their URI: ours, and those that installed packages bring.

What it owns: the table, finding a third party's connector by its entry point, and opening one. A connector's file, and
with it a client library, is imported when a job first names its scheme. What it leaves: `--bind` (`bindings.py`), the
systems themselves (a file or package each). Any thread.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.contract.uri import listed
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector
from lightflus.ports.reach import UNBOUNDED, Reach
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source

SOURCE_GROUP = "lightflus.sources"
"""Entry points of packages that bring sources: the name is the scheme, the object a SourceKind."""
SINK_GROUP = "lightflus.sinks"
"""The same for sinks: the object is a SinkKind."""

_SOURCES = {
    "file": "lightflus.connectors.files.file",
    "generate": "lightflus.connectors.generate.source",
    "kafka": "lightflus.connectors.kafka",
    "redis-stream": "lightflus.connectors.redis.stream",
    "stdin": "lightflus.connectors.stdio.streams",
}
_SINKS = {
    "blackhole": "lightflus.connectors.generate.blackhole",
    "file": "lightflus.connectors.files.file",
    "kafka": "lightflus.connectors.kafka",
    "mysql": "lightflus.connectors.mysql",
    "redis": "lightflus.connectors.redis.kind",
    "sqlite": "lightflus.connectors.sqlite.sink",
    "stdout": "lightflus.connectors.stdio.streams",
}
"""Files by scheme; each exports `SOURCE` or `SINK`."""


def source_kind(scheme: str) -> SourceKind | None:
    """The source of a scheme, or None. Raises BindingInvalid: a package's connector cannot be loaded."""
    found = _found(scheme, _SOURCES, "SOURCE", SOURCE_GROUP)
    if found is None or isinstance(found, SourceKind):
        return found
    raise _not_a_kind(scheme, "SourceKind")


def sink_kind(scheme: str) -> SinkKind | None:
    """The sink of a scheme, or None. Raises BindingInvalid: a package's connector cannot be loaded."""
    found = _found(scheme, _SINKS, "SINK", SINK_GROUP)
    if found is None or isinstance(found, SinkKind):
        return found
    raise _not_a_kind(scheme, "SinkKind")


def schemes(is_source: bool) -> list[str]:
    """The schemes of sources, or of sinks, sorted."""
    ours, group = (_SOURCES, SOURCE_GROUP) if is_source else (_SINKS, SINK_GROUP)
    return sorted({*ours, *(point.name for point in entry_points(group=group))})


def open_source(spec: SourceSpec, reach: Reach = UNBOUNDED) -> Source:
    """Opens a source. Raises BindingInvalid when there is nothing to read or no such kind; NotAllowed."""
    kind = source_kind(spec.connector.kind)
    if kind is None:
        raise unbound(spec.name, spec.connector, is_source=True)
    return kind.open(spec, Options(spec.connector.kind, spec.connector.options, spec.name, kind.options, reach))


def open_sink(spec: SinkSpec, reach: Reach = UNBOUNDED) -> Sink:
    """Opens a sink. Raises BindingInvalid when it cannot be written or there is no such kind; NotAllowed."""
    kind = sink_kind(spec.connector.kind)
    if kind is None:
        raise unbound(spec.name, spec.connector, is_source=False)
    return kind.open(spec, Options(spec.connector.kind, spec.connector.options, spec.name, kind.options, reach))


def unbound(name: str, connector: Connector, *, is_source: bool) -> BindingInvalid:
    """The error for a connector that is not here, with the `--bind` that helps."""
    role, example = ("source", "file:input.txt") if is_source else ("sink", "sqlite:out.db")
    options = ", ".join(f"{key} {value}" for key, value in connector.shown_options.items())
    return BindingInvalid(
        f"{role} `{name}` is {connector.kind}{f' ({options})' if options else ''}, which this version cannot "
        f"{'read' if is_source else 'write'}",
        where=name,
        hint=f"bind it to another, for example --bind {name}={example}; {role}s are {listed(schemes(is_source))}",
    )


def _found(scheme: str, ours: dict[str, str], export: str, group: str) -> object | None:
    if scheme in ours:
        return vars(import_module(ours[scheme])).get(export)
    point = next(iter(entry_points(group=group, name=scheme)), None)
    return None if point is None else _loaded(point, scheme)


def _loaded(point: EntryPoint, scheme: str) -> object:
    try:
        found: object = point.load()
    except Exception as error:  # a stranger's package may fail in any way when it is imported
        raise BindingInvalid(
            f"connector `{scheme}:` cannot be loaded: {type(error).__name__}: {error}",
            where=point.value,
            hint="mend or uninstall the package that brings it",
        ) from error
    return found


def _not_a_kind(scheme: str, wanted: str) -> BindingInvalid:
    return BindingInvalid(
        f"connector `{scheme}:` of an installed package is no {wanted}",
        hint=f"its entry point has to name a lightflus.connectors.contract.kinds.{wanted}",
    )
