"""A compiled module with its limits, linked in an engine of its own: what instances are made of.

What it owns: linking once, limits that can be narrowed before the first guest. Any thread may make sessions.
What it leaves: compiling (`examining.py`), a session's life (`session.py`).
"""

from __future__ import annotations

from lightflus.errors import ModuleInvalid
from lightflus.sandbox.host_functions import linker
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.session import Session
from lightflus.sandbox.traps import Translator
from lightflus.sandbox.world import LogSink, World
from lightflus.wasm import CompiledModule, Prepared, WasmRefused, ticks_of


class Image:
    """Makes sessions.

    Attributes:
        limits: what an instance gets.
        source_map: the section of that name, for errors.
    """

    def __init__(self, compiled: CompiledModule, source_map: bytes | None, limits: GuestLimits) -> None:
        """Links the module. Raises ModuleInvalid."""
        self._compiled = compiled
        self.source_map = source_map
        try:
            self._prepared: Prepared[World] = linker(compiled.engine).prepare(compiled)
        except WasmRefused as refused:
            raise ModuleInvalid(f"it does not link: {refused}") from refused
        self.narrow(limits)

    def narrow(self, limits: GuestLimits) -> None:
        """Sets the limits of later sessions."""
        self.limits = limits
        self._translator = Translator(self.source_map, limits)

    def session(self, sink: LogSink) -> Session:
        """A new instance, not yet described."""
        return Session(self._prepared, self.limits, self._translator, World(sink))

    def interrupt(self) -> None:
        """Ends whatever runs in any of its instances: each call was disturbed, not too late. From any thread."""
        self._compiled.engine.advance(ticks_of(self.limits.deadline_ms) + 1)

    def artefact(self) -> bytes:
        """Its machine code."""
        return self._compiled.artefact()
