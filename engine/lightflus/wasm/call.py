"""Calls into wasm: the fast way, and the package's own way where that is not to be had.

What it owns: `Function`: arguments and result through one value array that is reused, the deadline armed before every
call, traps and host functions' errors raised after it. A call blocks its thread, without the interpreter's lock.
What it leaves: what the numbers mean. Results are unsigned: addresses and lengths as they are meant.
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from time import perf_counter

import wasmtime

from lightflus.wasm.native import NATIVE
from lightflus.wasm.store import Store
from lightflus.wasm.traps import TrapKind, WasmRefused, WasmTrap, refusal_from

_SLOT_BYTES = 16
"""sizeof(wasmtime_val_raw_t)."""
_KINDS: dict[str, type[c_uint32] | type[c_uint64]] = {"i32": c_uint32, "i64": c_uint64}


class Function:
    """An exported function of i32 and i64 that returns nothing or one of them.

    Raises WasmRefused if it has other types: nothing of the ABI does.
    """

    __slots__ = (
        "_count",
        "_function",
        "_handle",
        "_params",
        "_result",
        "_store",
        "_trap",
        "_trap_at",
        "_values",
        "name",
    )

    def __init__(self, store: Store, name: str, function: wasmtime.Func) -> None:
        kind = function.type(store.native)
        params = [_slot_type(name, str(param)) for param in kind.params]
        results = [_slot_type(name, str(result)) for result in kind.results]
        if len(results) > 1:
            raise WasmRefused(f"function {name} returns {len(results)} values")
        self.name = name
        self._store = store
        self._function = function
        self._handle = NATIVE.function(function) if NATIVE else 0
        self._count = max(len(params), len(results), 1)
        buffer = (c_uint8 * (_SLOT_BYTES * self._count))()
        self._values = ctypes.addressof(buffer)
        self._params = [slot.from_buffer(buffer, _SLOT_BYTES * i) for i, slot in enumerate(params)]
        self._result = results[0].from_buffer(buffer) if results else None
        self._trap = c_void_p()
        self._trap_at = ctypes.addressof(self._trap)

    def __call__(self, *arguments: int) -> int:
        """Calls it. Numbers are taken modulo 2^32 or 2^64; the result is unsigned, 0 if there is none.

        Raises WasmTrap, or what a host function left in `Store.failure`.
        """
        if NATIVE is None:
            return self.call_checked(*arguments)
        store = self._store
        if len(arguments) != len(self._params):
            raise WasmRefused(f"function {self.name} takes {len(self._params)} arguments, not {len(arguments)}")
        if not store.context:
            raise WasmRefused(f"function {self.name} was called after its store was closed")
        for slot, argument in zip(self._params, arguments, strict=True):
            slot.value = argument
        if store.deadline_ticks:
            store.armed_at = perf_counter()
            NATIVE.set_deadline(store.context, store.deadline_ticks)
        if store.is_interrupted:  # looked at after arming: an interrupt after this line finds the deadline armed
            raise WasmTrap(TrapKind.INTERRUPTED, "was interrupted")
        store.is_running = True
        try:
            error = NATIVE.call(store.context, self._handle, self._values, self._count, self._trap_at)
        finally:  # Ctrl-C may be raised here
            store.is_running = False
        if error is not None or self._trap.value is not None or store.failure is not None:
            self._raise(error)
        return self._result.value if self._result is not None else 0

    def _raise(self, error: int | None) -> None:
        """Raises what ended the call; takes ownership of wasmtime's error and trap in any case."""
        assert NATIVE is not None
        pointer, self._trap.value = self._trap.value, None
        trapped = self._store.trapped(NATIVE.trap(pointer)) if pointer is not None else None
        refused = refusal_from(NATIVE.error(error)) if error is not None else None
        if self._store.failure is not None:
            raise self._store.failure from trapped
        if trapped is not None:
            raise trapped
        if refused is not None:
            raise refused

    def call_checked(self, *arguments: int) -> int:
        """The same through the package's public interface: 20 times slower; the fallback and the oracle."""
        self._store.arm()
        if self._store.is_interrupted:
            raise WasmTrap(TrapKind.INTERRUPTED, "was interrupted")
        trapped: WasmTrap | WasmRefused | None = None
        result = None
        try:
            result = self._function(self._store.native, *(_signed(slot, a) for slot, a in zip(self._params, arguments)))  # noqa: B905
        except wasmtime.Trap as trap:
            trapped = self._store.trapped(trap)
        except wasmtime.WasmtimeError as error:
            trapped = refusal_from(error)
        if self._store.failure is not None:
            raise self._store.failure from trapped
        if trapped is not None:
            raise trapped
        return 0 if result is None or self._result is None else type(self._result)(result).value


def _slot_type(name: str, kind: str) -> type[c_uint32] | type[c_uint64]:
    if kind not in _KINDS:
        raise WasmRefused(f"function {name} has a parameter or result of type {kind}; i32 and i64 are expected")
    return _KINDS[kind]


def _signed(slot: c_uint32 | c_uint64, value: int) -> int:
    bits = 8 * ctypes.sizeof(slot)
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value
