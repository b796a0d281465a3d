"""Which connectors there are, by the scheme of their URI, and how each is opened.

What it owns: the table of kinds, their options, and opening, which finds a missing file or an unwritable sink before
the job starts. What it leaves: `--bind` (`bindings.py`), the systems themselves (a file each). Any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from lightflus.connectors.blackhole import BlackholeSink
from lightflus.connectors.file import FileSink, FileSource
from lightflus.connectors.generate import GenerateOptions, GenerateSource
from lightflus.connectors.generated import Shape
from lightflus.connectors.options import Options
from lightflus.connectors.sqlite import SqliteSink
from lightflus.connectors.sqlite_table import Table
from lightflus.connectors.stdio import Screen, StdinSource, StdoutSink, TableSink
from lightflus.connectors.uri import listed
from lightflus.errors import BindingInvalid
from lightflus.limits import PARALLELISM
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import ScalarType, Type
from lightflus.runtime.io import Encoder, LineDecoder
from lightflus.runtime.ports import Sink, Source

_MOST_ROWS = 1 << 40
_MOST_WORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Streams:
    """The standard streams that `stdin:` and `stdout:` use; with a screen, `stdout:` is a table on it."""

    stdin: int
    stdout: BinaryIO
    screen: Screen | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the job has it; `decoder` is called only by kinds that read bytes."""

    name: str
    connector: Connector
    record: Type
    decoder: Callable[[], LineDecoder]


@dataclass(frozen=True, slots=True)
class SinkSpec:
    """A sink as the job has it; `encoder` is called only by kinds that write bytes."""

    name: str
    connector: Connector
    fields: tuple[SinkField, ...]
    delivery: Delivery
    key_fields: tuple[str, ...]
    encoder: Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class Kind:
    """One scheme.

    Attributes:
        main_option: the option that the part after the colon is; None: that part is a list of options.
        source: opens it as a source; None: it is none.
        sink: the same as a sink.
        can_upsert: whether its sink can replace the last row of a key.
    """

    main_option: str | None
    source: Callable[[SourceSpec, Options, Streams], Source] | None = None
    sink: Callable[[SinkSpec, Options, Streams], Sink] | None = None
    can_upsert: Callable[[Streams], bool] = lambda _: False


def open_source(spec: SourceSpec, streams: Streams) -> Source:
    """Opens a source. Raises BindingInvalid when there is nothing to read or no such kind."""
    kind = KINDS.get(spec.connector.kind)
    if kind is None or kind.source is None:
        raise unbound(spec.name, spec.connector, is_source=True)
    return kind.source(spec, Options(spec.connector.kind, spec.connector.options, spec.name), streams)


def open_sink(spec: SinkSpec, streams: Streams) -> Sink:
    """Opens a sink. Raises BindingInvalid when it cannot be written or there is no such kind."""
    kind = KINDS.get(spec.connector.kind)
    if kind is None or kind.sink is None:
        raise unbound(spec.name, spec.connector, is_source=False)
    return kind.sink(spec, Options(spec.connector.kind, spec.connector.options, spec.name), streams)


def unbound(name: str, connector: Connector, *, is_source: bool) -> BindingInvalid:
    """The error for a connector that this version has not, with the `--bind` that helps."""
    role, example = ("source", "file:input.txt") if is_source else ("sink", "sqlite:out.db")
    options = ", ".join(f"{key} {value}" for key, value in connector.options.items())
    return BindingInvalid(
        f"{role} `{name}` is {connector.kind}{f' ({options})' if options else ''}, which this version cannot "
        f"{'read' if is_source else 'write'}",
        where=name,
        hint=f"bind it to another, for example --bind {name}={example}; {role}s are {listed(schemes(is_source))}",
    )


def schemes(is_source: bool) -> list[str]:
    """The schemes of sources, or of sinks."""
    return [scheme for scheme, kind in KINDS.items() if (kind.source if is_source else kind.sink)]


def _file_source(spec: SourceSpec, options: Options, streams: Streams) -> Source:
    path = options.text("path")
    options.end()
    return FileSource(path, spec.decoder())


def _file_sink(spec: SinkSpec, options: Options, streams: Streams) -> Sink:
    path, is_appending = options.text("path"), options.flag("append")
    options.end()
    return FileSink(path, spec.encoder(), is_appending=is_appending)


def _stdin(spec: SourceSpec, options: Options, streams: Streams) -> Source:
    options.end()
    return StdinSource(streams.stdin, spec.decoder())


def _stdout(spec: SinkSpec, options: Options, streams: Streams) -> Sink:
    options.end()
    encoder = spec.encoder()
    if streams.screen is None:
        return StdoutSink(streams.stdout, encoder)
    keys = {f.name: f.type for f in spec.fields if f.name in spec.key_fields}
    is_upsert = spec.delivery is Delivery.UPSERT and all(isinstance(kind, ScalarType) for kind in keys.values())
    names = tuple(f.name for f in spec.fields)
    return TableSink(streams.screen, spec.name, names, spec.key_fields if is_upsert else ())


def _generate(spec: SourceSpec, options: Options, streams: Streams) -> Source:
    shape = Shape(
        seed=options.number("seed", 1, least=0, most=2**63 - 1),
        distinct=options.number("distinct", 1_000, least=1, most=_MOST_WORDS),
        words=options.number("words", 8, least=1, most=1_000),
    )
    rows = options.number("rows", 1_000, least=0, most=_MOST_ROWS)
    splits = options.number("splits", 1, least=1, most=PARALLELISM)
    rate = options.number("rate", 0, least=0, most=1_000_000_000)
    options.end()
    return GenerateSource(spec.name, spec.record, shape, GenerateOptions(rows, splits, rate))


def _sqlite(spec: SinkSpec, options: Options, streams: Streams) -> Sink:
    path, table = options.text("path"), options.text("table", spec.name)
    options.end()
    keys = spec.key_fields if spec.delivery is Delivery.UPSERT else ()
    return SqliteSink(path, Table(table, spec.fields, keys))


def _blackhole(spec: SinkSpec, options: Options, streams: Streams) -> Sink:
    options.end()
    return BlackholeSink(spec.delivery)


KINDS = {
    "file": Kind("path", source=_file_source, sink=_file_sink),
    "stdin": Kind(None, source=_stdin),
    "generate": Kind(None, source=_generate),
    "stdout": Kind(None, sink=_stdout, can_upsert=lambda streams: streams.screen is not None),
    "sqlite": Kind("path", sink=_sqlite, can_upsert=lambda _: True),
    "blackhole": Kind(None, sink=_blackhole, can_upsert=lambda _: True),
}
