"""Splits a block of bytes into lines, at the speed of Arrow's C++, and finds bytes that are not UTF-8.

What it owns: what a line is (docs/connectors.md, "Text"): it ends in LF or CRLF, which are stripped; nothing else ends
it. What it leaves: what a line holds (`raw.py`, `json.py`). Pure; any thread.
"""

from __future__ import annotations

from struct import pack
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.errors import RecordInvalid
from lightflus.runtime.ports import Locate


def split_text(block: bytes, locate: Locate) -> pa.StringArray:
    """The lines of a block that is not empty, valid UTF-8 all of them.

    Raises:
        RecordInvalid: bytes that are not UTF-8, at their line and byte.
    """
    text, separator = _trimmed(block)
    try:
        whole = _one(text).cast(pa.utf8())
    except pa.ArrowInvalid:
        raise _not_utf8(block, locate) from None
    return cast(pa.StringArray, pc.split_pattern(whole, pattern=separator).flatten())


def split_binary(block: bytes) -> pa.BinaryArray:
    """The lines of a block that is not empty, as they are."""
    text, separator = _trimmed(block)
    return cast(pa.BinaryArray, pc.split_pattern(_one(text), pattern=separator).flatten())


def check_text(block: bytes, locate: Locate) -> None:
    """Raises RecordInvalid unless the whole block is UTF-8; several GB/s."""
    try:
        _one(block).cast(pa.utf8())
    except pa.ArrowInvalid:
        raise _not_utf8(block, locate) from None


def _trimmed(block: bytes) -> tuple[bytes | memoryview, str]:
    """The block without its last line end, and the line end that divides the rest."""
    separator = "\n"
    if b"\r" in block and b"\r\n" in block:
        if block.count(b"\r\n") == block.count(b"\n"):
            separator = "\r\n"
        else:
            block = block.replace(b"\r\n", b"\n")
    if block.endswith(separator.encode()):
        return memoryview(block)[: -len(separator)], separator
    return block, separator


def _one(text: bytes | memoryview) -> pa.BinaryArray:
    """An array of one value, over the same memory."""
    offsets = pa.py_buffer(pack("<ii", 0, len(text)))
    return cast(pa.BinaryArray, pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(text)]))


def _not_utf8(block: bytes, locate: Locate) -> RecordInvalid:
    try:
        block.decode()
    except UnicodeDecodeError as error:
        line = block.count(b"\n", 0, error.start)
        byte = error.start - (block.rfind(b"\n", 0, error.start) + 1)
        return RecordInvalid(
            f"byte 0x{block[error.start]:02x} is not valid UTF-8 ({error.reason})",
            where=locate(line, byte),
            hint="input must be UTF-8; convert it first, for example: iconv -f ISO-8859-1 -t UTF-8 in.txt > out.txt",
        )
    raise AssertionError("Arrow and Python disagree about UTF-8")
