"""One instance of the kernel module: its exports, its memory, and what a trap in it means.

What it owns: the module (compiled once per process), the way of a call: `begin` puts the arguments into its memory in
one block, a call works on them, what it returns is copied out before the next `begin`.
What it leaves: what the calls mean (`keyed_state.py`, `partitioner.py`).
"""

from __future__ import annotations

import functools
import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lightflus.codec import Block
from lightflus.errors import KernelFailed, StateTooLarge
from lightflus.kernel.schema import schema_bytes
from lightflus.limits import KERNEL_MEMORY_BYTES
from lightflus.model.types import Type
from lightflus.wasm import (
    ArtefactCache,
    Code,
    CompiledModule,
    Engine,
    Instance,
    Store,
    StoreLimits,
    WasmRefused,
    WasmTrap,
    Window,
)

_MODULE = Path(__file__).with_name("kernel.wasm")
_VERSION = 5
"""Of the exports; engine/kernel/src/abi.rs has the same."""
_REPORT = struct.Struct("<I252s")
_PART = struct.Struct("<II")
_OUT_OF_MEMORY = "out of memory"
WORD = 4


class KernelInstance:
    """An instance with its memory. Not for two threads at a time."""

    def __init__(self, memory_bytes: int = KERNEL_MEMORY_BYTES) -> None:
        """One that has not been opened for anything. Raises KernelFailed."""
        self._memory_bytes = memory_bytes
        module = _module()
        self._store = Store(StoreLimits(memory_bytes=memory_bytes, deadline_ms=None), module.engine)
        self._is_usable = True
        try:
            instance = Instance.without_imports(self._store, module)
            self._memory = instance.memory()
            self._functions = {name: instance.function(name) for name in _FUNCTIONS}
        except (WasmTrap, WasmRefused) as error:
            raise KernelFailed(f"the kernel does not start: {error}") from error
        self._report = self.call("report")
        if self.call("version") != _VERSION:
            raise KernelFailed("kernel.wasm and the engine are of different versions", hint="Install Lightflus again.")

    @staticmethod
    def keyed(
        key: Type,
        state: Type | None,
        memory_bytes: int = KERNEL_MEMORY_BYTES,
        *,
        opening: str = "open",
        spec: bytes | None = None,
    ) -> KernelInstance:
        """One for keys, and state if there is some (else keys are hashed); by that export, which may want to know more.

        Raises KernelFailed, StateTooLarge.
        """
        kernel = KernelInstance(memory_bytes)
        states = [] if state is None else [schema_bytes(state)]
        kernel.open("open_keys" if state is None else opening, schema_bytes(key), *states, spec=spec)
        return kernel

    def open(self, opening: str, *schemas: bytes, spec: bytes | None = None) -> None:
        """Says what it is for: each schema goes with its length. Raises KernelFailed, StateTooLarge."""
        block = Block()
        parts = [pa.py_buffer(part) for part in (*schemas, *([] if spec is None else [spec]))]
        handles = [block.add_buffer(part, part.size) for part in parts]
        self.begin(block)
        *places, last = [(block.data_address(at), part.size) for at, part in zip(handles, parts, strict=True)]
        ending = last if spec is None else last[:1]
        self.call(opening, *(number for place in places for number in place), *ending)

    def begin(self, block: Block) -> None:
        """Frees what the last call left, and writes the arguments of the next."""
        self.call("reset")
        base = self.call("allocate", block.size)
        block.write(self._memory.window(), base)

    def call(self, name: str, *arguments: int) -> int:
        """Calls an export. Raises KernelFailed for a bug, StateTooLarge when memory runs out; either ends it."""
        if not self._is_usable:
            raise KernelFailed("the kernel was closed, or failed before; make a new one")
        try:
            return self._functions[name](*arguments)
        except WasmTrap as trap:
            self._is_usable = False
            raise self._failure(name, trap) from trap

    def _failure(self, name: str, trap: WasmTrap) -> KernelFailed | StateTooLarge:
        report = self.window().read(self._report, _REPORT.size)
        length, text = _REPORT.unpack(report)
        message = text[:length].decode("utf-8", "replace") or str(trap)
        if message == _OUT_OF_MEMORY:
            return StateTooLarge(
                f"the keys and state rows of one subtask do not fit {self._memory_bytes >> 20} MiB",
                hint="Raise the operator's parallelism, so that each subtask holds fewer keys.",
            )
        return KernelFailed(f"{name}: {message}")

    def window(self) -> Window:
        """The memory as the last call left it."""
        return self._memory.window()

    def parts(self, address: int, count: int) -> Sequence[pa.Buffer]:
        """Copies of the `count` parts of a result: u32 each, or u64 as two."""
        window = self.window()
        places = [window.unpack(_PART, address + _PART.size * i) for i in range(count)]
        return [copy_out(window, part, WORD * words) for part, words in places]

    def raw_part(self, address: int) -> pa.Buffer:
        """A copy of the first part of a result, which counts bytes."""
        window = self.window()
        return copy_out(window, *window.unpack(_PART, address))

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        self._is_usable = False
        self._store.close()


def copy_out(window: Window, address: int, size: int) -> pa.Buffer:
    """A copy of `size` bytes at `address`."""
    buffer = pa.allocate_buffer(size)
    if size:
        window.copy_out(buffer.address, address, size)
    return buffer


_FUNCTIONS = (
    "version",
    "report",
    "reset",
    "allocate",
    "open_keys",
    "open",
    "hash_and_distribute",
    "lookup",
    "gather",
    "decode",
    "scatter",
    "remove",
    "first_moved_key",
    "take_dirty",
    "state_count",
    "mark_all",
    "seal",
    "sealed",
    "restore",
    "facts",
    "restore_facts",
    "damage",
    "open_merge",
    "supply",
    "merged",
    "open_rows",
    "read_rows",
    "open_windows",
    "place",
    "undo_place",
    "gather_cells",
    "scatter_cells",
    "advance",
    "fire",
    "fire_changed",
    "window_count",
    "cell_count",
    "open_process",
    "lookup_process",
    "gather_process",
    "decode_process",
    "store_process",
    "remove_process",
    "take_due",
    "next_due",
    "timer_count",
    "process_count",
    "open_reader",
    "read_lines",
    "read_messages",
    "open_writer",
    "write_rows",
)


@functools.cache
def _module() -> CompiledModule:
    try:
        wasm = _MODULE.read_bytes()
        cache, digest = ArtefactCache(code=Code.OWN), hashlib.sha256(wasm).hexdigest()
        engine = Engine(Code.OWN)
        kept = cache.load(digest, engine)
        if kept is not None:
            return kept.module
        module = CompiledModule.from_wasm(wasm, engine)
        cache.store(digest, module.artefact())
    except (OSError, WasmRefused) as error:
        raise KernelFailed(f"the kernel cannot be loaded: {error}", hint="Install Lightflus again.") from error
    return module
