"""A store: one guest's or one kernel's world, with its limits and its deadline.

What it owns: wasmtime's Store, limits set before anything runs, the deadline of calls, interruption, and the first
error that a host function left behind (host functions never raise: docs/sandbox.md).
One thread at a time uses it; `interrupt` alone may come from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import wasmtime

from lightflus.errors import InternalError
from lightflus.limits import GUEST_TABLE_ELEMENTS
from lightflus.wasm import ticker
from lightflus.wasm.engine import Engine
from lightflus.wasm.native import NATIVE
from lightflus.wasm.traps import TrapKind, WasmTrap, trap_from

if TYPE_CHECKING:
    from lightflus.wasm.memory import LinearMemory

_FAR_TICKS = 1 << 40
"""Some 350 years: for stores without a deadline. Never the default of 0, which ends every call at once."""


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """What everything in a store may use together. `deadline_ms` is per call; None = none (the kernel)."""

    memory_bytes: int
    deadline_ms: int | None
    table_elements: int = GUEST_TABLE_ELEMENTS


class Store:
    """Holds one instance.

    Attributes:
        native: wasmtime's store.
        context: address of its context, for the native entries; 0 where there are none.
        deadline_ticks: what `arm` sets; 0 = this store has no deadline.
        armed_at: when `arm` was last called, by `perf_counter`.
        failure: the first error that a host function left; the call that it happened in must raise it.
        memory: the memory that its instance exports, once it is made by a linker.
        world: what host functions of this store work on (`linker.py`).
        keeps: what its instance calls into, and so must live as long as it: host functions.
        is_running: whether a call is inside (`call.py`).
        is_interrupted: whether `interrupt` was called; then no further call begins.
    """

    __slots__ = (
        *("__weakref__", "_engine", "armed_at", "context", "deadline_ticks", "failure", "is_interrupted"),
        *("is_running", "keeps", "limits", "memory", "native", "world"),
    )

    def __init__(self, limits: StoreLimits, engine: Engine) -> None:
        """`engine` is that of the module whose instance it will hold."""
        self.limits = limits
        self._engine = engine
        self.native = wasmtime.Store(engine.native)
        self.native.set_limits(
            memory_size=limits.memory_bytes,
            table_elements=limits.table_elements,
            instances=1,
            tables=1,
            memories=1,
        )
        self.failure: BaseException | None = None
        self.world: object = None
        self.keeps: object = None
        self.memory: LinearMemory | None = None
        self.is_interrupted = False
        self.is_running = False
        self.context = NATIVE.context(self.native) if NATIVE else 0
        self.deadline_ticks = ticker.ticks_of(limits.deadline_ms) if limits.deadline_ms is not None else 0
        self.armed_at = 0.0
        if self.deadline_ticks:
            ticker.watch(engine)
        else:
            self.native.set_epoch_deadline(_FAR_TICKS)

    def arm(self) -> None:
        """Starts the time of the next call. `call.py` does the same in line."""
        if self.deadline_ticks:
            self.armed_at = perf_counter()
            self.native.set_epoch_deadline(self.deadline_ticks)

    def fail(self, error: BaseException) -> None:
        """Notes an error from within a host function, and ends the guest at the next call that it makes."""
        if self.failure is None:
            self.failure = error
        self.native.set_epoch_deadline(0)

    def trapped(self, trap: wasmtime.Trap) -> WasmTrap:
        """What ended a call in this store; one that had time left was DISTURBED by an interrupt of another store."""
        found = trap_from(trap)
        deadline_ms = self.limits.deadline_ms
        if found.kind is not TrapKind.INTERRUPTED or self.is_interrupted or deadline_ms is None:
            return found
        if (perf_counter() - self.armed_at) * 1_000 >= deadline_ms:
            return found
        return WasmTrap(TrapKind.DISTURBED, TrapKind.DISTURBED.value, found.frames)

    def interrupt(self) -> None:
        """Ends the running call, and refuses further ones. From any thread.

        The engine's epoch is raised past this store's deadline, so calls of the same job's other stores end as well:
        disturbed, not too late (`TrapKind.DISTURBED`). Guests are pure, so whoever made such a call makes it again.
        """
        self.is_interrupted = True
        if self.deadline_ticks:
            self._engine.advance(self.deadline_ticks + 1)

    def close(self) -> None:
        """Gives memory and code back now. Idempotent; nothing made in the store may be used afterwards.

        Raises InternalError while a call is inside: its memory would go away under it.
        """
        if self.is_running:
            raise InternalError("a store was closed while a call was running in it")
        self.context = 0
        self.memory = None
        self.native.close()
