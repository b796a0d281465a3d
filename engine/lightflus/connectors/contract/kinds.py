"""What a connector is: how its address is spelled, and how it is opened as a source or a sink.

What it owns: the values that a connector's file exports as `SOURCE` and `SINK`, and those that it gets when it is
opened. Third parties' connectors use the same ones. What it leaves: which there are (`registry.py`), what
their options are (`model/options.py`) and taking them (`options.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from lightflus.connectors.contract.options import Options
from lightflus.connectors.contract.shared import Shared
from lightflus.connectors.stdio.screen import Screen
from lightflus.errors import BindingInvalid
from lightflus.model.graph import BadRecords, Connector, Delivery, SinkField
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import NO_CHECKPOINTS, Promise
from lightflus.model.options import Address, Names, Option
from lightflus.model.types import Field, Type
from lightflus.ports.formats import Encoder, LineDecoder, MessageDecoder, MessageEncoder
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source

__all__ = ["Address", "Names", "Option", "SinkKind", "SinkSpec", "SourceKind", "SourceSpec", "Streams"]


@dataclass(frozen=True, slots=True)
class Streams:
    """The standard streams that `stdin:` and `stdout:` use; with a screen, `stdout:` is a table on it.

    `shared` is there where a process runs many jobs.
    """

    stdin: int
    stdout: BinaryIO
    screen: Screen | None = None
    shared: Shared | None = None


def no_values(record: Type) -> MessageDecoder:
    """`SourceSpec.value_decoder` where none was given. Raises BindingInvalid."""
    raise BindingInvalid(f"there is no decoder of values of type {record} here")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the job has it.

    Attributes:
        name: the operator's name.
        job: the job's id; with `namespace`, what a system may know the reader by.
        namespace: the tenant's name space.
        connector: its kind and its own options, without those of formats and policies.
        record: the type of its records.
        has_envelope: whether the record is a message with its key, time and place, and not only its value.
        is_stateful: whether the job keeps state by key, which without checkpoints begins empty at every start.
        line_decoder: makes the decoder of a system of lines. Raises BindingInvalid: the format has no lines.
        message_decoder: makes the decoder of a system of messages, of the record or of its `value` field.
        streams: the standard streams.
        wants_times: whether the job uses the time that the system has for each record (`SourceBatch.times`).
        value_decoder: makes the decoder of JSON values of a type, for systems whose records have fields that are texts.
    """

    name: str
    job: str
    namespace: str
    connector: Connector
    record: Type
    has_envelope: bool
    is_stateful: bool
    line_decoder: Callable[[], LineDecoder]
    message_decoder: Callable[[], MessageDecoder]
    streams: Streams
    wants_times: bool = False
    value_decoder: Callable[[Type], MessageDecoder] = no_values


@dataclass(frozen=True, slots=True)
class SinkSpec:
    """A sink as the job has it.

    Attributes:
        name: the operator's name.
        job: the job's id.
        namespace: the tenant's name space.
        connector: its kind and its own options, without those of formats.
        fields: the columns that are written, in order.
        delivery: whether a write replaces the last one of its key.
        key_fields: names of the fields that are the key of an upsert.
        line_encoder: makes the encoder of rows as lines.
        message_encoder: makes the encoder of some fields as messages.
        streams: the standard streams.
    """

    name: str
    job: str
    namespace: str
    connector: Connector
    fields: tuple[SinkField, ...]
    delivery: Delivery
    key_fields: tuple[str, ...]
    line_encoder: Callable[[], Encoder]
    message_encoder: Callable[[Sequence[Field]], MessageEncoder]
    streams: Streams


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A system that can be read.

    Attributes:
        address: how it is spelled.
        open: opens it before the job starts, so that what is wrong is found now. Raises BindingInvalid.
        bad_records: what happens to a record that cannot be decoded, where the job does not say it.
        alternatives: options of which naming one by `--bind` puts aside those that the job named.
        options: what is declared of its options; any other is then refused. Empty = it says them when it asks for them.
        yields_decoded: whether its rows are just what its decoder yields, so that the decoder may leave fields out.
        ends: options with which reading ends at what there is now, for a system that else never ends.
        follows: options with which reading begins at the end and goes on.
    """

    address: Address
    open: Callable[[SourceSpec, Options], Source]
    bad_records: BadRecords = BadRecords.DEAD_LETTER
    alternatives: frozenset[str] = frozenset()
    options: Sequence[Option] = ()
    yields_decoded: bool = False
    ends: Mapping[str, str] = field(default_factory=dict)
    follows: Mapping[str, str] = field(default_factory=dict)


def never(_connector: Connector) -> bool:
    """`SinkKind.can_upsert` of a system that only appends."""
    return False


def always(_connector: Connector) -> bool:
    """`SinkKind.can_upsert` of a system that can replace what it has of a key."""
    return True


def as_it_is(sink: SinkNode) -> SinkNode:
    """`SinkKind.complete` of a system about which the graph says everything."""
    return sink


def no_checkpoints(_sink: SinkNode) -> Promise:
    """`SinkKind.promise` of a system whose sink is no `TransactionalSink`."""
    return NO_CHECKPOINTS


@dataclass(frozen=True, slots=True)
class SinkKind:
    """A system that can be written.

    Attributes:
        address: how it is spelled.
        open: opens it before the job starts. Raises BindingInvalid.
        can_upsert: whether, with these options, it can replace the last row of a key; else every update is appended.
        complete: adds to the graph's sink what its options say in the system's own language, such as the columns of an
            SQL statement; also where the sink is bound to another system, and then with that one's, too. Raises
            BindingInvalid.
        alternatives: as for sources.
        options: as for sources.
        create: makes what the options name, if it is not there; None: there is nothing to make. Raises BindingInvalid,
            SinkFailed.
        prepare: makes what the options name ready for a run that begins, such as emptying a file: once for all writers,
            wherever they run, and before any of them writes. None: there is nothing to do. Raises SinkFailed.
        promise: what it guarantees with checkpoints, for a sink of the bound graph.
    """

    address: Address
    open: Callable[[SinkSpec, Options], Sink]
    can_upsert: Callable[[Connector], bool] = never
    complete: Callable[[SinkNode], SinkNode] = as_it_is
    alternatives: frozenset[str] = frozenset()
    options: Sequence[Option] = ()
    create: Callable[[Connector], None] | None = None
    prepare: Callable[[Connector], None] | None = None
    promise: Callable[[SinkNode], Promise] = no_checkpoints
