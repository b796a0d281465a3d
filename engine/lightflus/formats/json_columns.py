"""Checks what Arrow's JSON reader made of a column, and gives it its declared type.

What it owns: the rules that Arrow does not know: a field that is not nullable has a value wherever its parent has one,
numbers are finite. Vectorised. What it leaves: naming the bad record (`json_strict.py`). Pure; any thread.
"""

from __future__ import annotations

from typing import TypeAlias, cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
"""A column of any type; pyarrow's stubs have no shorter word for it."""

_FLOATS = (Scalar.FLOAT32, Scalar.FLOAT64)
_INTEGERS = frozenset(Scalar(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64))
_EXACT_BELOW = pa.scalar(2.0**53)
"""Below it a float64 holds every integer; above, the strict reader must look at the digits."""


def relaxed(kind: Type, *, has_float_integers: bool) -> Type:
    """The type that Arrow is told to read, for us to conform afterwards.

    Everything in it is nullable, since Arrow knows nothing of null parents; with `has_float_integers` its integers are
    read as float64, since Arrow does not take `1.0` or `1e2` for one.
    """
    match kind:
        case StructType(fields):
            parts = (Field(f.name, relaxed(f.type, has_float_integers=has_float_integers)) for f in fields)
            return StructType(tuple(parts), nullable=True)
        case ListType(item):
            return ListType(relaxed(item, has_float_integers=has_float_integers), nullable=True)
        case ScalarType(scalar):
            is_float = has_float_integers and scalar in _INTEGERS
            return ScalarType(Scalar.FLOAT64 if is_float else scalar, nullable=True)


def conformed(array: AnyArray, kind: Type, arrow_type: pa.DataType) -> AnyArray | None:
    """`array` as `arrow_type`, or None if it breaks the rules of `kind`."""
    try:
        return _retyped(array, arrow_type) if _obeys(array, kind) else None
    except pa.ArrowInvalid:
        return None


def _obeys(array: AnyArray, kind: Type) -> bool:
    if array.null_count:
        if not kind.nullable:
            return False
        array = array.drop_null()
    if isinstance(kind, StructType):
        struct = cast(pa.StructArray, array)
        return all(_obeys(struct.field(i), f.type) for i, f in enumerate(kind.fields))
    if isinstance(kind, ListType):
        return _obeys(cast("pa.ListArray[pa.Scalar[pa.DataType]]", array).flatten(), kind.item)
    if kind.scalar in _FLOATS:
        return pc.all(pc.is_finite(array)).as_py() is not False
    if kind.scalar in _INTEGERS and pa.types.is_floating(array.type):
        return pc.all(pc.less(pc.abs(cast(pa.DoubleArray, array)), _EXACT_BELOW)).as_py() is not False
    return True


def _retyped(array: AnyArray, arrow_type: pa.DataType) -> AnyArray:
    """The same memory under a type that differs in nullability; float64 is cast where an integer is wanted.

    Raises:
        pa.ArrowInvalid: a number is no integer or too large for its type.
    """
    if array.type == arrow_type:
        return array
    if isinstance(array, pa.StructArray):
        parts = [_retyped(array.field(i), arrow_type.field(i).type) for i in range(arrow_type.num_fields)]
        fields = [arrow_type.field(i) for i in range(arrow_type.num_fields)]
        return pa.StructArray.from_arrays(parts, fields=fields, mask=array.is_null() if array.null_count else None)
    if isinstance(array, pa.ListArray):
        values = _retyped(array.values, arrow_type.field(0).type)
        buffers = array.buffers()[:2]
        return pa.Array.from_buffers(arrow_type, len(array), buffers, array.null_count, array.offset, [values])
    return array.cast(arrow_type)
