"""One field of many entries: text as the declared type.

What it owns: which text is a number or a boolean. Arrow reads whole columns. Pure; any thread.
What it leaves: lists, objects and times, which are JSON (a decoder, handed in).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import arrow_type
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.model.types import Field, Scalar, ScalarType, Type
from lightflus.ports.formats import MessageDecoder

_INTEGER = r"^-?[0-9]{1,20}$"
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$|^NaN$|^-?Infinity$"
_BOOLEAN = "^(true|false|0|1)$"
_FLOATS = (Scalar.FLOAT32, Scalar.FLOAT64)
_TEXTS = (Scalar.UTF8, Scalar.BINARY)
_TIMES = (Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US)
_SHOWN_BYTES = 40


@dataclass(frozen=True, slots=True)
class Wrong:
    """A text that is not what it should be; `index` counts entries."""

    index: int
    reason: str
    hint: str | None = None


class TextColumn:
    """Reads one field."""

    def __init__(self, field: Field, value_decoder: Callable[[Type], MessageDecoder]) -> None:
        """`value_decoder` makes a decoder of JSON values."""
        self._field = field
        self._type = arrow_type(field.type)
        self._pattern = _pattern(field.type)
        scalar = field.type.scalar if isinstance(field.type, ScalarType) else None
        self._is_quoted = scalar in _TIMES
        is_json = self._is_quoted or scalar is None
        self._decoder = value_decoder(replace(field.type, nullable=True)) if is_json else None

    def read(self, words: pa.BinaryArray) -> tuple[AnyArray, Sequence[Wrong]]:
        """The values, null where a text is wrong or missing, and what is wrong."""
        missing = () if self._field.type.nullable or not words.null_count else self._missing(words)
        if self._decoder is not None:
            array, wrong = self._json(words, self._decoder)
        else:
            array, wrong = self._scalars(words)
        return array, [*missing, *wrong]

    def _missing(self, words: pa.BinaryArray) -> list[Wrong]:
        hint = f"declare `{self._field.name}` nullable if entries may lack it"
        return [Wrong(i, f"field `{self._field.name}` is missing", hint) for i in _where(pc.is_null(words))]

    def _scalars(self, words: pa.BinaryArray) -> tuple[AnyArray, Sequence[Wrong]]:
        if pa.types.is_binary(self._type):
            return words, ()
        plain = words
        if self._pattern is not None and not pc.all(is_like := pc.match_substring_regex(words, self._pattern)).as_py():
            plain = cast(pa.BinaryArray, pc.if_else(is_like, words, None))
        try:
            array = self._cast(plain)
        except pa.ArrowInvalid:  # not UTF-8, or out of range: which ones, Arrow does not say
            array = pa.concat_arrays([self._cast_one(plain.slice(i, 1)) for i in range(len(plain))])
        return array, [] if array.null_count == words.null_count else list(self._unlike(words, array))

    def _cast(self, words: pa.BinaryArray) -> AnyArray:
        return cast(AnyArray, words.cast(pa.utf8()).cast(self._type))

    def _cast_one(self, word: pa.BinaryArray) -> AnyArray:
        try:
            return self._cast(word)
        except pa.ArrowInvalid:
            return pa.array([None], self._type)

    def _unlike(self, words: pa.BinaryArray, array: AnyArray) -> Iterator[Wrong]:
        for index in _where(pc.and_(pc.is_null(array), pc.is_valid(words))):
            word = words[index].as_py() or b""
            shown = word[:_SHOWN_BYTES].decode(errors="backslashreplace")
            yield Wrong(index, f"field `{self._field.name}` should be {self._field.type}, but is `{shown}`", self._hint)

    @property
    def _hint(self) -> str | None:
        return "it is not UTF-8: declare it as bytes" if self._pattern is None else None

    def _json(self, words: pa.BinaryArray, decoder: MessageDecoder) -> tuple[AnyArray, Sequence[Wrong]]:
        """Each text as one JSON value; times need no quotes."""
        messages = _quoted(words) if self._is_quoted else words
        found = decoder.decode_messages(messages)
        array = cast(AnyArray, found.columns.column(0))
        if found.record_of_row is not None:
            every = pa.array(range(len(words)), pa.int32())
            array = array.take(pc.index_in(every, value_set=found.record_of_row))
        wrong = [Wrong(bad.index, f"field `{self._field.name}`: {bad.reason}") for bad in found.bad]
        return array, [*wrong, *self._nulls(words, array, wrong)]

    def _nulls(self, words: pa.BinaryArray, array: AnyArray, wrong: Sequence[Wrong]) -> Sequence[Wrong]:
        """Texts that say `null` where the type has no null."""
        if self._field.type.nullable or array.null_count == words.null_count + len(wrong):
            return ()
        known = {one.index for one in wrong}
        found = _where(pc.and_(pc.is_null(array), pc.is_valid(words)))
        return [Wrong(i, f"field `{self._field.name}` is null") for i in found if i not in known]


def _pattern(kind: Type) -> str | None:
    """Of texts that are such a value, whatever else Arrow would take for one."""
    if not isinstance(kind, ScalarType) or kind.scalar in (*_TEXTS, *_TIMES):
        return None
    if kind.scalar is Scalar.BOOL:
        return _BOOLEAN
    return _NUMBER if kind.scalar in _FLOATS else _INTEGER


def _quoted(words: pa.BinaryArray) -> pa.BinaryArray:
    parts = [b'"', words, b'"', b""]
    return pc.binary_join_element_wise(*cast("list[pa.BinaryArray]", parts))


def _where(mask: pa.BooleanArray) -> list[int]:
    return cast(list[int], pc.indices_nonzero(mask).to_pylist())
