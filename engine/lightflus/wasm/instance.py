"""An instance: the exports of one module in one store.

What it owns: looking exports up. What it leaves: which ones there must be (`sandbox/inspect.py`).
"""

from __future__ import annotations

import wasmtime

from lightflus.wasm.call import Function
from lightflus.wasm.memory import LinearMemory
from lightflus.wasm.module import CompiledModule
from lightflus.wasm.store import Store
from lightflus.wasm.traps import WasmRefused, start_failure


class Instance:
    """Exports by name."""

    __slots__ = ("_exports", "store")

    def __init__(self, store: Store, native: wasmtime.Instance) -> None:
        self.store = store
        self._exports = native.exports(store.native)

    @classmethod
    def without_imports(cls, store: Store, module: CompiledModule) -> Instance:
        """Makes the instance of a module that imports nothing. Raises WasmTrap, WasmRefused, ExternalError."""
        store.arm()
        try:
            return cls(store, wasmtime.Instance(store.native, module.native, []))
        except wasmtime.Trap as trap:
            raise store.trapped(trap) from trap
        except wasmtime.WasmtimeError as error:
            raise start_failure(error) from error

    def function(self, name: str) -> Function:
        """The exported function of that name. Raises WasmRefused if there is none."""
        found = self.optional_function(name)
        if found is None:
            raise WasmRefused(f"the module exports no function {name}")
        return found

    def optional_function(self, name: str) -> Function | None:
        """The exported function of that name, or None."""
        found = self._exports.get(name)
        return Function(self.store, name, found) if isinstance(found, wasmtime.Func) else None

    def memory(self, name: str = "memory") -> LinearMemory:
        """The exported memory of that name. Raises WasmRefused if there is none."""
        found = self.optional_memory(name)
        if found is None:
            raise WasmRefused(f"the module exports no memory {name}")
        return found

    def optional_memory(self, name: str = "memory") -> LinearMemory | None:
        """The exported memory of that name, or None."""
        found = self._exports.get(name)
        return LinearMemory(self.store, found) if isinstance(found, wasmtime.Memory) else None
