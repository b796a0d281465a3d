"""Format `avro`: messages with an Avro body, plain or in the wire format of Confluent's serialisers.

What it owns: which schema a message was written with (a file's, or the registry's by the id in front), reading it, and
what was wrong. One call of fastavro per message (docs/decisions says why).
What it leaves: which schemas fit (`avro_schema.py`), columns (`rows.py`). Blocks only to ask the registry.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import cast

import pyarrow as pa
from fastavro import schemaless_reader
from fastavro.read import SchemaResolutionError

from lightflus.errors import BindingInvalid
from lightflus.formats.avro_schema import AvroSchema, parsed, readable
from lightflus.formats.options import FormatOptions
from lightflus.formats.refusal import SchemaMismatch
from lightflus.formats.rows import Refused, Row, gathered
from lightflus.formats.schema_registry import SchemaRegistry
from lightflus.formats.wire import HEADER_BYTES, registered, schema_id
from lightflus.limits import REGISTRY_SCHEMAS
from lightflus.model.types import VALUE_COLUMN, StructType, Type
from lightflus.ports.formats import Decoded, MessageDecoder

_NAMED = re.compile(r"\{'type': '(\w+)', 'name': '([^']*)'.*?\}(?= is not|$)")
"""A named type as fastavro prints it, with all its parts."""
_RESOLVING = "give a field of the reader's schema a default, or its type or field the writer's name among its `aliases`"


class AvroDecoder:
    """Decodes messages that are all of one schema (`ports.MessageDecoder`)."""

    def __init__(self, record: Type, schema: AvroSchema) -> None:
        self._record = record
        self._schema = schema

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message; none of them is missing (`tombstones.py`)."""
        return gathered(self._record, messages, self._read)

    def _read(self, message: bytes) -> Row | Refused:
        return _row(BytesIO(message), self._schema, None, self._record)


class RegisteredAvroDecoder:
    """Decodes messages that begin with the id of their schema (`ports.MessageDecoder`)."""

    def __init__(self, record: Type, registry: SchemaRegistry, reader: AvroSchema | None) -> None:
        """`reader` has the defaults for fields that a writer does not have yet."""
        self._record = record
        self._registry = registry
        self._reader = reader
        self._writers: dict[bytes, AvroSchema | Refused] = {}

    def decode_messages(self, messages: pa.BinaryArray) -> Decoded:
        """A row per message; none of them is missing. Raises SourceFailed when the registry does not answer."""
        return gathered(self._record, messages, self._read)

    def _read(self, message: bytes) -> Row | Refused:
        head = message[:HEADER_BYTES]
        writer = self._writers.get(head) or self._found(head)
        if isinstance(writer, Refused):
            return writer
        stream = BytesIO(message)
        stream.seek(HEADER_BYTES)
        return _row(stream, writer, self._reader, self._record)

    def _found(self, head: bytes) -> AvroSchema | Refused:
        number = schema_id(head)
        if isinstance(number, Refused):
            return number
        text = registered(self._registry, number, "AVRO")
        if isinstance(text, Refused):
            return text
        if len(self._writers) >= REGISTRY_SCHEMAS:
            self._writers.clear()
        self._writers[head] = schema = self._usable(text, number)
        return schema

    def _usable(self, text: str, number: int) -> AvroSchema | Refused:
        try:
            return readable(text, self._record) if self._reader is None else parsed(text, self._reader.decimals)
        except SchemaMismatch as error:
            return Refused(f"schema {number}: {error.reason}", error.hint)


def avro_decoder(record: Type, options: FormatOptions) -> MessageDecoder:
    """The decoder that the options describe: `schema`, `registry`, `subject`.

    Raises:
        BindingInvalid: neither a schema nor a registry, one that cannot be had, or a schema that does not fit.
    """
    file, registry, subject = options.file("schema"), SchemaRegistry.of(options), options.optional("subject")
    try:
        schema = None if file is None else readable(file.content.decode(), record)
    except (SchemaMismatch, UnicodeDecodeError) as error:
        raise _unfit(error, "format.schema") from error
    if registry is None:
        if schema is None:
            raise options.missing("schema", "a file with the Avro schema, or `format.registry`, a schema registry")
        return AvroDecoder(record, schema)
    if subject is None:
        registry.check()
    else:
        newest = registry.latest(subject)
        try:
            _ = readable(newest.text, record) if schema is None else parsed(newest.text, schema.decimals)
        except SchemaMismatch as error:
            raise _unfit(error, f"format.subject {subject}") from error
    return RegisteredAvroDecoder(record, registry, schema)


def _unfit(error: SchemaMismatch | UnicodeDecodeError, option: str) -> BindingInvalid:
    reason, hint = (error.reason, error.hint) if isinstance(error, SchemaMismatch) else ("it is not UTF-8", None)
    return BindingInvalid(f"the schema of option `{option}` cannot be used: {reason}", hint=hint)


def _row(stream: BytesIO, writer: AvroSchema, reader: AvroSchema | None, record: Type) -> Row | Refused:
    try:
        value = schemaless_reader(stream, writer.plain, None if reader is None else reader.plain)
    except SchemaResolutionError as error:
        said = _NAMED.sub(r"\1 `\2`", str(error))
        return Refused(f"the reader's schema does not go with the schema that it was written with: {said}", _RESOLVING)
    except EOFError:
        return Refused("the message ends before its record does: was it written with this schema?")
    except Exception as error:  # fastavro raises what its parts raise; none of it is our fault
        return Refused(f"this is no record of its Avro schema: {type(error).__name__}: {error}")
    if stream.read(1):
        return Refused("bytes stand behind the record: was it written with this schema?")
    if isinstance(record, StructType) and not record.nullable and isinstance(value, dict):
        return cast(Row, value)
    return {VALUE_COLUMN: cast(object, value)}
