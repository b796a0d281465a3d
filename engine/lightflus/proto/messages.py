"""Messages whose bytes nobody believes.

What it owns: that bytes which are none are told as such. What it leaves: what the messages mean.
"""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

M = TypeVar("M", bound=Message)


def read_message(kind: type[M], came: bytes) -> M | None:
    """The message in these bytes; None where there is none."""
    try:
        return kind.FromString(came)
    except DecodeError:
        return None
