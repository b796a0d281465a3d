"""Cuts a stream of bytes into blocks of whole lines.

What it owns: where a block ends (at its last LF), the BOM, the bound on a record (a longer line is told and
skipped), byte offsets.
What it leaves: what a line holds (the decoder), where bytes come from (`read`). One thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lightflus.limits import BAD_RECORD_BYTES, READ_BYTES, RECORD_BYTES

BOM = b"\xef\xbb\xbf"
"""What some programs write in front of UTF-8."""


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line that is longer than a record may be: its beginning, cut at BAD_RECORD_BYTES."""

    raw: bytes


class BlockReader:
    """Reads blocks of whole lines; only the last one of the stream may lack its LF."""

    def __init__(self, read: Callable[[int], bytes | None], offset: int) -> None:
        """`read(most)` yields up to `most` bytes, b"" at the end, None where there are none yet.

        It stands at byte `offset`, where a line begins.
        """
        self._read = read
        self._tail: list[bytes] = []
        self._tail_bytes = 0
        self._rest = b""
        self._skipped_bytes = 0
        self._is_ended = False
        self._is_at_start = offset == 0
        self.offset = offset
        """Of the first line that is not done: before a long one until its end is found."""

    def next_block(self) -> bytes | LongLine | None:
        """The next lines that have arrived, b"" where none has, or None at the end.

        A line of more than RECORD_BYTES is told as soon as that is known, and skipped by the calls that follow.
        """
        while not self._is_ended:
            data = self._next_data()
            if data is None:
                return b""
            if not data:
                self._is_ended = True
                break
            cut = data.rfind(b"\n") + 1
            first = data.find(b"\n") if cut else len(data)
            if self._tail_bytes + first > RECORD_BYTES:
                return self._long_line(data)
            if cut:
                return self._taken([*self._tail, memoryview(data)[:cut]], data[cut:])
            self._tail.append(data)
            self._tail_bytes += len(data)
        return self._taken(self._tail, b"") if self._tail_bytes else None

    def _next_data(self) -> bytes | None:
        """Bytes behind a line that is being skipped; b"" at the end; None where there are none yet."""
        data, self._rest = self._rest or self._read(READ_BYTES), b""
        while data and self._skipped_bytes:
            end = data.find(b"\n") + 1
            if end:
                self.offset += self._skipped_bytes + end
                self._skipped_bytes = 0
            else:
                self._skipped_bytes += len(data)
            data = (data[end:] if end else b"") or self._read(READ_BYTES)
        return data

    def _long_line(self, data: bytes) -> LongLine:
        head = b"".join([*self._tail, data[:BAD_RECORD_BYTES]])
        self._rest, self._skipped_bytes = data, self._tail_bytes
        self._tail, self._tail_bytes = [], 0
        if self._is_at_start:
            self._is_at_start = False
            head = head.removeprefix(BOM)
        return LongLine(head[:BAD_RECORD_BYTES])

    def _taken(self, pieces: Sequence[bytes | memoryview], tail: bytes) -> bytes | None:
        block = b"".join(pieces)
        self._tail = [tail] if tail else []
        self._tail_bytes = len(tail)
        self.offset += len(block)
        if self._is_at_start:
            self._is_at_start = False
            block = block.removeprefix(BOM)
        return block or None
