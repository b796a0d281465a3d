"""What goes wrong inside wasm, as our own values.

What it owns: `WasmTrap`, `WasmRefused`, `OutOfBounds`, and the translation of wasmtime's objects into them.
What it leaves: turning them into errors a user understands: `sandbox/traps.py` for guests, `kernel/` for the kernel.
They are InternalErrors, so that one that is not translated shows as our bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import wasmtime

from lightflus.errors import ExternalError, InternalError
from lightflus.limits import TRAP_FRAMES

_NO_ROOM = "mmap failed"
"""How wasmtime's error says that the operating system gave no memory."""


class TrapKind(Enum):
    """Why a call ended early."""

    UNREACHABLE = "reached code that was declared unreachable"
    OUT_OF_BOUNDS = "accessed memory outside its bounds"
    STACK_OVERFLOW = "overflowed its stack (recursion too deep)"
    DIVISION_BY_ZERO = "divided an integer by zero"
    INTEGER_OVERFLOW = "overflowed an integer division or conversion"
    BAD_CONVERSION = "converted NaN or an infinity to an integer"
    BAD_INDIRECT_CALL = "called a function through a wrong table entry"
    INTERRUPTED = "ran past its deadline"
    DISTURBED = "was ended by an interrupt that was meant for another instance of its job"
    OTHER = "trapped"


_KINDS = {
    wasmtime.TrapCode.UNREACHABLE: TrapKind.UNREACHABLE,
    wasmtime.TrapCode.MEMORY_OUT_OF_BOUNDS: TrapKind.OUT_OF_BOUNDS,
    wasmtime.TrapCode.STACK_OVERFLOW: TrapKind.STACK_OVERFLOW,
    wasmtime.TrapCode.INTEGER_DIVISION_BY_ZERO: TrapKind.DIVISION_BY_ZERO,
    wasmtime.TrapCode.INTEGER_OVERFLOW: TrapKind.INTEGER_OVERFLOW,
    wasmtime.TrapCode.BAD_CONVERSION_TO_INTEGER: TrapKind.BAD_CONVERSION,
    wasmtime.TrapCode.TABLE_OUT_OF_BOUNDS: TrapKind.BAD_INDIRECT_CALL,
    wasmtime.TrapCode.INDIRECT_CALL_TO_NULL: TrapKind.BAD_INDIRECT_CALL,
    wasmtime.TrapCode.BAD_SIGNATURE: TrapKind.BAD_INDIRECT_CALL,
    wasmtime.TrapCode.INTERRUPT: TrapKind.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One wasm frame: the function's name, and the place as a byte offset in the module; where its function begins."""

    function: str
    module_offset: int
    function_offset: int = 0


class WasmTrap(InternalError):
    """A call ended early. `frames` holds at most TRAP_FRAMES, innermost first."""

    def __init__(self, kind: TrapKind, message: str, frames: tuple[Frame, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.frames = frames


class WasmRefused(InternalError):
    """Wasmtime refuses bytes, an artefact, a link or an instance; the text says why."""


class OutOfBounds(InternalError):
    """The host was about to touch linear memory outside its bounds."""

    def __init__(self, address: int, size: int, memory_size: int) -> None:
        super().__init__(f"bytes {address} to {address + size} lie outside the memory of {memory_size} bytes")


def trap_from(trap: wasmtime.Trap) -> WasmTrap:
    """Translates wasmtime's trap."""
    code = trap.trap_code
    kind = TrapKind.OTHER if code is None else _KINDS.get(code, TrapKind.OTHER)
    frames = tuple(
        Frame(
            frame.func_name or f"function {frame.func_index}",
            frame.module_offset,
            frame.module_offset - frame.func_offset,
        )
        for frame in trap.frames[:TRAP_FRAMES]
    )
    message = kind.value if kind is not TrapKind.OTHER else trap.message.splitlines()[0]
    return WasmTrap(kind, message, frames)


def refusal_from(error: wasmtime.WasmtimeError) -> WasmRefused:
    """Translates wasmtime's error: its causes on one line."""
    return WasmRefused(_one_line(str(error)))


def start_failure(error: wasmtime.WasmtimeError) -> WasmRefused | ExternalError:
    """Translates the error of making an instance: a fault of the module, or a machine that has no room for it."""
    refused = refusal_from(error)
    if _NO_ROOM not in str(refused):
        return refused
    return ExternalError(
        f"the system has no memory for another instance: {refused}",
        hint="an instance reserves 4 GiB of addresses: raise `ulimit -v`, or lower the parallelism",
    )


def _one_line(text: str) -> str:
    """`top: cause: cause`, of wasmtime's many-line `Caused by` form."""
    lines = [line.strip() for line in text.splitlines()]
    wanted = [line for line in lines if line and line != "Caused by:"]
    return ": ".join(_without_number(line) for line in wanted[:4])


def _without_number(line: str) -> str:
    head, colon, rest = line.partition(": ")
    return rest if colon and head.isdigit() else line
