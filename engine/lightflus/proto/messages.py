"""Messages whose bytes nobody believes.

What it owns: that bytes which are none are told as such; the numbers of one. What it leaves: what the messages mean.
"""

from __future__ import annotations

from typing import Final, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

M = TypeVar("M", bound=Message)
_NUMBERS: Final = (FieldDescriptor.CPPTYPE_UINT64, FieldDescriptor.CPPTYPE_DOUBLE)


def read_message(kind: type[M], came: bytes) -> M | None:
    """The message in these bytes; None where there is none."""
    try:
        return kind.FromString(came)
    except DecodeError:
        return None


def numbers_of(message: Message) -> dict[str, float]:
    """The numbers that a message says, by the names of its fields; those that it leaves open are not there."""
    fields = (field for field in message.DESCRIPTOR.fields if field.cpp_type in _NUMBERS)
    return {f.name: getattr(message, f.name) for f in fields if not f.has_presence or message.HasField(f.name)}
