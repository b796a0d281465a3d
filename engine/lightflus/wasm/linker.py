"""Host functions, and the link between them and a module.

What it owns: the rule that a host function never raises into wasmtime (its Python package keeps one exception per
process, which threads steal from each other), and finding the store that a call came from.
What it leaves: which functions there are (`sandbox/host_functions.py`). A linker is built once per engine and used
by any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ctypes import c_uint32, c_uint64
from dataclasses import dataclass
from typing import Generic, TypeVar, cast
from weakref import WeakValueDictionary

import wasmtime

from lightflus.errors import InternalError, LightflusError
from lightflus.wasm.engine import Engine
from lightflus.wasm.instance import Instance
from lightflus.wasm.memory import LinearMemory
from lightflus.wasm.module import CompiledModule
from lightflus.wasm.native import HOST_CALLBACK, NATIVE, HostCallback, Native, address
from lightflus.wasm.store import Store
from lightflus.wasm.traps import refusal_from, start_failure

World = TypeVar("World")


@dataclass(frozen=True, slots=True)
class HostFunction(Generic[World]):
    """A function that guests may import.

    Attributes:
        params: one letter each: i = i32, I = i64.
        result: the same, or empty.
        run: gets the world of the calling store, its memory (None if it exports none) and the unsigned arguments.
            What it raises ends the guest's call and is raised to the host that made it.
    """

    module: str
    name: str
    params: str
    result: str
    run: Callable[[World, LinearMemory | None, Sequence[int]], int]


_TYPES = {"i": wasmtime.ValType.i32, "I": wasmtime.ValType.i64}
_SLOTS: dict[str, type[c_uint32] | type[c_uint64]] = {"i": c_uint32, "I": c_uint64}
_SLOT_BYTES = 16
_TRAP_CODE: int = wasmtime.TrapCode.UNREACHABLE.value


class Linker(Generic[World]):
    """Links modules to host functions. `World` is what the caller keeps per store: logs, counters.

    With `is_native` host functions end a guest by a trap, at once; otherwise (where wasmtime's package has changed) by
    a deadline of 0 that the guest meets at the next call that it makes.
    """

    def __init__(
        self, functions: Sequence[HostFunction[World]], engine: Engine, *, is_native: bool = NATIVE is not None
    ) -> None:
        self._native = wasmtime.Linker(engine.native)
        self._stores: WeakValueDictionary[int, Store] = WeakValueDictionary()
        self._callbacks: list[HostCallback] = []
        for function in functions:
            kind = wasmtime.FuncType([_TYPES[p]() for p in function.params], [_TYPES[r]() for r in function.result])
            if is_native and NATIVE is not None:
                self._define(NATIVE, function, kind)
            else:
                self._define_public(function, kind)

    def _define(self, native: Native, function: HostFunction[World], kind: wasmtime.FuncType) -> None:
        params = [_SLOTS[letter] for letter in function.params]
        result = _SLOTS[function.result] if function.result else None

        def enter(_data: int, caller: int, values: int, _count: int) -> int:
            store = self._stores[native.caller_context(caller)]
            arguments = [slot.from_address(values + _SLOT_BYTES * i).value for i, slot in enumerate(params)]
            answer = _run(function, store, native.caller(caller), arguments)
            if store.failure is not None:
                return native.new_trap(_TRAP_CODE)
            if result is not None:
                result.from_address(values).value = answer
            return 0

        callback: HostCallback = HOST_CALLBACK(enter)
        self._callbacks.append(callback)
        module, name = function.module.encode(), function.name.encode()
        type_at = native.function_type(kind)
        error = native.define(
            native.linker(self._native), module, len(module), name, len(name), type_at, callback, None, None
        )
        if error is not None:
            raise refusal_from(native.error(error))

    def _define_public(self, function: HostFunction[World], kind: wasmtime.FuncType) -> None:
        params = [_SLOTS[letter] for letter in function.params]

        def enter(caller: wasmtime.Caller, *signed: int) -> int | None:
            store = self._stores[address(caller._context())]
            arguments = [slot(value).value for slot, value in zip(params, signed, strict=True)]
            answer = _run(function, store, caller, arguments)
            return answer if function.result else None

        self._native.define_func(function.module, function.name, kind, enter, access_caller=True)

    def prepare(self, module: CompiledModule) -> Prepared[World]:
        """Resolves a module's imports once for all its instances. Raises WasmRefused if one does not link."""
        try:
            return Prepared(self, self._native.instantiate_pre(module.native), self._stores, module.engine)
        except wasmtime.WasmtimeError as error:
            raise refusal_from(error) from error


def _run(function: HostFunction[World], store: Store, caller: wasmtime.Caller, arguments: Sequence[int]) -> int:
    """Runs a host function; whatever it raises is left in the store."""
    try:
        memory = store.memory or _memory_of(store, caller)
        return function.run(cast(World, store.world), memory, arguments)
    except LightflusError as error:
        store.fail(error)
    except Exception as error:
        failed = InternalError(f"host function {function.name}: {error!r}")
        failed.__cause__ = error
        store.fail(failed)
    except BaseException as error:  # Ctrl-C: the caller of the guest raises it
        store.fail(error)
    return 0


def _memory_of(store: Store, caller: wasmtime.Caller) -> LinearMemory | None:
    """The memory of an instance that is still being made: its start function runs."""
    exported = caller.get("memory")
    return LinearMemory(store, exported) if isinstance(exported, wasmtime.Memory) else None


class Prepared(Generic[World]):
    """A module whose imports are resolved. Keeps its linker, and with it the host functions, alive."""

    def __init__(
        self,
        linker: Linker[World],
        native: wasmtime.InstancePre,
        stores: WeakValueDictionary[int, Store],
        engine: Engine,
    ) -> None:
        self._linker = linker
        self._native = native
        self._stores = stores
        self.engine = engine
        """The engine in which stores for its instances are made."""

    def instantiate(self, store: Store, world: World) -> Instance:
        """Makes the instance of `store`; the module's start function runs here, under the store's deadline.

        Raises WasmTrap, WasmRefused, ExternalError, and what a host function left behind.
        """
        store.world = world
        store.keeps = self
        self._stores[address(store.native._context())] = store
        store.arm()
        try:
            instance = Instance(store, self._native.instantiate(store.native))
        except wasmtime.Trap as trap:
            trapped = store.trapped(trap)
            if store.failure is not None:
                raise store.failure from trapped
            raise trapped from trap
        except wasmtime.WasmtimeError as error:
            raise start_failure(error) from error
        if store.failure is not None:
            raise store.failure
        store.memory = instance.optional_memory()
        return instance
