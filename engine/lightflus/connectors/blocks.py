"""Cuts a stream of bytes into blocks of whole lines.

What it owns: where a block ends (at its last LF), the BOM, the bound on a record, byte offsets.
What it leaves: what a line holds (the decoder), where bytes come from (`read`). One thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lightflus.errors import RecordInvalid
from lightflus.limits import MIB, READ_BYTES, RECORD_BYTES

_BOM = b"\xef\xbb\xbf"


class BlockReader:
    """Reads blocks of whole lines; only the last one of the stream may lack its LF."""

    def __init__(self, read: Callable[[int], bytes], offset: int) -> None:
        """`read(most)` yields up to `most` bytes, b"" at the end; it stands at byte `offset`, where a line begins."""
        self._read = read
        self._tail: list[bytes] = []
        self._tail_bytes = 0
        self._is_ended = False
        self._is_at_start = offset == 0
        self.offset = offset
        """Of the first byte that no block has had yet."""

    def next_block(self, where: Callable[[], str]) -> bytes | None:
        """The next lines that have arrived, or None at the end.

        Raises:
            RecordInvalid: a line longer than RECORD_BYTES; `where()` names the first line not yet returned.
        """
        while not self._is_ended:
            data = self._read(READ_BYTES)
            if not data:
                self._is_ended = True
                break
            cut = data.rfind(b"\n") + 1
            first = data.find(b"\n") if cut else len(data)
            if self._tail_bytes + first > RECORD_BYTES:
                raise _too_long(where())
            if cut:
                return self._taken([*self._tail, memoryview(data)[:cut]], data[cut:])
            self._tail.append(data)
            self._tail_bytes += len(data)
        return self._taken(self._tail, b"") if self._tail_bytes else None

    def _taken(self, pieces: Sequence[bytes | memoryview], tail: bytes) -> bytes | None:
        block = b"".join(pieces)
        self._tail = [tail] if tail else []
        self._tail_bytes = len(tail)
        self.offset += len(block)
        if self._is_at_start:
            self._is_at_start = False
            block = block.removeprefix(_BOM)
        return block or None


def _too_long(where: str) -> RecordInvalid:
    return RecordInvalid(
        f"this line is longer than {RECORD_BYTES // MIB} MiB, the limit of one record",
        where=where,
        hint="a record is one line; does the input have line ends (LF)?",
    )
