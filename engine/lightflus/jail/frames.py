"""Messages between whoever asks and a child: a kind, a size, bytes.

What it owns: their form on a stream socket, and that none is read before its size has been looked at.
"""

from __future__ import annotations

from socket import socket
from struct import Struct
from typing import Final

REQUEST: Final = b"R"
LINE: Final = b"L"
ANSWER: Final = b"A"
FAILURE: Final = b"F"
NO_MEMORY: Final = b"M"

_HEAD = Struct("<cQ")
_LEAST_ROOM = 65_536


class Oversized(Exception):
    """A message is larger than its reader takes."""


def send(link: socket, kind: bytes, content: bytes) -> None:
    """Sends a message. Raises OSError."""
    link.sendall(_HEAD.pack(kind, len(content)))
    link.sendall(content)


def receive(link: socket, most: int) -> tuple[bytes, bytes]:
    """The next message of at most `most` bytes. Raises EOFError, OSError, Oversized."""
    kind, size = _HEAD.unpack(received(link, _HEAD.size))
    if size > most:
        raise Oversized
    return kind, received(link, size)


def received(link: socket, size: int) -> bytes:
    """So many bytes; room for them is made as they come. Raises EOFError, OSError."""
    found = bytearray()
    while len(found) < size:
        part = link.recv(min(size - len(found), max(_LEAST_ROOM, len(found))))
        if not part:
            raise EOFError
        found += part
    return bytes(found)
