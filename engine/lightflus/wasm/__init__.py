"""WebAssembly as the rest of Lightflus sees it; the only importer of wasmtime.

What it owns: the engines and their settings, compiled modules and their cache, stores with limits and deadlines, memory
access that is always checked, the fast call, the ticking thread.
What it leaves: what a guest may import and what its answers mean (`sandbox/`), the kernel's interface (`kernel/`).
A `Store` and everything made in it is used by one thread at a time; `Store.interrupt` alone may come from another.
"""

from lightflus.wasm.advisories import ADVISORIES, KNOWN_UNTIL, version_problem
from lightflus.wasm.artefacts import ArtefactCache, default_cache_directory
from lightflus.wasm.call import Function
from lightflus.wasm.engine import WASMTIME_VERSION, Code, Engine, fingerprint
from lightflus.wasm.instance import Instance
from lightflus.wasm.linker import HostFunction, Linker, Prepared
from lightflus.wasm.memory import LinearMemory, Window
from lightflus.wasm.module import CompiledModule, refusal, uses_simd
from lightflus.wasm.store import Store, StoreLimits
from lightflus.wasm.text import from_text
from lightflus.wasm.ticker import ticks_of
from lightflus.wasm.traps import Frame, OutOfBounds, TrapKind, WasmRefused, WasmTrap

__all__ = [
    "ADVISORIES",
    "KNOWN_UNTIL",
    "WASMTIME_VERSION",
    "ArtefactCache",
    "Code",
    "CompiledModule",
    "Engine",
    "Frame",
    "Function",
    "HostFunction",
    "Instance",
    "LinearMemory",
    "Linker",
    "OutOfBounds",
    "Prepared",
    "Store",
    "StoreLimits",
    "TrapKind",
    "WasmRefused",
    "WasmTrap",
    "Window",
    "default_cache_directory",
    "fingerprint",
    "from_text",
    "refusal",
    "ticks_of",
    "uses_simd",
    "version_problem",
]
