"""How CSV separates values, and which types it can hold.

What it owns: the options `delimiter`, `quote` and `null`. Pure; any thread.
What it leaves: reading (`csv.py`), writing (`csv_encoder.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightflus.errors import BindingInvalid
from lightflus.formats.options import FormatOptions
from lightflus.model.types import Field, Scalar, ScalarType


@dataclass(frozen=True, slots=True)
class Dialect:
    """How values are separated.

    Attributes:
        delimiter: one character between values.
        quote: one character around values that hold delimiters or quotes; doubled inside.
        null: the text that means null, beside an empty value; never in quotes.
    """

    delimiter: str = ","
    quote: str = '"'
    null: str = ""

    @staticmethod
    def of(options: FormatOptions) -> Dialect:
        """Raises BindingInvalid."""
        delimiter, quote = _character(options, "delimiter", ","), _character(options, "quote", '"')
        if delimiter == quote:
            raise options.wrong("quote", quote, "it cannot be the delimiter, too")
        return Dialect(delimiter, quote, options.optional("null") or "")


def written_delimiter(options: FormatOptions) -> str:
    """All that can be told of rows that are written. Raises BindingInvalid."""
    delimiter = _character(options, "delimiter", ",")
    if delimiter == Dialect().quote:
        raise options.wrong("delimiter", delimiter, "it cannot be the quote, too")
    return delimiter


def check_flat(fields: Sequence[Field]) -> None:
    """Raises BindingInvalid for a field that a text cannot hold."""
    for field in fields:
        if not isinstance(field.type, ScalarType):
            raise BindingInvalid(
                f"field `{field.name}` is {field.type}, and CSV has only plain values",
                hint="use format `json`, or declare its parts as fields of their own",
            )


def check_text(fields: Sequence[Field]) -> None:
    """Raises BindingInvalid for bytes: written ones need not be UTF-8."""
    for field in fields:
        if isinstance(field.type, ScalarType) and field.type.scalar is Scalar.BINARY:
            raise BindingInvalid(
                f"format `csv` has no bytes, but field `{field.name}` is some", hint="write it as text"
            )


def _character(options: FormatOptions, name: str, default: str) -> str:
    value = {"\\t": "\t", "tab": "\t"}.get(text := options.optional(name) or default, text)
    if len(value) != 1 or not value.isascii() or value in "\r\n":
        raise options.wrong(name, text, "it is one ASCII character, or `tab`")
    return value
