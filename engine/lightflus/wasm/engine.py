"""wasmtime's engines, one for each job and one for our own code, and every setting that they have.

What it owns: the settings (docs/sandbox.md says why each), their fingerprint.
What it leaves: limits of single instances (`store.py`), time (`ticker.py`). An engine may be used by any threads.
"""

from __future__ import annotations

import functools
import hashlib
from enum import Enum
from importlib import metadata
from typing import Final

import wasmtime

from lightflus.limits import GUEST_STACK_BYTES
from lightflus.wasm.native import NATIVE

WASMTIME_VERSION: Final = metadata.version("wasmtime")
"""Version of the installed package: of the compiler, the runtime and the cached artefacts."""

_SETTINGS: Final[tuple[tuple[str, bool], ...]] = (
    ("wasm_bulk_memory", True),
    ("wasm_multi_value", True),
    ("wasm_reference_types", True),
    ("wasm_simd", True),
    ("wasm_relaxed_simd", False),
    ("wasm_threads", False),
    ("shared_memory", False),
    ("wasm_memory64", False),
    ("wasm_multi_memory", False),
    ("wasm_gc", False),
    ("gc_support", False),
    ("wasm_function_references", False),
    ("wasm_exceptions", False),
    ("wasm_tail_call", False),
    ("wasm_stack_switching", False),
    ("wasm_custom_page_sizes", False),
    ("wasm_wide_arithmetic", False),
    ("wasm_component_model", False),
    ("cranelift_nan_canonicalization", True),
    ("epoch_interruption", True),
    ("consume_fuel", False),
    ("debug_info", False),
)


class Code(Enum):
    """Whose code an engine runs. Modules and stores of different engines do not go together."""

    GUEST = "guest"
    """Anybody's: it looks at its deadline in every loop."""
    OWN = "own"
    """The kernel's. Its loops end by themselves, and would be a fifth slower if they looked at the clock."""


class Engine:
    """What modules are loaded for and stores are made in; its epoch is the clock of their deadlines.

    Every job has one of its own (it costs some 20 us and 4 KiB), so that ending a call of one job never ends a call of
    another.
    """

    __slots__ = ("__weakref__", "_increment", "code", "native")

    def __init__(self, code: Code = Code.GUEST) -> None:
        config = _config(is_portable=False)
        config.epoch_interruption = code is Code.GUEST
        self.code = code
        self.native = wasmtime.Engine(config)
        # the native entry keeps the interpreter's lock, so that a busy thread cannot come between many ticks
        native = NATIVE
        self._increment = (
            self.native.increment_epoch
            if native is None
            else functools.partial(native.increment_epoch, native.engine(self.native))
        )

    def advance(self, ticks: int) -> None:
        """Moves the epoch (a thousand ticks take well under a millisecond). From any thread."""
        for _ in range(ticks):
            self._increment()


@functools.cache
def judge(*, is_portable: bool) -> wasmtime.Engine:
    """An engine that validates and never runs anything: what we accept, or the portable profile only."""
    return wasmtime.Engine(_config(is_portable=is_portable))


def _config(*, is_portable: bool) -> wasmtime.Config:
    config = wasmtime.Config()
    for name, value in _SETTINGS:
        setattr(config, name, value)
    if is_portable:
        config.wasm_simd = False
    config.strategy = "cranelift"
    config.cranelift_opt_level = "speed"
    config.max_wasm_stack = GUEST_STACK_BYTES
    return config


@functools.cache
def fingerprint(code: Code = Code.GUEST) -> str:
    """Names wasmtime's version and these settings: artefacts of another fingerprint are of no use."""
    text = repr((WASMTIME_VERSION, _SETTINGS, "cranelift", "speed", GUEST_STACK_BYTES, code.value))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
