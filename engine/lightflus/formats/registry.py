"""Formats by name.

What it owns: which formats there are, and the one that a record type has when the job names none. Pure.
"""

from __future__ import annotations

from lightflus.errors import BindingInvalid
from lightflus.formats.json import JsonDecoder
from lightflus.formats.raw import RawDecoder
from lightflus.model.types import Scalar, ScalarType, Type
from lightflus.runtime.io import LineDecoder

FORMATS = ("json", "raw")


def line_decoder(name: str, record: Type) -> LineDecoder:
    """The decoder of a format; an empty name is the type's own: raw for text and bytes, else json.

    Raises:
        BindingInvalid: there is no such format, or it cannot yield that type.
    """
    is_raw = isinstance(record, ScalarType) and record.scalar in (Scalar.UTF8, Scalar.BINARY)
    chosen = name or ("raw" if is_raw else "json")
    if chosen == "raw":
        return RawDecoder(record)
    if chosen == "json":
        return JsonDecoder(record)
    raise BindingInvalid(f"there is no format `{name}`", hint=f"formats are {', '.join(FORMATS)}")
