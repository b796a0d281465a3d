"""Compiled modules, and wasmtime's opinion of bytes.

What it owns: compiling (in this process: for trusted bytes, and in the jail), artefacts, validation.
What it leaves: the jail (`sandbox/examining.py`), our own rules (`sandbox/inspect.py`). Any thread may use a module.
"""

from __future__ import annotations

import wasmtime

from lightflus.wasm.engine import Engine, judge
from lightflus.wasm.traps import WasmRefused, refusal_from


class CompiledModule:
    """Machine code of one module, and the engine that it was loaded for."""

    __slots__ = ("engine", "native")

    def __init__(self, native: wasmtime.Module, engine: Engine) -> None:
        self.native = native
        self.engine = engine

    @classmethod
    def from_wasm(cls, wasm: bytes, engine: Engine | None = None) -> CompiledModule:
        """Compiles in this process: for our own modules, and in the jail. Raises WasmRefused.

        Without an engine it gets one of its own.
        """
        engine = engine or Engine()
        try:
            return cls(wasmtime.Module(engine.native, wasm), engine)
        except wasmtime.WasmtimeError as error:
            raise refusal_from(error) from error

    @classmethod
    def from_artefact(cls, artefact: bytes, engine: Engine) -> CompiledModule:
        """Loads what `artefact` gave. It is machine code: only for bytes of our own making. Raises WasmRefused."""
        try:
            return cls(wasmtime.Module.deserialize(engine.native, artefact), engine)
        except wasmtime.WasmtimeError as error:
            raise refusal_from(error) from error

    def artefact(self) -> bytes:
        """The machine code as bytes, for the same version and settings of wasmtime only."""
        return bytes(self.native.serialize())


def refusal(wasm: bytes) -> WasmRefused | None:
    """Why wasmtime would refuse these bytes (nothing is compiled); None if it would not."""
    return _refusal(judge(is_portable=False), wasm)


def uses_simd(wasm: bytes) -> bool:
    """Whether valid bytes leave the portable profile: v128 is the one feature that we accept beyond it."""
    return _refusal(judge(is_portable=True), wasm) is not None


def _refusal(judge: wasmtime.Engine, wasm: bytes) -> WasmRefused | None:
    try:
        wasmtime.Module.validate(judge, wasm)
    except wasmtime.WasmtimeError as error:
        return refusal_from(error)
    return None
