"""Splits a block of bytes into lines, at the speed of Arrow's C++, and finds bytes that are not UTF-8.

What it owns: what a line is (docs/formats.md, "Text"): it ends in LF or CRLF, which are stripped; nothing else ends
it. What it leaves: what a line holds (`raw.py`), lines of JSON (`kernel/json.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import pack
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.ports.formats import BadRecord


def split_text(block: bytes) -> pa.StringArray | None:
    """The lines of a block that is not empty; None if one of them is not UTF-8."""
    text, separator = _trimmed(block)
    try:
        whole = _one(text).cast(pa.utf8())
    except pa.ArrowInvalid:
        return None
    return cast(pa.StringArray, pc.split_pattern(whole, pattern=separator).flatten())


def split_binary(block: bytes) -> pa.BinaryArray:
    """The lines of a block that is not empty, as they are."""
    text, separator = _trimmed(block)
    return cast(pa.BinaryArray, pc.split_pattern(_one(text), pattern=separator).flatten())


def joined(messages: pa.BinaryArray) -> pa.Buffer:
    """One block of messages that are not null, an LF between each two."""
    whole = pa.ListArray.from_arrays(pa.array([0, len(messages)], pa.int32()), cast(pa.Int64Array, messages))
    return cast(pa.BinaryArray, pc.binary_join(whole, cast(str, b"\n")))[0].as_buffer()


def is_text(block: bytes | pa.Buffer) -> bool:
    """Whether all of it is UTF-8; several GB/s."""
    try:
        _one(block).cast(pa.utf8())
    except pa.ArrowInvalid:
        return False
    return True


def not_text(values: pa.BinaryArray) -> list[BadRecord]:
    """The values that are not UTF-8. Good neighbours are checked together: the halves of a half that fails."""
    return [_not_utf8(index, values[index].as_py() or b"") for index in _invalid(values, 0)]


def rows_without(bad: Sequence[BadRecord], count: int) -> pa.Int32Array:
    """The numbers of `count` records that are not bad, ascending."""
    is_good = [True] * count
    for record in bad:
        is_good[record.index] = False
    return cast(pa.Int32Array, pc.indices_nonzero(pa.array(is_good, pa.bool_())).cast(pa.int32()))


def _invalid(values: pa.BinaryArray, first: int) -> Iterator[int]:
    """Their numbers, counted from `first`; recursion is as deep as the logarithm of the values."""
    try:
        values.cast(pa.utf8())
    except pa.ArrowInvalid:
        if len(values) == 1:
            yield first
            return
        middle = len(values) // 2
        yield from _invalid(values.slice(0, middle), first)
        yield from _invalid(values.slice(middle), first + middle)


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


def _one(text: bytes | memoryview | pa.Buffer) -> pa.BinaryArray:
    """An array of one value, over the same memory."""
    offsets = pa.py_buffer(pack("<ii", 0, len(text)))
    return cast(pa.BinaryArray, pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(text)]))


_CONVERT = "input must be UTF-8; convert it first, for example: iconv -f {} -t UTF-8 in.txt > out.txt"
_UNPACK = "this is compressed by {0}; unpack it first, for example: {0} -dc in > out.txt"
UTF_16 = _CONVERT.format("UTF-16")
"""What to do with UTF-16."""
_KNOWN = {
    b"\xff\xfe": UTF_16,
    b"\xfe\xff": UTF_16,
    b"\x1f\x8b": _UNPACK.format("gzip"),
    b"\x28\xb5\x2f\xfd": _UNPACK.format("zstd"),
    b"\xfd7zXZ": _UNPACK.format("xz"),
}
"""What bytes are that begin so, and what to do with them."""


def _not_utf8(index: int, raw: bytes) -> BadRecord:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        hint = next((hint for magic, hint in _KNOWN.items() if raw.startswith(magic)), _CONVERT.format("ISO-8859-1"))
        guess = " (UTF-16?)" if hint == UTF_16 else ""
        return BadRecord(index, error.start, f"byte 0x{raw[error.start]:02x} is not valid UTF-8{guess}", hint, raw)
    raise AssertionError("Arrow and Python disagree about UTF-8")
