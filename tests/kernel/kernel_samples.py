"""Types, values and batches for tests of the kernel; hypothesis strategies of all of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pyarrow as pa
import xxhash
from hypothesis import strategies as st

from lightflus.codec import schema_of
from lightflus.codec.schema import AnyArray
from lightflus.limits import KEY_GROUPS
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type, columns
from lightflus.ports.kernel import Kernel
from lightflus.testing.kernel import ModelKernel

Value = None | bool | int | float | str | bytes | Sequence["Value"] | Mapping[str, "Value"]

MODEL = ModelKernel(xxhash.xxh3_64_intdigest)
UTF8 = ScalarType(Scalar.UTF8)
INT64 = ScalarType(Scalar.INT64)
COUNT = StructType((Field("word", UTF8), Field("count", INT64)))
"""The state of a word count."""

_INTEGERS = {
    Scalar.INT8: (-(2**7), 2**7 - 1),
    Scalar.INT16: (-(2**15), 2**15 - 1),
    Scalar.INT32: (-(2**31), 2**31 - 1),
    Scalar.INT64: (-(2**63), 2**63 - 1),
    Scalar.UINT8: (0, 2**8 - 1),
    Scalar.UINT16: (0, 2**16 - 1),
    Scalar.UINT32: (0, 2**32 - 1),
    Scalar.UINT64: (0, 2**64 - 1),
    Scalar.DATE32: (-(2**31), 2**31 - 1),
    Scalar.TIMESTAMP_MS: (-(2**63), 2**63 - 1),
    Scalar.TIMESTAMP_US: (-(2**63), 2**63 - 1),
}
_FLOATS = [0.0, -0.0, math.nan, -math.nan, math.inf, -math.inf, 1.5, -2.25]
_TEXTS = ["", "a", "ab", "abc", "zażółć", "exactly12byt", "exactly13byte", "x" * 64, "y" * 300]


def batch_of(record: Type, rows: Sequence[Mapping[str, Value]]) -> pa.RecordBatch:
    """A batch of `record` from dicts of its columns."""
    schema = schema_of(record)
    names = [field.name for field in columns(record)]
    arrays = [pa.array([row[name] for row in rows], schema.field(name).type) for name in names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def texts(values: Iterable[str]) -> pa.RecordBatch:
    """A batch of string keys."""
    return batch_of(UTF8, [{"value": value} for value in values])


def words(numbers: Iterable[int]) -> pa.RecordBatch:
    """A batch of string keys of changing lengths."""
    return texts(f"{'w' * (i % 20)}{i}" for i in numbers)


def numbers_of(buffer: pa.Buffer) -> list[int]:
    """The u32 of a buffer."""
    return memoryview(buffer).cast("I").tolist()


def buffer_of(numbers: Iterable[int]) -> pa.Buffer:
    """A buffer of u32."""
    return pa.py_buffer(array("I", numbers).tobytes())


def hashes_of(kernel: Kernel, key: Type, keys: pa.RecordBatch) -> pa.UInt64Array:
    """The key hash of every row."""
    return kernel.partitioner(key).hash_and_distribute(keys, 1, KEY_GROUPS)[0].hashes


def plain(column: AnyArray) -> Sequence[object]:
    """A value per row, by which arrays can be compared with `repr`: NaN is NaN, -0.0 is not 0.0, times are numbers."""
    if isinstance(column, pa.StructArray):
        parts = [plain(column.field(i)) for i in range(column.type.num_fields)]
        inside = list(zip(*parts, strict=True))
        return [inside[i] if is_valid else None for i, is_valid in enumerate(column.is_valid().to_pylist())]
    if isinstance(column, pa.ListArray):
        items, offsets = plain(column.values), column.offsets.to_pylist()
        inside_list = [items[start:end] for start, end in pairwise(offsets)]
        return [inside_list[i] if is_valid else None for i, is_valid in enumerate(column.is_valid().to_pylist())]
    if isinstance(column, pa.Date32Array):
        return column.cast(pa.int32()).to_pylist()
    if isinstance(column, pa.TimestampArray):
        return column.cast(pa.int64()).to_pylist()
    return [value.as_py() for value in column]


def types(*, lists: bool, depth: int = 2) -> st.SearchStrategy[Type]:
    """Record types: scalars, structs of structs and, if wanted, lists of anything."""
    scalars: st.SearchStrategy[Type] = st.builds(ScalarType, st.sampled_from(list(Scalar)), st.booleans())
    if depth == 0:
        return scalars
    inner = types(lists=lists, depth=depth - 1)
    structs = st.builds(_struct, st.lists(inner, min_size=1, max_size=3), st.booleans())
    nested = st.one_of(scalars, structs)
    return st.one_of(nested, st.builds(ListType, inner, st.booleans())) if lists else nested


def _struct(parts: Sequence[Type], nullable: bool) -> StructType:
    return StructType(tuple(Field(f"f{i}", part) for i, part in enumerate(parts)), nullable)


def values(kind: Type) -> st.SearchStrategy[Value]:
    """Few different values of a type, so that keys repeat; nulls where it allows them."""
    valid = _valid_values(kind)
    return st.one_of(st.none(), valid) if kind.nullable else valid


def _valid_values(kind: Type) -> st.SearchStrategy[Value]:
    match kind:
        case StructType(fields):
            return st.fixed_dictionaries({field.name: values(field.type) for field in fields})
        case ListType(item):
            return st.lists(values(item), max_size=3)
        case ScalarType(scalar):
            return st.sampled_from(_scalars(scalar))


def _scalars(scalar: Scalar) -> Sequence[Value]:
    match scalar:
        case Scalar.BOOL:
            return [False, True]
        case Scalar.UTF8:
            return _TEXTS
        case Scalar.BINARY:
            return [b"\xff\x00", *(text.encode() for text in _TEXTS)]
        case Scalar.FLOAT32 | Scalar.FLOAT64:
            return _FLOATS
        case _:
            return [0, 1, *_INTEGERS[scalar]]


def batches(record: Type, *, least: int = 1, most: int) -> st.SearchStrategy[pa.RecordBatch]:
    """Batches of `record` of `least` to `most` rows."""
    row = st.fixed_dictionaries({field.name: values(field.type) for field in columns(record)})
    return st.lists(row, min_size=least, max_size=most).map(lambda rows: batch_of(record, rows))
