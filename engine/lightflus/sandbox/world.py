"""What host functions of one instance share: where log lines go, and how much a guest may still say.

What it owns: reading text out of a guest safely, the bucket of log lines and the bound on host calls. One thread at a
time, with its instance. What it leaves: making text harmless (`model/text.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from lightflus.errors import GuestAborted, GuestError, GuestMemoryExceeded, GuestProtocolError, GuestTrapped
from lightflus.limits import GUEST_HOST_CALLS_PER_CALL, GUEST_LOG_LINES_PER_BATCH, GUEST_MESSAGE_BYTES
from lightflus.model.text import line
from lightflus.wasm import LinearMemory, OutOfBounds

LogSink = Callable[[int, str], None]
"""Takes a line of a guest: level (0 debug, 1 info, 2 warn, 3 error) and text without control characters."""

OUT_OF_MEMORY: Final = "out of memory"
"""How an SDK's allocator begins its last words (docs/abi.md 3.5)."""
WARN: Final = 2
_STDERR = 2
LEVELS: Final = ("debug", "info", "warn", "error")
"""What the levels of log lines are called."""
_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
_logger = logging.getLogger("lightflus.guest")

_LINE_CHARACTERS = GUEST_MESSAGE_BYTES + 4
"""A message, and the sign that it was cut."""


def log_to_python(level: int, text: str) -> None:
    """The default sink: Python's logger `lightflus.guest`."""
    _logger.log(_LEVELS[min(level, len(_LEVELS) - 1)], text)


def harmless(text: str) -> str:
    """A guest's text as one line for a log."""
    return line(text.rstrip(), _LINE_CHARACTERS)


class World:
    """State of the host functions of one instance.

    Attributes:
        complaint: the first line that the running call wrote to its standard error; where a language's runtime gives
            up, it says there why.
    """

    def __init__(self, sink: LogSink = log_to_python) -> None:
        self._sink = sink
        self._lines_left = GUEST_LOG_LINES_PER_BATCH
        self._dropped = 0
        self._calls_left = GUEST_HOST_CALLS_PER_CALL
        self._unfinished: dict[int, bytes] = {}  # output by descriptor, the line that has not ended yet
        self.complaint = ""
        self.random_state = 0

    def begin_chain(self) -> None:
        """Fills the bucket of log lines, and says how many were dropped."""
        if self._dropped:
            self._sink(WARN, f"{self._dropped} log lines dropped: more than {GUEST_LOG_LINES_PER_BATCH} in one batch")
        self._lines_left = GUEST_LOG_LINES_PER_BATCH
        self._dropped = 0

    def begin_call(self) -> None:
        """Allows the next guest call its host calls."""
        self._calls_left = GUEST_HOST_CALLS_PER_CALL
        if self._unfinished:
            self.flush()
        self.complaint = ""

    def count(self) -> None:
        """Counts a host call. Raises GuestTrapped when there were too many."""
        self._calls_left -= 1
        if self._calls_left < 0:
            raise GuestTrapped(f"made more than {GUEST_HOST_CALLS_PER_CALL:,} calls to the host in one call")

    def write(self, descriptor: int, data: bytes) -> None:
        """Takes output: each line is a log line when it ends, however many writes it was made of."""
        *lines, rest = (self._unfinished.pop(descriptor, b"") + data).split(b"\n")
        for ended in lines if len(rest) < GUEST_MESSAGE_BYTES else [*lines, rest]:
            self._print(descriptor, ended)
        if 0 < len(rest) < GUEST_MESSAGE_BYTES:
            self._unfinished[descriptor] = rest

    def flush(self) -> None:
        """Ends lines that the guest has left open."""
        unfinished, self._unfinished = self._unfinished, {}
        for descriptor, begun in unfinished.items():
            self._print(descriptor, begun)

    def ended_itself(self, how: str) -> GuestError:
        """The error of a guest that its language's runtime has ended; what that wrote first is the reason to show."""
        self.flush()
        kind = GuestMemoryExceeded if OUT_OF_MEMORY in self.complaint else GuestAborted
        return kind(f"ended itself {how}; it wrote: {self.complaint}" if self.complaint else f"ended itself {how}")

    def _print(self, descriptor: int, written: bytes) -> None:
        text = written.decode(errors="replace")
        if not text.strip():
            return
        if descriptor == _STDERR and not self.complaint:
            self.complaint = harmless(text)
        self.log(descriptor, text)

    def log(self, level: int, text: str) -> None:
        """Passes a line on, or drops it when the bucket is empty."""
        if self._lines_left:
            self._lines_left -= 1
            self._sink(level, harmless(text))
        else:
            self._dropped += 1


def text_at(memory: LinearMemory | None, address: int, size: int, what: str) -> str:
    """At most GUEST_MESSAGE_BYTES of UTF-8 text. Raises GuestProtocolError if it lies outside the memory."""
    if memory is None:
        raise GuestProtocolError(f"passed {what} to the host without exporting a memory", rule="2")
    try:
        window = memory.window()
        window.require(address, size)
        text = window.read(address, min(size, GUEST_MESSAGE_BYTES)).decode(errors="replace")
    except OutOfBounds as error:
        text = f"passed {what} to the host that is not in its memory: {error}"
        raise GuestProtocolError(text, rule="2") from error
    return text if size <= GUEST_MESSAGE_BYTES else text + " ..."
