"""Direct entries of wasmtime's C library, for the few calls that happen per batch.

What it owns: the prototypes. They use names of the Python package that are not public; if those move, `NATIVE` is None
and `call.py` and `memory.py` use the public, slower interface. A test compares both.
Entries that only read or write a field keep the interpreter's lock, since giving it up costs more than the work; calls
into wasm give it up, so that guests of several threads run side by side.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_char_p, c_size_t, c_uint8, c_uint64, c_void_p
from dataclasses import dataclass
from typing import Protocol, cast

import wasmtime

HOST_CALLBACK = ctypes.CFUNCTYPE(c_size_t, c_void_p, c_void_p, c_void_p, c_size_t)
"""Data, caller, values, value count -> a trap or 0. The interpreter's lock is taken for it."""


class HostCallback(Protocol):
    """What HOST_CALLBACK makes of a Python function; must live as long as the linker and its instances."""


@dataclass(frozen=True, slots=True)
class Native:
    """C entries; every argument is an address or a number, every address result None for a null pointer.

    Attributes:
        call: wasmtime_func_call_unchecked(context, function, values, value count, place of the trap) -> error
        set_deadline: wasmtime_context_set_epoch_deadline(context, ticks after the current epoch)
        increment_epoch: wasmtime_engine_increment_epoch(engine)
        memory_data: wasmtime_memory_data(context, memory) -> base
        memory_size: wasmtime_memory_data_size(context, memory) -> bytes
        define: wasmtime_linker_define_func_unchecked(linker, module and its length, name and its length, type,
            callback, data, finalizer) -> error
        caller_context: wasmtime_caller_context(caller) -> context
        new_trap: wasmtime_trap_new_code(code) -> trap; one with a code carries its frames, one with a text does not
    """

    call: Callable[[int, int, int, int, int], int | None]
    set_deadline: Callable[[int, int], None]
    increment_epoch: Callable[[int], None]
    memory_data: Callable[[int, int], int | None]
    memory_size: Callable[[int, int], int]
    define: Callable[[int, bytes, int, bytes, int, int, HostCallback, None, None], int | None]
    caller_context: Callable[[int], int]
    new_trap: Callable[[int], int]

    def context(self, store: wasmtime.Store) -> int:
        """Address of a store's context; stable while the store lives."""
        return address(store._context())

    def engine(self, engine: wasmtime.Engine) -> int:
        """Address of an engine."""
        return address(engine.ptr())

    def function(self, function: wasmtime.Func) -> int:
        """Address of a function's handle; valid while `function` lives."""
        return ctypes.addressof(function._func)

    def memory(self, memory: wasmtime.Memory) -> int:
        """Address of a memory's handle; valid while `memory` lives."""
        return ctypes.addressof(memory._memory)

    def trap(self, pointer: int) -> wasmtime.Trap:
        """Takes ownership of a trap."""
        return wasmtime.Trap._from_ptr(ctypes.cast(pointer, ctypes.POINTER(wasmtime._ffi.wasm_trap_t)))

    def error(self, pointer: int) -> wasmtime.WasmtimeError:
        """Takes ownership of an error."""
        return wasmtime.WasmtimeError._from_ptr(ctypes.cast(pointer, ctypes.POINTER(wasmtime._ffi.wasmtime_error_t)))

    def linker(self, linker: wasmtime.Linker) -> int:
        """Address of a linker."""
        return address(linker.ptr())

    def function_type(self, kind: wasmtime.FuncType) -> int:
        """Address of a function's type; valid while `kind` lives."""
        return address(kind.ptr())

    def caller(self, pointer: int) -> wasmtime.Caller:
        """The caller of a host function, for as long as that runs."""
        return wasmtime.Caller(ctypes.cast(pointer, ctypes.POINTER(wasmtime._ffi.wasmtime_caller_t)))


def address(pointer: object) -> int:
    """The address in a ctypes pointer. Raises ValueError for a null pointer."""
    value = ctypes.cast(cast("c_void_p", pointer), c_void_p).value
    if value is None:
        raise ValueError("null pointer")
    return value


def _load() -> Native | None:
    keeps_lock, gives_lock_up = ctypes.PYFUNCTYPE, ctypes.CFUNCTYPE
    try:
        library = wasmtime._ffi.dll
        _ = wasmtime.Trap._from_ptr, wasmtime.WasmtimeError._from_ptr, wasmtime.Store._context, wasmtime.Linker.ptr
        return Native(
            call=gives_lock_up(c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)(
                ("wasmtime_func_call_unchecked", library)
            ),
            set_deadline=keeps_lock(None, c_void_p, c_uint64)(("wasmtime_context_set_epoch_deadline", library)),
            increment_epoch=keeps_lock(None, c_void_p)(("wasmtime_engine_increment_epoch", library)),
            memory_data=keeps_lock(c_void_p, c_void_p, c_void_p)(("wasmtime_memory_data", library)),
            memory_size=keeps_lock(c_size_t, c_void_p, c_void_p)(("wasmtime_memory_data_size", library)),
            define=keeps_lock(
                c_void_p, c_void_p, c_char_p, c_size_t, c_char_p, c_size_t, c_void_p, HOST_CALLBACK, c_void_p, c_void_p
            )(("wasmtime_linker_define_func_unchecked", library)),
            caller_context=keeps_lock(c_size_t, c_void_p)(("wasmtime_caller_context", library)),
            new_trap=keeps_lock(c_size_t, c_uint8)(("wasmtime_trap_new_code", library)),
        )
    except AttributeError:
        return None


NATIVE: Native | None = _load()
"""The entries, or None where the package has changed."""
