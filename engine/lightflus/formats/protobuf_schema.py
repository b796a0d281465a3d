"""Protobuf descriptors: their source, and how a message of one becomes a row of a declared record type.

What it owns: the mapping of types (docs/formats.md, "Protobuf"), checked field by field before a message is read.
What it leaves: reading messages (`protobuf.py`), getting schemas (`schema_registry.py`). Pure; any thread.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import cast

from google.protobuf import any_pb2, duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message

from lightflus.formats.refusal import SchemaMismatch, joined, mismatch
from lightflus.formats.rows import Row
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type

Read = Callable[[Message], object]
"""The value of one field, None where it has none."""

_PROTOC = "protoc --include_imports --descriptor_set_out=x.desc x.proto"
_WELL_KNOWN = "google/protobuf/"
_GOOGLE = {
    module.DESCRIPTOR.name: module.DESCRIPTOR.serialized_pb
    for module in (any_pb2, duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, wrappers_pb2)
}
_WRAPPERS = frozenset(
    f"google.protobuf.{kind}Value"
    for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)
_TIMESTAMP = "google.protobuf.Timestamp"
_PER_SECOND = {Scalar.TIMESTAMP_MS: 1_000, Scalar.TIMESTAMP_US: 1_000_000}
_INTEGERS = frozenset(Scalar(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64))
_NAMES = {
    FieldDescriptor.CPPTYPE_INT32: "int32",
    FieldDescriptor.CPPTYPE_INT64: "int64",
    FieldDescriptor.CPPTYPE_UINT32: "uint32",
    FieldDescriptor.CPPTYPE_UINT64: "uint64",
    FieldDescriptor.CPPTYPE_DOUBLE: "double",
    FieldDescriptor.CPPTYPE_FLOAT: "float",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "string",
}
_TAKES = {
    **{name: _INTEGERS | {Scalar.FLOAT64} for name in ("int32", "int64", "uint32", "uint64")},
    "double": frozenset({Scalar.FLOAT64}),
    "float": frozenset({Scalar.FLOAT32, Scalar.FLOAT64}),
    "bool": frozenset({Scalar.BOOL}),
    "string": frozenset({Scalar.UTF8}),
    "bytes": frozenset({Scalar.BINARY}),
}

_LONG = ("int64", "uint64")
"""They can be texts, too, as in Protobuf's own JSON."""


class Files:
    """The descriptors of one schema."""

    def __init__(self, files: Sequence[FileDescriptorProto]) -> None:
        """`files` stand behind those that they import. Raises SchemaMismatch."""
        self._pool = DescriptorPool()
        self._last = files[-1]
        try:
            for name in _well_known(files):
                self._pool.AddSerializedFile(_GOOGLE[name])
            for file in files:
                self._pool.AddSerializedFile(file.SerializeToString())
        except (KeyError, TypeError, ValueError) as error:
            raise SchemaMismatch(
                f"these descriptors are not whole: {error}",
                f"make the descriptor set with all imports: {_PROTOC}",
            ) from error
        self.names = [name for file in files for name in _messages(file)]
        """Full names of the message types, those of the last file last."""

    @staticmethod
    def of_set(content: bytes) -> Files:
        """From a FileDescriptorSet, as protoc and buf write it. Raises SchemaMismatch."""
        try:
            files = list(FileDescriptorSet.FromString(content).file)
        except DecodeError:
            files = []
        if not files or not all(file.name for file in files):
            raise SchemaMismatch(
                "this is no descriptor set",
                f"make one from the source: {_PROTOC}",
            )
        return Files(files)

    @staticmethod
    def of_registry(text: str) -> Files:
        """From a serialised FileDescriptorProto in base64, as registries hand it out. Raises SchemaMismatch."""
        try:
            file = FileDescriptorProto.FromString(b64decode(text, validate=True))
        except (DecodeError, ValueError) as error:
            raise SchemaMismatch(
                "the registry does not hand out serialised descriptors", "name a descriptor set by `format.schema`, too"
            ) from error
        strange = [name for name in file.dependency if not name.startswith(_WELL_KNOWN)]
        if strange:
            raise SchemaMismatch(
                f"the schema imports {strange[0]}", "name a descriptor set with all imports by `format.schema`, too"
            )
        return Files([file])

    def message(self, name: str | None) -> Descriptor:
        """A message type by its full name; without one, the only one of the last file. Raises SchemaMismatch."""
        own = [message.name for message in self._last.message_type]
        if name is None and len(own) != 1:
            raise SchemaMismatch("the schema has several messages", f"name one by `format.message`: {self._listed}")
        chosen = name or ".".join(filter(None, [self._last.package, own[0]]))
        try:
            return self._pool.FindMessageTypeByName(chosen)
        except KeyError:
            raise SchemaMismatch(f"the schema has no message `{chosen}`", f"it has {self._listed}") from None

    def indexed(self, path: Sequence[int]) -> str | None:
        """The full name of the message at indexes of the last file, as the wire format has them."""
        messages, names = self._last.message_type, [self._last.package] if self._last.package else []
        for index in path:
            if not 0 <= index < len(messages):
                return None
            names.append(messages[index].name)
            messages = messages[index].nested_type
        return ".".join(names)

    @property
    def _listed(self) -> str:
        return ", ".join(self.names[-20:])


