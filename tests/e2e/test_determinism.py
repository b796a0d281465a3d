"""The same batches give the same bytes: what leaves a guest, and its state, over the programs of tests/golden.

Each program runs twice, each time as a module loaded anew; the second time every chain of calls gets an instance of its
own, so that nothing can depend on what an instance did before. All batches that leave guests are compared as bytes: a
NaN of another payload would be found, and so would a clock or a random number.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
import trio

from lightflus.cli.modules import module_bytes
from lightflus.compose.loading import bound_graph, load_module, planned
from lightflus.compose.running import composed
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import JobGraph, Sink
from lightflus.model.names import operator_names
from lightflus.model.types import Type
from lightflus.ports.guests import Finished, Folded, Guest, GuestBatch, ProcessCall, Processed
from lightflus.ports.reach import UNBOUNDED
from lightflus.sandbox.module import LoadedModule
from lightflus.testing.compute import InlineSlots

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted((ROOT / "tests" / "golden").glob("*/job.ts"))

pytestmark = pytest.mark.slow


class Recorder:
    """A factory of guests that notes the bytes of everything that leaves them."""

    def __init__(self, module: LoadedModule, *, is_always_new: bool) -> None:
        self.module = module
        self.is_always_new = is_always_new
        self.left: list[bytes] = []
        self.instances = 0

    def __call__(self) -> RecordedGuest:
        return RecordedGuest(self)

    def reading(self, graph: JobGraph) -> Recorder:
        self.module = self.module.reading(graph)
        return self

    def interrupt(self) -> None:
        """As the module's."""
        self.module.interrupt()

    def note(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Its bytes, without what slices or padding leave undefined."""
        (whole,) = pa.Table.from_batches([batch]).combine_chunks().to_batches() or (batch,)
        self.left.append(whole.serialize().to_pybytes())
        return batch


class RecordedGuest:
    """`ports.Guest` around an instance, or around one for each chain."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._guest: Guest = self._made()

    def _made(self) -> Guest:
        self._recorder.instances += 1
        return self._recorder.module()

    @property
    def is_alive(self) -> bool:
        return self._guest.is_alive

    @property
    def memory_bytes(self) -> int:
        return self._guest.memory_bytes

    def begin(self) -> None:
        if self._recorder.is_always_new:
            self._guest.close()
            self._guest = self._made()
        self._guest.begin()

    def load(self, columns: pa.RecordBatch) -> GuestBatch:
        return self._guest.load(columns)

    def map(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        return self._guest.map(function, batch)

    def filter(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        return self._guest.filter(function, batch)

    def flat_map(self, function: FunctionNumber, batch: GuestBatch) -> GuestBatch:
        return self._guest.flat_map(function, batch)

    def extract(self, function: FunctionNumber, batch: GuestBatch) -> pa.RecordBatch:
        return self._recorder.note(self._guest.extract(function, batch))

    def take(self, batch: GuestBatch, record: Type) -> pa.RecordBatch:
        return self._recorder.note(self._guest.take(batch, record))

    def fold(
        self,
        function: FunctionNumber,
        batch: GuestBatch,
        *,
        state: pa.StructArray,
        groups: pa.Buffer,
        wants_output: bool,
        times: pa.Int64Array | None = None,
    ) -> Folded:
        folded = self._guest.fold(function, batch, state=state, groups=groups, wants_output=wants_output, times=times)
        self._recorder.note(folded.state)
        if folded.output is not None:
            self._recorder.note(folded.output)
        return folded

    def merge(
        self, function: FunctionNumber, states: pa.RecordBatch, *, state: pa.StructArray, groups: pa.Buffer
    ) -> pa.RecordBatch:
        return self._recorder.note(self._guest.merge(function, states, state=state, groups=groups))

    def finish(
        self,
        function: FunctionNumber,
        states: pa.RecordBatch,
        keys: pa.RecordBatch,
        *,
        starts: pa.Int64Array | None,
        ends: pa.Int64Array | None,
    ) -> Finished:
        finished = self._guest.finish(function, states, keys, starts=starts, ends=ends)
        self._recorder.note(finished.rows)
        return finished

    def process(self, function: FunctionNumber, call: ProcessCall) -> Processed:
        processed = self._guest.process(function, call)
        for output in processed.outputs:
            self._recorder.note(output.columns)
        return processed

    def interrupt(self) -> None:
        self._guest.interrupt()

    def close(self) -> None:
        self._guest.close()


def recorded(wasm: bytes, source: Path, folder: Path, *, is_always_new: bool) -> Recorder:
    """One run of a program into nothing."""
    module = load_module(wasm, lambda _level, _text: None)
    names = operator_names(module.graph)
    sinks = [names[o.id] for o in module.graph.operators if isinstance(o.kind, Sink)]
    (begin,) = (names[o.id] for o in module.graph.operators if not o.inputs)
    graph = bound_graph(module.graph, [f"{begin}=file:{source}", *(f"{name}=blackhole:" for name in sinks)])
    recorder = Recorder(module, is_always_new=is_always_new)
    letters = FileDeadLetters(str(folder / "letters"), LetterForm(graph.job, module.report.digest))
    plan = planned(module, graph, parallelism=1)
    streams = Streams(0, BytesIO())
    run = composed(plan, recorder, slots=InlineSlots(), streams=streams, letters=letters, reaches=lambda _: UNBOUNDED)
    trio.run(run.run)
    return recorder


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
def test_the_same_batches_give_the_same_bytes(program: Path, tmp_path: Path) -> None:
    (source,) = program.parent.glob("input.*")
    wasm = module_bytes(program)
    first = recorded(wasm, source, tmp_path, is_always_new=False)
    second = recorded(wasm, source, tmp_path, is_always_new=True)
    assert first.left == second.left
    assert first.left
    assert first.instances < second.instances


def test_there_are_ten_programs() -> None:
    assert len(PROGRAMS) == 10
