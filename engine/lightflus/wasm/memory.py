"""Linear memory by address, never past its end.

What it owns: the bounds check, and the only reads and writes of linear memory. Addresses are unsigned 32-bit numbers.
Any call into wasm may move or grow the memory: a `Window` is what it is between two calls.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import Array, c_char, c_size_t, c_void_p
from struct import Struct

import wasmtime

from lightflus.limits import MIB
from lightflus.wasm.native import NATIVE, address
from lightflus.wasm.store import Store
from lightflus.wasm.traps import OutOfBounds

_copy_large: Callable[[int, int, int], int] = ctypes.memmove
_copy_small: Callable[[int, int, int], int] = ctypes.PYFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)(
    ctypes.cast(ctypes.memmove, c_void_p).value or 0
)
"""The same C function, keeping the interpreter's lock: giving it up for some microseconds costs more than they do."""


class Window:
    """A memory as it stands now: valid until the next call into its instance, which may move or grow it.

    Keeps the store alive; a store that is closed takes the memory away all the same.
    """

    __slots__ = ("_base", "_bytes", "_store", "size")

    def __init__(self, store: Store, base: int, size: int) -> None:
        self._store = store
        self._base = base
        self._bytes: Array[c_char] | None = None
        self.size = size

    def _host_address(self, start: int, size: int) -> int:
        if start < 0 or size < 0 or start + size > self.size:
            raise OutOfBounds(start, size, self.size)
        return self._base + start

    def require(self, start: int, size: int) -> None:
        """Raises OutOfBounds unless `size` bytes from `start` lie inside."""
        self._host_address(start, size)

    def read(self, start: int, size: int) -> bytes:
        """A copy of `size` bytes. Raises OutOfBounds."""
        return ctypes.string_at(self._host_address(start, size), size)

    def unpack(self, layout: Struct, start: int) -> tuple[int, ...]:
        """The fields of `layout` at `start`. Raises OutOfBounds."""
        if start < 0 or start + layout.size > self.size:
            raise OutOfBounds(start, layout.size, self.size)
        if self._bytes is None:
            self._bytes = (c_char * self.size).from_address(self._base)
        return layout.unpack_from(self._bytes, start)

    def write(self, start: int, data: bytes) -> None:
        """Copies `data` in. Raises OutOfBounds."""
        ctypes.memmove(self._host_address(start, len(data)), data, len(data))

    def copy_in(self, start: int, source: int, size: int) -> None:
        """Copies from the host's address `source`, which the caller keeps alive. Raises OutOfBounds."""
        _copy(self._host_address(start, size), source, size)

    def copy_out(self, target: int, start: int, size: int) -> None:
        """Copies to the host's address `target`, which has room for `size` bytes. Raises OutOfBounds."""
        _copy(target, self._host_address(start, size), size)


class LinearMemory:
    """The memory of one instance."""

    __slots__ = ("_handle", "_memory", "_store")

    def __init__(self, store: Store, memory: wasmtime.Memory) -> None:
        self._store = store
        self._memory = memory
        self._handle = NATIVE.memory(memory) if NATIVE else 0

    def window(self) -> Window:
        """Its place and size now. Ask again after every call into the instance, `lf_alloc` included."""
        store = self._store
        if NATIVE and store.context:
            base, size = (
                NATIVE.memory_data(store.context, self._handle),
                NATIVE.memory_size(store.context, self._handle),
            )
            return Window(store, base or 0, size)
        return Window(store, address(self._memory.data_ptr(store.native)), self._memory.data_len(store.native))

    @property
    def size(self) -> int:
        """Bytes that it has now."""
        return self.window().size

    def read(self, start: int, size: int) -> bytes:
        """A copy of `size` bytes. Raises OutOfBounds."""
        return self.window().read(start, size)

    def write(self, start: int, data: bytes) -> None:
        """Copies `data` in. Raises OutOfBounds."""
        self.window().write(start, data)


def _copy(target: int, source: int, size: int) -> None:
    if size > MIB:
        _copy_large(target, source, size)
    else:
        _copy_small(target, source, size)
