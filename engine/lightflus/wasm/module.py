"""Compiled modules, and wasmtime's opinion of bytes.

What it owns: compiling (in this process: for trusted bytes and for the jailed child), artefacts, validation.
What it leaves: the jail (`sandbox/compiler.py`), our own rules (`sandbox/inspect.py`). Any thread may use a module.
"""

from __future__ import annotations

import wasmtime

from lightflus.wasm.engine import Code, engine, portable_engine
from lightflus.wasm.traps import WasmRefused, refusal_from


class CompiledModule:
    """Machine code of one module."""

    __slots__ = ("native",)

    def __init__(self, native: wasmtime.Module) -> None:
        self.native = native

    @classmethod
    def from_wasm(cls, wasm: bytes, code: Code = Code.GUEST) -> CompiledModule:
        """Compiles in this process: for our own modules and in the jailed child. Raises WasmRefused."""
        try:
            return cls(wasmtime.Module(engine(code), wasm))
        except wasmtime.WasmtimeError as error:
            raise refusal_from(error) from error

    @classmethod
    def from_artefact(cls, artefact: bytes, code: Code = Code.GUEST) -> CompiledModule:
        """Loads what `artefact` gave. It is machine code: only for bytes of our own making. Raises WasmRefused."""
        try:
            return cls(wasmtime.Module.deserialize(engine(code), artefact))
        except wasmtime.WasmtimeError as error:
            raise refusal_from(error) from error

    def artefact(self) -> bytes:
        """The machine code as bytes, for the same version and settings of wasmtime only."""
        return bytes(self.native.serialize())


def refusal(wasm: bytes) -> WasmRefused | None:
    """Why wasmtime would refuse these bytes (nothing is compiled); None if it would not."""
    return _refusal(engine(), wasm)


def uses_simd(wasm: bytes) -> bool:
    """Whether valid bytes leave the portable profile: v128 is the one feature that we accept beyond it."""
    return _refusal(portable_engine(), wasm) is not None


def _refusal(judge: wasmtime.Engine, wasm: bytes) -> WasmRefused | None:
    try:
        wasmtime.Module.validate(judge, wasm)
    except wasmtime.WasmtimeError as error:
        return refusal_from(error)
    return None
