"""Ports of 127.0.0.1 that nobody uses now.

They are drawn below the range from which systems take the ports of outgoing connections, so that a server which is down
for a while finds its port free when it comes back.
"""

from __future__ import annotations

import random
import socket
from typing import Final

HOST: Final = "127.0.0.1"
_FIRST, _LAST = 20_000, 31_999
_TRIES = 200


def free_port() -> int:
    """A port on which nothing listens.

    Raises:
        OSError: if none was found.
    """
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)
        if is_free(port):
            return port
    raise OSError(f"no free port among {_TRIES} between {_FIRST} and {_LAST}")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
