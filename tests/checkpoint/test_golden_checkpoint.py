"""A checkpoint that was written once and lies in `golden`: state stays readable, whatever becomes of the code.

Where a new version of a format is meant, another one is laid beside it (`checkpoint_samples.put_checkpoint` wrote this
one); this one stays.
"""

from __future__ import annotations

from pathlib import Path

from checkpoint_samples import COUNT, TEXT, footer_checksum, put_checkpoint

from lightflus.checkpoint.directory import DirectoryStore
from lightflus.checkpoint.lookup import StateLookup
from lightflus.checkpoint.manifests import epochs, read_manifest
from lightflus.checkpoint.runs import RunFile
from lightflus.checkpoint.verifying import verify
from lightflus.cli.plain_values import key_bytes, shown
from lightflus.codec.row_encoding import decode_row
from lightflus.kernel import WasmKernel
from lightflus.model.checkpoints import ObjectRef, OperatorState
from lightflus.model.timed import FixedWindow
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Durable
from lightflus.ports.kernel import KeyedState, ProcessState
from lightflus.ports.windows import WindowedState
from lightflus.testing.stores import MemoryStore

GOLDEN = Path(__file__).parent / "golden"


def test_the_golden_checkpoint_is_whole() -> None:
    report = verify(DirectoryStore(GOLDEN))
    assert (report.epochs, report.objects) == ({12: []}, 5)


def test_its_state_is_what_it_was() -> None:
    store = DirectoryStore(GOLDEN)
    assert epochs(store) == [12]
    manifest = read_manifest(store, 12)
    lookup = StateLookup(store, manifest.operators[0], manifest.key_groups)
    (row,) = lookup.find(key_bytes(TEXT, "word-7"))
    assert shown(COUNT, decode_row(COUNT, row.state or b"")) == {"count": 7_001, "mean": 2}
    assert lookup.find(key_bytes(TEXT, "word-8")) == []
    assert len(list(lookup.rows())) == 199


def kernel_state(operator: OperatorState) -> KeyedState | ProcessState | WindowedState:
    """An empty one, as the operator had it."""
    kernel = WasmKernel()
    assert operator.key is not None
    assert operator.state is not None
    match operator.kind:
        case "window":
            return kernel.windowed_state(operator.key, operator.state, WindowSpec(FixedWindow(60_000)))
        case "process":
            return kernel.process_state(operator.key, operator.state, None, has_event_time=True)
    return kernel.keyed_state(operator.key, operator.state)


def sealed(state: Durable) -> bytes:
    """All that it holds, as one run."""
    assert state.seal(whole=True)
    data = b""
    while not (piece := state.sealed()).is_last:
        data += piece.data.to_pybytes()
    return data + piece.data.to_pybytes()


def test_the_kernel_takes_its_state_and_gives_it_back() -> None:
    store = DirectoryStore(GOLDEN)
    manifest = read_manifest(store, 12)
    for operator in manifest.operators:
        state = kernel_state(operator)
        for run in operator.subtasks[0].runs:
            for blocks in RunFile(store, run.object).blocks(run.groups, 1_000_000):
                state.restore(blocks, 0, manifest.key_groups)
        again = MemoryStore()
        again.place.objects["run"] = data = sealed(state)
        given = RunFile(again, ObjectRef("run", len(data), footer_checksum(data)))
        assert list(given.rows(range(len(given.footer.ends)))) == list(StateLookup(store, operator, 128).rows())
        state.close()


def test_what_is_written_today_has_the_same_bytes() -> None:
    store = MemoryStore()
    put_checkpoint(store, 12, changes=2)
    files = [path for path in GOLDEN.rglob("*") if path.is_file()]
    assert {path.relative_to(GOLDEN).as_posix(): path.read_bytes() for path in files} == store.place.objects
