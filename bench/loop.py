"""The event loop of a word count at parallelism 4: no single step may keep it for long, since all subtasks share it.

A step is what a trio task does between two awaits. Its time is the CPU time of the loop's thread, so that what else a
machine does is not counted.
"""

from __future__ import annotations

import heapq
from contextlib import closing
from time import thread_time_ns

import trio

from bench.inputs import WORDS_PER_LINE, lines_file
from bench.measure import record, table
from bench.word_count import build_module
from lightflus.compose.loading import bound_graph, load_module, planned
from lightflus.compose.running import composed
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.ports.reach import UNBOUNDED
from lightflus.runtime.slots import ThreadSlots

WORDS = 3_000_000
PARALLELISM = 4
SHOWN = 5
GOAL_MS = 2.0


class Steps(trio.abc.Instrument):
    """Remembers the steps that took longest, and whose they were."""

    def __init__(self) -> None:
        self._began = 0
        self.count = 0
        self.total_ns = 0
        self.worst: list[tuple[int, int, str]] = []

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """The clock starts."""
        self._began = thread_time_ns()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """The clock stops."""
        taken = thread_time_ns() - self._began
        self.count += 1
        self.total_ns += taken
        step = (taken, self.count, task.name)
        if len(self.worst) < SHOWN:
            heapq.heappush(self.worst, step)
        else:
            heapq.heappushpop(self.worst, step)


def main() -> None:
    """Runs it once, prints the worst steps."""
    source = lines_file(WORDS // WORDS_PER_LINE)
    module = load_module(build_module().read_bytes(), lambda _level, _text: None)
    graph = bound_graph(module.graph, [f"topic=file:{source}", "redis=blackhole:"])
    plan = planned(module, graph, parallelism=PARALLELISM)
    steps = Steps()
    letters = FileDeadLetters("unused.jsonl", LetterForm(graph.job, module.report.digest))
    with closing(ThreadSlots(PARALLELISM)) as slots, open("/dev/null", "wb") as nowhere:
        streams = Streams(stdin=0, stdout=nowhere)
        run = composed(plan, module, slots=slots, streams=streams, letters=letters, reaches=lambda _: UNBOUNDED)
        trio.run(run.run, instruments=[steps])
    table(
        f"worst of {steps.count:,} steps on the loop, {WORDS:,} words, parallelism {PARALLELISM}",
        ["trio task", "CPU ms"],
        [[name, f"{taken / 1e6:.2f}"] for taken, _, name in sorted(steps.worst, reverse=True)],
    )
    worst_ms = max(steps.worst)[0] / 1e6
    print(f"  worst step {worst_ms:.2f} ms (goal {GOAL_MS}); all steps together {steps.total_ns / 1e9:.3f} s")
    record("loop", {"worst_ms": worst_ms, "steps": steps.count, "total_seconds": steps.total_ns / 1e9})
