"""Runs that were written once and lie here: they are read as long as there is version 1 of their format.

Each is sealed again from the same state, which gives the same bytes: whoever changes the form sees it here. A run that
is missing is written by `python tests/kernel/test_golden_runs.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from kernel_samples import COUNT, INT64, UTF8, batch_of, plain, texts, words
from sealed_runs import SealedRun, pieces_of, run_of
from test_process_state import rows_of
from windowed_runs import Row, Run
from xxhash import xxh3_128_hexdigest

from lightflus.checkpoint.footer import TAIL
from lightflus.kernel import WasmKernel
from lightflus.limits import KEY_GROUPS
from lightflus.model.timed import SessionWindow, SlidingWindow
from lightflus.model.windows import THE_END, WindowSpec
from lightflus.ports.durable import Durable, Piece
from lightflus.ports.kernel import Clock, KeyedState, ProcessState

KERNEL = WasmKernel()
GOLDEN = Path(__file__).parent / "golden"
SLIDING = WindowSpec(SlidingWindow(10, 4, 1))
SESSIONS = WindowSpec(SessionWindow(10))


def keyed() -> KeyedState:
    """Keys of several blocks, and one removal."""
    state = KERNEL.keyed_state(UTF8, COUNT)
    keys = words(range(300))
    rows = [{"word": word, "count": count} for count, word in enumerate(keys.column(0).to_pylist())]
    state.scatter(state.lookup(keys, None).slots, batch_of(COUNT, rows))
    drained(state)
    state.remove(state.lookup(texts(["0"]), None).slots)
    state.scatter(state.lookup(keys, None).slots.slice(4), batch_of(COUNT, rows[1:]))
    return state


def timed() -> ProcessState:
    """Keys with timers."""
    state = KERNEL.process_state(UTF8, INT64, 20, has_event_time=True)
    row: dict[str, int | list[int]] = {"value": 7, "timers": [5, 9], "processing_timers": [3], "last": 4}
    state.store(state.lookup(texts(["a", "b"]), None).slots, rows_of([row, row | {"timers": []}]))
    return state


def windowed(spec: WindowSpec) -> Run:
    """Two keys in several windows."""
    run = Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    run.fold([Row("a", 1), Row("b", 4), Row("a", 12), Row("a", 31)])
    run.advance(9)
    return run


def drained(state: Durable) -> list[Piece]:
    assert state.seal()
    return [*pieces_of(state)]


def bytes_of(pieces: Sequence[Piece]) -> bytes:
    return b"".join(piece.data.to_pybytes() for piece in pieces)


def golden() -> dict[str, bytes]:
    """The runs as they would be sealed now."""
    states: dict[str, Durable] = {
        "keyed": keyed(),
        "timed": timed(),
        "panes": windowed(SLIDING).state,
        "sessions": windowed(SESSIONS).state,
    }
    return {name: bytes_of(drained(state)) for name, state in states.items()}


def read(name: str) -> SealedRun:
    data = (GOLDEN / f"{name}.run").read_bytes()
    length, _ = TAIL.unpack(data[-TAIL.size :])
    parts = (data[:-length], data[-length:])
    rows = int.from_bytes(parts[1][16:24], "little")
    return run_of([Piece(pa.py_buffer(part), rows if i == 0 else 0, i == 1, i == 1) for i, part in enumerate(parts)])


@pytest.mark.parametrize("name", ["keyed", "timed", "panes", "sessions"])
def test_a_state_gives_the_run_that_it_has_always_given(name: str) -> None:
    found = (GOLDEN / f"{name}.run").read_bytes()
    assert xxh3_128_hexdigest(golden()[name]) == xxh3_128_hexdigest(found)


def restored(state: Durable, name: str, facts: bytes = b"") -> None:
    state.restore_facts(facts)
    for block in read(name).blocks:
        state.restore(pa.py_buffer(block), 0, KEY_GROUPS)


def test_keys_of_the_golden_run_are_there() -> None:
    run, state = read("keyed"), KERNEL.keyed_state(UTF8, COUNT)
    assert (len(run.blocks) > 1, run.footer.rows, run.footer.removals) == (True, 300, 1)
    restored(state, "keyed")
    keys = texts(["0", "w1", "w" * 19 + "299"])
    assert plain(state.gather(state.lookup(keys, None).slots)) == [None, ("w1", 1), ("w" * 19 + "299", 299)]


def test_timers_of_the_golden_run_are_due() -> None:
    state = KERNEL.process_state(UTF8, INT64, 20, has_event_time=True)
    restored(state, "timed")
    assert (len(state), state.timers(Clock.EVENT), state.next_due(Clock.EVENT)) == (2, 2, 5)
    due = state.take_due(Clock.EVENT, 5, 9)
    assert due is not None
    assert plain(state.gather(due)) == [(7, [5, 9], [3], 4)]


@pytest.mark.parametrize(("name", "spec"), [("panes", SLIDING), ("sessions", SESSIONS)])
def test_windows_of_the_golden_run_fire_as_those_that_never_stopped(name: str, spec: WindowSpec) -> None:
    before, run = windowed(spec), Run(KERNEL.windowed_state(UTF8, UTF8, spec))
    restored(run.state, name, before.state.facts())
    assert run.advance(THE_END) == before.advance(THE_END)


if __name__ == "__main__":
    for name, data in golden().items():
        (GOLDEN / f"{name}.run").write_bytes(data)
