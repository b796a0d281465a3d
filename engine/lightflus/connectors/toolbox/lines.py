"""Reads a stream of lines through a decoder: the reader of `file:` and `stdin:`.

What it owns: positions of lines, as `name:line` for people and `offset:line` for resuming. One thread at a time.
What it leaves: cutting (`blocks.py`), decoding (`ports.LineDecoder`), opening and its errors (the connector).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from lightflus.connectors.toolbox.blocks import BOM, BlockReader, LongLine
from lightflus.connectors.toolbox.failures import reading
from lightflus.connectors.toolbox.rejections import rejected
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.limits import MIB, RECORD_BYTES
from lightflus.ports.formats import BadRecord, HeadedDecoder, LineDecoder
from lightflus.ports.sources import Rejected, SourceBatch


@dataclass(frozen=True, slots=True)
class LinePosition:
    """A place between two lines of a stream.

    Attributes:
        offset: bytes before it.
        line: lines before it.
    """

    offset: int = 0
    line: int = 0

    def __str__(self) -> str:
        return f"{self.offset}:{self.line}"

    @staticmethod
    def parse(text: str | None, where: str) -> LinePosition:
        """The inverse of `str`; None is the beginning. Raises SourceFailed."""
        if text is None:
            return LinePosition()
        offset, colon, line = text.partition(":")
        if not (colon and offset.isdecimal() and line.isdecimal()):
            raise SourceFailed(f"`{text}` is not a position in a file", where=where, hint="it looks like 1048576:9120")
        return LinePosition(int(offset), int(line))


@dataclass(frozen=True, slots=True)
class LineOrigin:
    """Rows that were lines (`batch.Origin`). `record_of_row` is None where row i is line i of the block."""

    name: str
    first_line: int
    record_of_row: pa.Int32Array | None

    def position(self, row: int) -> str:
        """`book.txt:124`, counted from 1."""
        line = row if self.record_of_row is None else int(self.record_of_row[row].as_py() or 0)
        return f"{self.name}:{self.first_line + line + 1}"


class LineReader:
    """`sequential.SplitReader` over a stream of lines."""

    def __init__(
        self,
        split: str,
        name: str,
        decoder: LineDecoder,
        *,
        read: Callable[[int], bytes | None],
        close: Callable[[], None],
        start: LinePosition,
        header: Callable[[], bytes] = lambda: b"",
    ) -> None:
        """`name` is what a person calls the stream; `read` and `close` belong to it, and it stands at `start`.

        `header` gives the stream's first line, where it is read from the middle and its format has one.
        """
        self._split = split
        self._name = name
        self._decoder = decoder
        self._close = close
        self._blocks = BlockReader(read, start.offset)
        self._line = start.line
        self._headed = decoder if isinstance(decoder, HeadedDecoder) else None
        if self._headed is not None and start.line:
            self._begin(self._headed, header())

    def read(self) -> SourceBatch | None:
        """The next rows that have arrived, and what could not be decoded; None at the end.

        Without rows where nothing has arrived and `read` does not wait. Raises SourceFailed.
        """
        while True:
            before = self._blocks.offset
            with reading(self._name):
                block = self._blocks.next_block()
            if block is None:
                return None
            if isinstance(block, LongLine):
                return self._skipped(block)
            if not block:
                return self._batch(self._nothing(), LineOrigin(self._name, self._line, None), (), 0)
            block = self._behind_header(block)
            if block and ((found := self._decoded(block, before)).columns.num_rows or found.rejected):
                return found

    def close(self) -> None:
        """Idempotent."""
        self._close()

    def _behind_header(self, block: bytes) -> bytes:
        """What stands behind the first line that is not empty, where that is a header that is not read yet."""
        while block and self._headed is not None:
            head, _, block = block.partition(b"\n")
            self._line += 1
            if head not in (b"", b"\r"):
                self._begin(self._headed, head)
        return block

    def _begin(self, decoder: HeadedDecoder, header: bytes) -> None:
        self._decoder, self._headed = headed(decoder, header, self._name), None

    def _decoded(self, block: bytes, before: int) -> SourceBatch:
        decoded = self._decoder.decode_lines(block)
        origin = LineOrigin(self._name, self._line, decoded.record_of_row)
        bad = rejected(decoded, self._place)
        self._line += decoded.records
        return self._batch(decoded.columns, origin, bad, self._blocks.offset - before)

    def _skipped(self, line: LongLine) -> SourceBatch:
        """The position stays before the line: its end, and so its length, is not known yet."""
        told = Rejected(
            f"{self._name}:{self._line + 1}",
            f"this line is longer than {RECORD_BYTES // MIB} MiB, the limit of one record",
            "a record is one line; does the input have line ends (LF)?",
            line.raw,
        )
        origin = LineOrigin(self._name, self._line, None)
        batch = self._batch(self._nothing(), origin, (told,), len(line.raw))
        self._line += 1
        return batch

    def _nothing(self) -> pa.RecordBatch:
        return self._decoder.decode_lines(b"").columns.slice(0, 0)

    def _batch(
        self, columns: pa.RecordBatch, origin: LineOrigin, rejected: tuple[Rejected, ...], size: int
    ) -> SourceBatch:
        position = str(LinePosition(self._blocks.offset, self._line))
        return SourceBatch(columns, origin, {self._split: position}, size, rejected)

    def _place(self, bad: BadRecord) -> str:
        return f"{self._name}:{self._line + bad.index + 1}:{bad.byte + 1}"


def headed(decoder: HeadedDecoder, header: bytes, name: str) -> LineDecoder:
    """The decoder of the stream `name`, by its first line. Raises BindingInvalid, with that line as its place."""
    try:
        return decoder.headed(header.removeprefix(BOM))
    except BindingInvalid as error:
        raise BindingInvalid(str(error), where=f"{name}:1", hint=error.hint) from error
