"""From what ended a guest's call to an error that a user can act on.

What it owns: which error class it is, whose function it was, where in the user's source, and the words.
What it leaves: which record it was (`instance.py` maps the row back).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.errors import (
    GuestDeadlineExceeded,
    GuestDisturbed,
    GuestError,
    GuestMemoryExceeded,
    GuestTrapped,
)
from lightflus.limits import MIB
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.sourcemap import SourceMap, jailed_map
from lightflus.wasm import Frame, TrapKind, WasmTrap

_LIBRARY_PREFIX = "~lib/"
_NEARLY_FULL_BYTES = MIB
"""A bare `unreachable` this close to the limit is taken for an allocator that did not say what it died of."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and in what state a call ended.

    Attributes:
        label: whose call it was, for people: `flat_map function 2 (wordCount.ts:5:12)`, `lf_describe`.
        function: its number, None outside calls.
        row: row of the loaded batch, None if unknown.
        memory_bytes: linear memory at the end.
        is_interrupted: whether the host ended it.
    """

    label: str
    function: int | None = None
    row: int | None = None
    memory_bytes: int = 0
    is_interrupted: bool = False


class Translator:
    """Turns errors of one module's instances into GuestErrors. Decodes the source map at the first that needs it."""

    def __init__(self, section: bytes | None, limits: GuestLimits) -> None:
        """`section` is the module's source map."""
        self._section = section
        self._limits = limits
        self._map: SourceMap | None = None

    def guest_error(self, error: WasmTrap | GuestError, scene: Scene) -> GuestError:
        """The error to raise; the caller raises it `from` the one given."""
        if isinstance(error, WasmTrap):
            return self._of_trap(error, scene)
        trap = error.__cause__
        frames = trap.frames if isinstance(trap, WasmTrap) else ()
        position = self._position(error.position, frames)
        made = _made(type(error), str(error), scene, position=position, frames=frames, hint=error.hint)
        made.rule = error.rule
        return made

    def _of_trap(self, trap: WasmTrap, scene: Scene) -> GuestError:
        position = self._position(None, trap.frames, is_loop=trap.kind is TrapKind.INTERRUPTED)
        kind: type[GuestError] = GuestTrapped
        text, hint = trap.kind.value if trap.kind is not TrapKind.OTHER else str(trap), None
        if trap.kind is TrapKind.INTERRUPTED:
            kind = GuestDeadlineExceeded
            text = "was stopped" if scene.is_interrupted else f"ran longer than {self._limits.deadline_ms:,} ms"
            hint = None if scene.is_interrupted else "Look for a loop that does not end."
        elif trap.kind is TrapKind.DISTURBED:
            kind = GuestDisturbed
        elif trap.kind is TrapKind.UNREACHABLE and self._is_full(scene):
            kind = GuestMemoryExceeded
            text = f"ran out of memory: it has {scene.memory_bytes // MIB} MiB and may not have more"
        return _made(kind, text, scene, position=position, frames=trap.frames, hint=hint)

    def _is_full(self, scene: Scene) -> bool:
        return scene.memory_bytes > self._limits.memory_bytes - _NEARLY_FULL_BYTES

    def _position(self, said: str | None, frames: tuple[Frame, ...], *, is_loop: bool = False) -> str | None:
        """What the guest said, if it is the user's; else the innermost frame in the user's source.

        A loop is interrupted anywhere in it, also at its head, which belongs to the user's code in front of it.
        """
        if said is not None and not said.startswith(_LIBRARY_PREFIX):
            return said
        found = self._source_map()
        for frame in frames:
            place = found.position(frame.module_offset, frame.function_offset if is_loop else None)
            if place is not None and not place.file.startswith(_LIBRARY_PREFIX):
                return str(place)
        return None

    def _source_map(self) -> SourceMap:
        if self._map is None:
            self._map = jailed_map(self._section)
        return self._map


def _made(
    kind: type[GuestError],
    text: str,
    scene: Scene,
    *,
    position: str | None,
    frames: tuple[Frame, ...],
    hint: str | None,
) -> GuestError:
    is_verb = kind in (GuestTrapped, GuestDeadlineExceeded, GuestDisturbed)
    return kind(
        f"{scene.label} {text}" if is_verb else f"{scene.label}: {text}",
        function=scene.function,
        row=scene.row,
        position=position,
        frames=tuple(frame.function for frame in frames),
        hint=hint,
    )
