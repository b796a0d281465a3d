"""The bare life of an instance: start, allocate, call, die (docs/abi.md 3.1).

What it owns: the store, the exports, `lf_describe` and its comparison with the graph that the module carries, the row
after a trap, and the rule that a guest that failed is thrown away with its memory.
What it leaves: what is called with what (`instance.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

from lightflus.codec import Block, abi
from lightflus.errors import ExternalError, GuestError, GuestMemoryExceeded, GuestProtocolError, InternalError
from lightflus.limits import GRAPH_BYTES, MIB
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.traps import Scene, Translator
from lightflus.sandbox.world import World
from lightflus.wasm import Function, OutOfBounds, Prepared, Store, TrapKind, WasmRefused, WasmTrap, Window

_WORD = Struct("<I")
RowMap = Callable[[int], int]
_MAIN = Scene("the job's main")  # runs in either of two exports, as its language has it


class Session:
    """An instance that may be called. Every method may raise a GuestError, after which it is closed."""

    def __init__(self, prepared: Prepared[World], limits: GuestLimits, translator: Translator, world: World) -> None:
        """Instantiates and runs `_initialize`; `describe` must follow."""
        self._translator = translator
        self._limits = limits
        self.world = world
        self._store = Store(limits.of_store(), prepared.engine)
        self._window: Window | None = None  # the memory as it has been since the last call; None = not looked at yet
        self.is_alive = True
        self.answered_at = 0
        """Address of the last call's Result."""
        self._is_started = False
        try:
            self._instance = prepared.instantiate(self._store, world)
        except WasmRefused as refused:
            self.close()
            raise _start_refused(refused, limits) from refused
        except ExternalError:
            self.close()
            raise
        except (WasmTrap, GuestError) as error:
            raise self.died(error, Scene("the start function")) from error
        self._memory = self._instance.memory()
        self._is_started = True
        self._row_at = 0
        initialize = self._instance.optional_function("_initialize")
        if initialize is not None:
            self._call(initialize, scene=_MAIN)
        self._allocate = self._instance.function("lf_alloc")
        self._reset = self._instance.function("lf_reset")
        self.apply = self._instance.function("lf_apply")
        self.fold = self._instance.function("lf_fold")

    def export(self, name: str) -> Function:
        """An optional export, which the module has, since its graph needs it (`module.py`)."""
        found = self._instance.optional_function(name)
        if found is None:
            raise InternalError(f"a module without {name} was asked for it")
        return found

    def describe(self) -> bytes:
        """Runs main: the graph's JSON. Once per instance."""
        at = self._call(self._instance.function("lf_describe"), scene=_MAIN)
        with self.reading(Scene("lf_describe")):
            window = self._memory.window()
            address, size = window.unpack(abi.DESCRIPTION, at)
            if size > GRAPH_BYTES:
                text = f"its graph has {size:,} bytes; {GRAPH_BYTES:,} are allowed"
                raise GuestProtocolError(text, rule="5.1")
            graph = window.read(address, size)
        self._row_at = self._call(self._instance.function("lf_row"))
        with self.reading(Scene("lf_row")):
            self._memory.window().require(self._row_at, _WORD.size)
        return graph

    def reset(self) -> None:
        """Begins a chain."""
        self.world.begin_chain()
        self._call(self._reset)

    def allocate(self, block: Block, scene: Scene) -> tuple[Window, int]:
        """Room for a block: the memory as it is then, and the address, 16-byte aligned and inside."""
        return self.allocate_bytes(block.size, scene)

    def allocate_bytes(self, size: int, scene: Scene) -> tuple[Window, int]:
        """The same for a number of bytes."""
        base = self._call(self._allocate, size, scene=scene)
        window = self.window()
        with self.reading(scene):
            if base % abi.ALLOCATION_ALIGNMENT or not base or base + size > window.size:
                asked = f"lf_alloc answered {base} for {size} bytes"
                text = f"{asked}, which is not 16-byte aligned or not inside {window.size} bytes"
                raise GuestProtocolError(text, rule="3.6")
        return window, base

    def reading(self, scene: Scene) -> Reading:
        """Around everything that trusts an answer: a lie ends the instance."""
        return Reading(self, scene)

    def window(self) -> Window:
        """The memory as it is until the next call."""
        if self._window is None:
            self._window = self._memory.window()
        return self._window

    @property
    def row_address(self) -> int:
        """What `lf_row` answered."""
        return self._row_at

    def current_row(self) -> int:
        """What stands at the guest's row now; NO_ROW if it has not begun any since `begin_rows`."""
        (row,) = self._memory.window().unpack(_WORD, self._row_at)
        return row

    def begin_rows(self, window: Window) -> None:
        """Notes that the guest has not begun any row of the next call."""
        window.write(self._row_at, _WORD.pack(abi.NO_ROW))

    def run(self, export: Function, call: int, scene: Scene, rows: int, row_map: RowMap) -> tuple[int, ...]:
        """Makes a call over `rows` rows: the fields of its Result, 0 where missing."""
        self.world.begin_call()
        self._window = None
        try:
            at = export(call)
        except (WasmTrap, GuestError) as error:
            reason = self._reason(error)
            raise self.died(reason, scene, rows, row_map) from reason
        self.answered_at = at
        with self.reading(scene):
            window = self.window()
            (size,) = window.unpack(_WORD, at)
            known = window.read(at, min(size, abi.RESULT.size) & ~3)
        return abi.RESULT.unpack(known.ljust(abi.RESULT.size, b"\0"))

    def _call(self, export: Function, *arguments: int, scene: Scene | None = None) -> int:
        """A call outside rows."""
        if not self.is_alive:
            raise InternalError("a guest was called after its end")
        self.world.begin_call()
        self._window = None
        try:
            return export(*arguments)
        except (WasmTrap, GuestError) as error:
            reason = self._reason(error)
            raise self.died(reason, scene or Scene(export.name)) from reason

    def _reason(self, error: WasmTrap | GuestError) -> WasmTrap | GuestError:
        """Why a call ended: in the words of a language's runtime, where it wrote some before its trap."""
        if not isinstance(error, WasmTrap) or error.kind is not TrapKind.UNREACHABLE or not self.world.complaint:
            return error
        said = self.world.ended_itself("by a trap")
        said.__cause__ = error
        return said

    def died(
        self, error: WasmTrap | GuestError, scene: Scene, rows: int = 0, row_map: RowMap | None = None
    ) -> GuestError:
        """Ends the instance; the error to raise, with the row that it worked on if it was one of `rows`."""
        row = self._row(rows, row_map) if row_map is not None else scene.row
        ended = Scene(scene.label, scene.function, row, self.memory_bytes, self._store.is_interrupted)
        self.close()
        return self._translator.guest_error(error, ended)

    @property
    def memory_bytes(self) -> int:
        """Of its linear memory now; 0 before its start and after its end."""
        return self._memory.size if self._is_started and self.is_alive and self._memory is not None else 0

    def _row(self, rows: int, row_map: RowMap) -> int | None:
        row = self.current_row()
        return row_map(row) if row < rows else None

    def interrupt(self) -> None:
        """Ends the running call and refuses further ones. From any thread."""
        self._store.interrupt()

    def close(self) -> None:
        """Gives the memory back. Idempotent."""
        if self.is_alive:
            self.is_alive = False
            self._window = None
            self.world.flush()
            self._store.close()


class Reading:
    """A context manager (by hand: it is entered several times a batch) that turns lies into the guest's end."""

    __slots__ = ("_scene", "_session")

    def __init__(self, session: Session, scene: Scene) -> None:
        self._session = session
        self._scene = scene

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raises a GuestError for an answer that broke docs/abi.md."""
        if isinstance(error, OutOfBounds):
            rule = "3" if self._scene.function is None else "4"
            lie = GuestProtocolError(f"its answer: {error}", rule=rule)
            raise self._session.died(lie, self._scene) from error
        if isinstance(error, GuestProtocolError | GuestMemoryExceeded):
            raise self._session.died(error, self._scene) from error


def _start_refused(refused: WasmRefused, limits: GuestLimits) -> GuestError:
    text = f"the module cannot be started within its limits ({limits.memory_bytes // MIB} MiB of memory): {refused}"
    return GuestMemoryExceeded(text)
