"""One process in which hostile modules run, each beside an honest job on the same slots.

What it owns: loading and running an attack as a worker would, the honest job that runs again and again meanwhile, what
is measured. On an event loop of its own. What it leaves: what should have been seen (`suite.py`).
"""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Final

import trio

from lightflus.compose.letters import open_letters
from lightflus.compose.loading import bound_graph, planned
from lightflus.compose.running import composed
from lightflus.compose.walls import Walls, wished_by
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.errors import InternalError, LightflusError
from lightflus.evil.attack import LIMITS, Attack
from lightflus.evil.guests import guest
from lightflus.evil.jobs import EVIL_ROWS, SINK, SOURCE, honest_output, numbers, read_output
from lightflus.limits import MIB
from lightflus.model.policy import Policy
from lightflus.model.validation import checked
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.slots import ThreadSlots
from lightflus.sandbox.module import LoadedModule, load

HONEST_ROWS: Final = 500
_SLOTS: Final = 2
_LOOK_SECONDS: Final = 0.01
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""Numbers of settings in glibc."""
_RESTART_SECONDS: Final = 0.25
_PATIENCE_SECONDS: Final = 60.0
"""After which an attack is cancelled."""


class Arena:
    """A context manager: it has a folder for inputs and outputs, and compute threads.

    Attributes:
        slots: the compute threads that all jobs share.
    """

    def __init__(self, folder: Path) -> None:
        give_back()
        self._folder = folder
        self.slots = ThreadSlots(_SLOTS)
        self._honest = load(guest({}), limits=LIMITS, sink=self._hear)  # while there is one thread: the jail forks
        self._said: list[str] = []
        for name, rows in (("evil", EVIL_ROWS), ("honest", HONEST_ROWS)):
            (folder / f"{name}.in").write_text(numbers(rows), encoding="utf-8")

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *_: object) -> None:
        self.slots.close()

    async def fight(self, attack: Attack) -> Fight:
        """Runs an attack to its end, with the honest job beside it."""
        wasm = attack.module()
        fight = Fight()
        self._said = fight.said
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fight.watch)
            nursery.start_soon(self._neighbour, fight)
            begun = monotonic()
            with trio.move_on_after(_PATIENCE_SECONDS) as patience:
                fight.error = await self._attacked(wasm, is_bound=attack.is_bound)
            fight.seconds = monotonic() - begun
            if patience.cancelled_caught:
                fight.error = TimeoutError(f"it did not end within {_PATIENCE_SECONDS:.0f} s")
            fight.is_over = True
        return fight

    async def attack_for_ever(self, wasm: bytes) -> None:
        """Runs a hostile module again and again, with a pause as whoever restarts jobs makes, until it is cancelled."""
        while True:
            await self._attacked(wasm, is_bound=True)
            await trio.sleep(_RESTART_SECONDS)

    async def _attacked(self, wasm: bytes, *, is_bound: bool) -> Exception | None:
        try:
            module = await trio.to_thread.run_sync(partial(load, wasm, limits=LIMITS, sink=self._hear))
            await self._run(module, "evil", is_bound=is_bound)
        except Exception as error:  # what is not a LightflusError is what the suite is looking for
            return error
        return None

    async def _neighbour(self, fight: Fight) -> None:
        """The honest job, at least once, and until the attack is over."""
        expected = honest_output(HONEST_ROWS)
        while True:
            await self._run(self._honest, "honest", is_bound=True)
            fight.honest_runs += 1
            if read_output((self._folder / "honest.out").read_text(encoding="utf-8")) != expected:
                fight.is_neighbour_right = False
            if fight.is_over:
                return

    async def _run(self, module: LoadedModule, name: str, *, is_bound: bool) -> None:
        with ExitStack() as opened:
            prepare = partial(self._prepared, module, name, opened, is_bound=is_bound)
            run = await trio.to_thread.run_sync(prepare)  # a graph may be large, and others' loops go on
            await run.run()

    def _prepared(self, module: LoadedModule, name: str, opened: ExitStack, *, is_bound: bool) -> Fragment:
        bound = (SOURCE, SINK) if is_bound else ()
        bindings = (f"{SOURCE}=file:{self._folder / name}.in", f"{SINK}=file:{self._folder / name}.out")
        graph = checked(module.graph)
        if is_bound:
            graph = bound_graph(graph, bindings)
        walls = Walls(Policy(), {}, bound)
        walls.check(wished_by(graph, bound))
        plan = planned(module, graph, parallelism=1)
        streams = Streams(stdin=0, stdout=BytesIO())
        form = LetterForm(plan.graph.job, module.report.digest)
        letters = opened.enter_context(closing(open_letters(None, str(self._folder / "letters"), form, streams)))
        return composed(plan, module, slots=self.slots, streams=streams, letters=letters, reaches=walls.reach)

    def _hear(self, _level: int, text: str) -> None:
        self._said.append(text)


class Fight:
    """What was seen of one attack.

    Attributes:
        error: what it ended with.
        seconds: what it took.
        memory_bytes: what the process grew by meanwhile, at most.
        honest_runs: how often the honest job came to its end beside it.
        is_neighbour_right: whether its output was right each time.
        said: lines that guests have logged.
        busy: how many programs share a core of this machine, at least 1: so much longer everything may take.
    """

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.seconds = 0.0
        self.memory_bytes = 0
        self.honest_runs = 0
        self.is_neighbour_right = True
        self.is_over = False
        self.said: list[str] = []
        self.busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

    async def watch(self) -> None:
        """Measures until it is over."""
        before = resident_bytes()
        while not self.is_over:
            self.memory_bytes = max(self.memory_bytes, resident_bytes() - before)
            await trio.sleep(_LOOK_SECONDS)


def resident_bytes() -> int:
    """Memory of this process. Raises InternalError where the system does not say it as Linux does."""
    return _pages(1)


def _pages(field: int) -> int:
    """Bytes of a field of statm: 1 = resident, 2 = of those, of files."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[field]) * os.sysconf("SC_PAGE_SIZE")
    except OSError as error:
        raise InternalError("the memory of a process is looked up as Linux has it") from error


def give_back() -> None:
    """Has the C library give buffers of megabytes back at once, as a process should that hosts others for long.

    By itself it keeps, for each thread, as much as the largest of them.
    """
    with suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, MIB)
        library.mallopt(_ARENA_MAX, 1)


def settled_bytes() -> int:
    """The same without pages of files, once allocators have given back what they only keep for later."""
    gc.collect()
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
    return _pages(1) - _pages(2)


Shown = Callable[[LightflusError], str]
"""An error as a person sees it."""
