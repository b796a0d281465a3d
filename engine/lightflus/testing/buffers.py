"""Buffers of u32 as lists, for doubles of the kernel.

What it owns: the way there and back. It is no part of the data path.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import pyarrow as pa


def words(numbers: Iterable[int]) -> pa.Buffer:
    """A buffer of u32."""
    return pa.py_buffer(array("I", numbers).tobytes())


def numbers(words: pa.Buffer) -> list[int]:
    """The u32 of a buffer."""
    return memoryview(words).cast("I").tolist()
