"""WebAssembly's text format, for tests and samples.

What it owns: the one call of wasmtime's text parser. Nothing on the data path uses it.
"""

from __future__ import annotations

import wasmtime

from lightflus.wasm.traps import refusal_from


def from_text(text: str) -> bytes:
    """The bytes of a module written in the text format. Raises WasmRefused."""
    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise refusal_from(error) from error
