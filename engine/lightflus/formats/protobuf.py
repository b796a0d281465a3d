"""Format `protobuf`: messages of one Protobuf type, plain or in the wire format of Confluent's serialisers.

What it owns: which descriptor a message has (a file's, or the registry's by the id in front), parsing it by Google's
runtime, and what was wrong. One call of that runtime per message.
What it leaves: which types fit (`protobuf_schema.py`), columns (`rows.py`). Blocks only to ask the registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from lightflus.errors import BindingInvalid
from lightflus.formats.options import FormatOptions
from lightflus.formats.protobuf_schema import Files, requires, row_reader
from lightflus.formats.protobuf_source import descriptor_set
from lightflus.formats.refusal import SchemaMismatch
from lightflus.formats.rows import Refused, Row, gathered
from lightflus.formats.schema_registry import SchemaRegistry
from lightflus.formats.wire import HEADER_BYTES, message_indexes, registered, schema_id
from lightflus.limits import REGISTRY_SCHEMAS
from lightflus.model.types import Type
from lightflus.ports.formats import Decoded, MessageDecoder

SERIALIZED = "?format=serialized"
"""Asks a registry for descriptors instead of source."""


@dataclass(frozen=True, slots=True)
class _Reader:
    parse: Callable[[bytes], Message]
    row: Callable[[Message], Row]
    requires: bool
    """Whether a message may lack a field that it has to have."""

    @staticmethod
    def of(message: Descriptor, record: Type) -> _Reader:
        """Raises SchemaMismatch."""
        return _Reader(GetMessageClass(message).FromString, row_reader(message, record), requires(message))

    def read(self, body: bytes) -> Row | Refused:
        try:
            message = self.parse(body)
            if self.requires and not message.IsInitialized():
                missing = message.FindInitializationErrors()  # type: ignore[attr-defined]
                return Refused(f"the required field `{missing[0]}` is missing")
            return self.row(message)
        except (DecodeError, UnicodeDecodeError) as error:
            return Refused(f"this is no message of its Protobuf type: {error}")


class ProtobufDecoder:
    """Decodes messages that are all of one type (`ports.MessageDecoder`)."""

    def __init__(self, record: Type, reader: _Reader) -> None:
        self._record = record
        self._read = reader.read

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message; none of them is missing (`tombstones.py`)."""
        return gathered(self._record, messages, self._read)


class RegisteredProtobufDecoder:
    """Decodes messages that begin with the id of their schema (`ports.MessageDecoder`)."""

    def __init__(self, record: Type, registry: SchemaRegistry, files: Files | None, name: str | None) -> None:
        """`files` are read instead of the registry's; `name` is the message type that all have to be of."""
        self._record = record
        self._registry = registry
        self._files = files
        self._name = name
        self._readers: dict[tuple[bytes, tuple[int, ...]], _Reader | Refused] = {}

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message; none of them is missing. Raises SourceFailed when the registry does not answer."""
        return gathered(self._record, messages, self._read)

    def _read(self, message: bytes) -> Row | Refused:
        head = message[:HEADER_BYTES]
        if isinstance(number := schema_id(head), Refused):
            return number
        if isinstance(indexes := message_indexes(message), Refused):
            return indexes
        path, start = indexes
        reader = self._readers.get((head, path)) or self._found(number, head, path)
        return reader if isinstance(reader, Refused) else reader.read(message[start:])

    def _found(self, number: int, head: bytes, path: tuple[int, ...]) -> _Reader | Refused:
        files = self._files
        if files is None:
            schema = registered(self._registry, number, "PROTOBUF", query=SERIALIZED)
            if isinstance(schema, Refused):
                return schema
            try:
                files = Files.of_registry(schema)
            except SchemaMismatch as error:
                return Refused(f"schema {number}: {error.reason}", error.hint)
        if len(self._readers) >= REGISTRY_SCHEMAS:
            self._readers.clear()
        self._readers[head, path] = reader = self._usable(files, number, path)
        return reader

    def _usable(self, files: Files, number: int, path: tuple[int, ...]) -> _Reader | Refused:
        name = files.indexed(path) if self._files is None else self._name
        if name is None:
            return Refused(f"schema {number} has no message {list(path)}")
        if self._name not in (None, name):
            return Refused(f"the message is of type `{name}`, not `{self._name}`")
        try:
            return _Reader.of(files.message(name), self._record)
        except SchemaMismatch as error:
            return Refused(f"schema {number}: {error.reason}", error.hint)


def protobuf_decoder(record: Type, options: FormatOptions) -> MessageDecoder:
    """The decoder that the options describe: `schema`, `message`, `registry`, `subject`.

    Raises:
        BindingInvalid: neither a schema nor a registry, one that cannot be had, or a type that does not fit.
    """
    file, name = options.file("schema"), options.optional("message")
    registry, subject = SchemaRegistry.of(options), options.optional("subject")
    files: Files | None = None
    option = "format.schema"
    try:
        if file is not None:
            is_source = file.path.suffix == ".proto"
            files = Files.of_set(descriptor_set(file.path) if is_source else file.content)
            message = files.message(name)
            reader, name = _Reader.of(message, record), message.full_name
            if registry is None:
                return ProtobufDecoder(record, reader)
        if registry is None:
            raise options.missing("schema", "a file with the descriptor set, or `format.registry`, a schema registry")
        if subject is None:
            registry.check()
        else:
            option = f"format.subject {subject}"
            newest = Files.of_registry(registry.latest(subject, query=SERIALIZED).text) if files is None else files
            row_reader(newest.message(name or newest.indexed((0,))), record)
    except SchemaMismatch as error:
        raise BindingInvalid(
            f"the schema of option `{option}` cannot be used: {error.reason}", hint=error.hint
        ) from error
    return RegisteredProtobufDecoder(record, registry, files, name)