def row_reader(message: Descriptor, record: Type, path: str = "") -> Callable[[Message], Row]:
    """Makes rows of `record` from messages. Raises SchemaMismatch."""
    if not isinstance(record, StructType):
        raise mismatch(path, record, f"message {message.full_name}", "declare an object with the message's fields")
    reads: list[tuple[str, Read]] = []
    for field in record.fields:
        inner = joined(path, field.name)
        found = message.fields_by_name.get(field.name)
        if found is not None:
            reads.append((field.name, _field(found, field.type, inner)))
        elif not field.type.nullable:
            raise SchemaMismatch(
                f"field `{inner}` ({field.type}) is not in {message.full_name}, "
                f"which has {', '.join(message.fields_by_name) or 'none'}",
                "declare it nullable (optional), or leave it out",
            )
    return lambda value: {name: read(value) for name, read in reads}


def _field(field: FieldDescriptor, kind: Type, path: str) -> Read:
    name = field.name
    get = attrgetter(name)
    if _is_map(field):
        entries = _map(field, kind, path)
        return lambda message: entries(get(message))
    if field.is_repeated:
        if not isinstance(kind, ListType):
            raise mismatch(path, kind, f"a repeated {_shown(field)}", "declare it a list")
        item = _value(field, kind.item, f"{path}[]")
        return lambda message: [item(value) for value in get(message)]
    value = _value(field, kind, path)
    is_message = field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE
    if field.has_presence and (kind.nullable or is_message):
        return lambda message: value(get(message)) if message.HasField(name) else None
    if value is _as_it_is:
        return get
    return lambda message: value(get(message))


def _map(field: FieldDescriptor, kind: Type, path: str) -> Callable[[dict[str, object]], object]:
    """A map is a list of its entries, in the order of their keys."""
    entry = _message(field)
    item = kind.item if isinstance(kind, ListType) else None
    parts = {part.name: part.type for part in item.fields} if isinstance(item, StructType) else {}
    if parts.keys() != {"key", "value"}:
        raise mismatch(path, kind, "a map", "declare it a list of objects with the fields `key` and `value`")
    key = _value(entry.fields_by_name["key"], parts["key"], f"{path}.key")
    value = _value(entry.fields_by_name["value"], parts["value"], f"{path}.value")
    return lambda found: [
        {"key": key(k), "value": value(found[k])} for k in sorted(found, key=lambda k: (str(type(k)), k))
    ]


def _value(field: FieldDescriptor, kind: Type, path: str) -> Callable[[object], object]:
    """Makes one value of a column, from one value of a field."""
    if field.type == FieldDescriptor.TYPE_GROUP:
        raise mismatch(path, kind, "a group")
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return _of_message(_message(field), kind, path)
    if not isinstance(kind, ScalarType):
        raise mismatch(path, kind, _shown(field))
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        names = {value.number: value.name for value in _enum(field).values}
        if kind.scalar is Scalar.UTF8:
            return lambda number: names.get(cast(int, number), str(number))
        if kind.scalar in (Scalar.INT32, Scalar.INT64, Scalar.FLOAT64):
            return _as_it_is
    elif kind.scalar in _TAKES[_shown(field)]:
        return _as_it_is
    elif kind.scalar is Scalar.UTF8 and _shown(field) in _LONG:
        return str
    raise mismatch(path, kind, _shown(field))


def _of_message(message: Descriptor, kind: Type, path: str) -> Callable[[object], object]:
    if message.full_name == _TIMESTAMP and isinstance(kind, ScalarType) and kind.scalar in _PER_SECOND:
        return _moment(_PER_SECOND[kind.scalar])
    if message.full_name in _WRAPPERS and isinstance(kind, ScalarType):
        inner = _value(message.fields_by_name["value"], kind, path)
        return lambda wrapper: inner(wrapper.value)  # type: ignore[attr-defined]
    return cast("Callable[[object], object]", row_reader(message, kind, path))


def _moment(per_second: int) -> Callable[[object], object]:
    """A timestamp as a count of the column's unit; what is finer is cut off."""
    unit = 1_000_000_000 // per_second
    parts = attrgetter("seconds", "nanos")

    def count(timestamp: object) -> int:
        seconds, nanos = cast("tuple[int, int]", parts(timestamp))
        return seconds * per_second + nanos // unit

    return count


def requires(message: Descriptor) -> bool:
    """Whether some field of it, at any depth, has to be there (proto2's `required`)."""
    seen, waiting = {message.full_name}, [message]
    while waiting:
        fields = waiting.pop().fields
        if any(field.is_required for field in fields):
            return True
        parts = [field.message_type for field in fields if field.message_type is not None]
        waiting += [part for part in parts if part.full_name not in seen]
        seen.update(part.full_name for part in parts)
    return False


def _as_it_is(value: object) -> object:
    return value


def _message(field: FieldDescriptor) -> Descriptor:
    assert field.message_type is not None, "the field is a message"
    return field.message_type


def _enum(field: FieldDescriptor) -> EnumDescriptor:
    assert field.enum_type is not None, "the field is an enum"
    return field.enum_type


def _is_map(field: FieldDescriptor) -> bool:
    return field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE and _message(field).GetOptions().map_entry


def _shown(field: FieldDescriptor) -> str:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return "bytes"
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return f"enum {_enum(field).full_name}"
    return _NAMES.get(field.cpp_type) or f"message {_message(field).full_name}"


def _well_known(files: Sequence[FileDescriptorProto]) -> list[str]:
    """Google's files that these import and do not bring themselves."""
    own = {file.name for file in files}
    wanted = dict.fromkeys(name for file in files for name in file.dependency)
    return [name for name in wanted if name not in own and name.startswith(_WELL_KNOWN)]


def _messages(file: FileDescriptorProto) -> list[str]:
    return [".".join(filter(None, [file.package, message.name])) for message in file.message_type]
