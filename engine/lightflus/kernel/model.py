"""What the kernel means, in plain Python: the oracle of its tests, and the readable form of docs/row-encoding.md.

What it owns: encoding one key, its key group, and `ModelKernel`, the same interface as `WasmKernel` over a dict.
It is slow, a Python step per row, and no part of the data path. The hash is handed in: the specified one is XXH3-64
(docs/key-hash.md), which Python's standard library lacks.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, cast

import pyarrow as pa

from lightflus.codec import schema_of
from lightflus.errors import KeyTooLarge
from lightflus.kernel.schema import row_type
from lightflus.limits import KEY_BYTES
from lightflus.model.key_groups import subtask_of
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.kernel import Lookup

HashBytes = Callable[[bytes], int]
_Value: TypeAlias = "pa.Scalar[pa.DataType]"

_FORMATS: Final = {
    Scalar.BOOL: "<?",
    Scalar.INT8: "<b",
    Scalar.INT16: "<h",
    Scalar.INT32: "<i",
    Scalar.INT64: "<q",
    Scalar.UINT8: "<B",
    Scalar.UINT16: "<H",
    Scalar.UINT32: "<I",
    Scalar.UINT64: "<Q",
    Scalar.FLOAT32: "<f",
    Scalar.FLOAT64: "<d",
}


def encode_key(key: Type, columns: Sequence[_Value]) -> bytes:
    """The encoded key whose columns (`model.types.columns`) have these values."""
    return _encode_fields(row_type(key), columns, ends_row=True)


def _encode_fields(record: StructType, values: Sequence[_Value], *, ends_row: bool) -> bytes:
    last = len(record.fields) - 1
    parts = zip(record.fields, values, strict=True)
    return b"".join(_encode(field.type, value, ends_row and i == last) for i, (field, value) in enumerate(parts))


def _encode(kind: Type, value: _Value, ends_row: bool) -> bytes:
    if kind.nullable:
        return b"\1" + _encode_valid(kind, value, ends_row) if value.is_valid else b"\0"
    return _encode_valid(kind, value, ends_row)


def _encode_valid(kind: Type, value: _Value, ends_row: bool) -> bytes:
    match kind:
        case StructType(fields):
            parts = cast("pa.StructScalar", value)
            return _encode_fields(kind, [parts[field.name] for field in fields], ends_row=ends_row)
        case ListType():
            raise TypeError("a key has no lists")
        case ScalarType(Scalar.UTF8 | Scalar.BINARY):
            plain = value.as_py()
            data = plain.encode() if isinstance(plain, str) else bytes(cast("bytes", plain))
            return data if ends_row else struct.pack("<I", len(data)) + data
        case ScalarType(Scalar.DATE32):
            return struct.pack("<i", value.cast(pa.int32()).as_py())
        case ScalarType(Scalar.TIMESTAMP_MS | Scalar.TIMESTAMP_US):
            return struct.pack("<q", value.cast(pa.int64()).as_py())
        case ScalarType(Scalar.FLOAT32 | Scalar.FLOAT64):
            return struct.pack(_FORMATS[kind.scalar], _canonical(cast("float", value.as_py())))
        case ScalarType():
            return struct.pack(_FORMATS[kind.scalar], value.as_py())


def _canonical(value: float) -> float:
    return math.nan if math.isnan(value) else value + 0.0


def key_group(hash_value: int, key_groups: int) -> int:
    """The key group of a hash (docs/key-hash.md)."""
    return ((hash_value >> 32) * key_groups) >> 32


class ModelKeyedState:
    """`ports.KeyedState` over a dict."""

    def __init__(self, key: Type, state: Type) -> None:
        """An empty table."""
        self._key = key
        self._row_type = pa.struct(list(schema_of(state)))
        self._slots: dict[bytes, int] = {}
        self._keys: list[bytes] = []
        self._rows: dict[int, pa.StructArray] = {}
        self._dirty: set[int] = set()

    def lookup(self, keys: pa.RecordBatch, hashes: pa.UInt64Array | None) -> Lookup:
        """Finds or makes the slot of every key; hashes are of no use to a dict."""
        assert hashes is None or len(hashes) == keys.num_rows
        numbers: dict[int, int] = {}
        groups: list[int] = []
        for encoded in _encoded(self._key, keys):
            slot = self._slots.setdefault(encoded, len(self._slots))
            if slot == len(self._keys):
                self._keys.append(encoded)
            groups.append(numbers.setdefault(slot, len(numbers)))
        return Lookup(_words(groups), _words(list(numbers)), len(numbers))

    def gather(self, slots: pa.Buffer) -> pa.StructArray:
        """The state rows of `slots`, null where there is none."""
        absent = pa.nulls(1, self._row_type)
        rows = [pa.nulls(0, self._row_type), *(self._rows.get(slot, absent) for slot in _numbers(slots))]
        return pa.concat_arrays(rows)

    def scatter(self, slots: pa.Buffer, state: pa.RecordBatch) -> None:
        """Stores a row per slot."""
        rows = cast("pa.StructArray", state.to_struct_array().cast(self._row_type))
        for i, slot in enumerate(_numbers(slots)):
            self._rows[slot] = rows.slice(i, 1)
            self._dirty.add(slot)

    def first_moved_key(self, slots: pa.Buffer, kept: pa.RecordBatch) -> int | None:
        """The first row whose columns are not the key of its slot."""
        pairs = zip(_numbers(slots), _encoded(self._key, kept), strict=True)
        return next((i for i, (slot, encoded) in enumerate(pairs) if self._keys[slot] != encoded), None)

    def take_dirty(self, most: int) -> pa.Buffer:
        """Up to `most` dirty slots, ascending."""
        taken = sorted(self._dirty)[:most]
        self._dirty.difference_update(taken)
        return _words(taken)

    def __len__(self) -> int:
        """Slots with state."""
        return len(self._rows)

    def close(self) -> None:
        """Nothing to give back."""


class ModelPartitioner:
    """`ports.Partitioner` in plain Python."""

    def __init__(self, key: Type, hash_bytes: HashBytes) -> None:
        """Hashes keys of type `key`."""
        self._key = key
        self._hash_bytes = hash_bytes

    def hash(self, keys: pa.RecordBatch) -> pa.UInt64Array:
        """The hash of every encoded key. Raises KeyTooLarge."""
        encoded = _encoded(self._key, keys)
        for row, key in enumerate(encoded):
            if len(key) > KEY_BYTES:
                raise KeyTooLarge(f"a key has {len(key)} bytes", row=row)
        return pa.array(map(self._hash_bytes, encoded), pa.uint64())

    def check(self, keys: pa.RecordBatch) -> None:
        """Raises what `hash` raises."""
        self.hash(keys)

    def partition(self, hashes: pa.UInt64Array, partitions: int, key_groups: int) -> Sequence[pa.UInt32Array]:
        """Row numbers per partition, ascending."""
        rows: list[list[int]] = [[] for _ in range(partitions)]
        for row, value in enumerate(hashes.to_pylist()):
            rows[subtask_of(key_group(cast("int", value), key_groups), partitions, key_groups)].append(row)
        return [pa.array(part, pa.uint32()) for part in rows]

    def close(self) -> None:
        """Nothing to give back."""


class ModelKernel:
    """`ports.Kernel` in plain Python."""

    def __init__(self, hash_bytes: HashBytes) -> None:
        """Hashes with `hash_bytes`: XXH3-64 if it is to agree with the real one."""
        self._hash_bytes = hash_bytes

    def keyed_state(self, key: Type, state: Type) -> ModelKeyedState:
        """A new, empty table."""
        return ModelKeyedState(key, state)

    def partitioner(self, key: Type) -> ModelPartitioner:
        """Hash and partition for keys of that type."""
        return ModelPartitioner(key, self._hash_bytes)


def _encoded(key: Type, batch: pa.RecordBatch) -> list[bytes]:
    return [encode_key(key, [column[row] for column in batch.columns]) for row in range(batch.num_rows)]


def _words(numbers: Sequence[int]) -> pa.Buffer:
    return pa.py_buffer(array("I", numbers).tobytes())


def _numbers(words: pa.Buffer) -> list[int]:
    return memoryview(words).cast("I").tolist()
