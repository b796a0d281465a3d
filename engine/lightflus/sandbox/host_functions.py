"""What a guest may import: `lightflus.abort`, `lightflus.log`, and the stubs of WASI.

What it owns: the functions and the linkers that have them, one per job. They may raise: `wasm/linker.py` turns that
into the end of the guest's call, and nothing travels through wasmtime. Used by any thread, each with its own instance's
`World`.
"""

from __future__ import annotations

from collections.abc import Sequence

from lightflus.codec import abi
from lightflus.errors import GuestAborted, GuestMemoryExceeded
from lightflus.sandbox.wasi import wasi_functions
from lightflus.sandbox.world import OUT_OF_MEMORY, World, harmless, text_at
from lightflus.wasm import Engine, HostFunction, LinearMemory, Linker


def _abort(world: World, memory: LinearMemory | None, arguments: Sequence[int]) -> int:
    world.count()
    message, message_size, file, file_size, line, column = arguments
    text = harmless(text_at(memory, message, message_size, "an abort message")) or "aborted without a message"
    name = harmless(text_at(memory, file, file_size, "a file name"))
    position = f"{name}:{line}{f':{column}' if column else ''}" if name and line else None
    kind = GuestMemoryExceeded if text.startswith(OUT_OF_MEMORY) else GuestAborted
    raise kind(text, position=position)


def _log(world: World, memory: LinearMemory | None, arguments: Sequence[int]) -> int:
    world.count()
    level, message, size = arguments
    world.log(level, text_at(memory, message, size, "a log line"))
    return 0


def linker(engine: Engine) -> Linker[World]:
    """A linker for the modules of one engine."""
    ours = [
        HostFunction(abi.IMPORT_MODULE, "abort", abi.IMPORTS["abort"], "", _abort),
        HostFunction(abi.IMPORT_MODULE, "log", abi.IMPORTS["log"], "", _log),
    ]
    return Linker([*ours, *wasi_functions()], engine)
