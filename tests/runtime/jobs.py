"""Jobs that the runtime's tests run: the published word count and friends, on doubles and without threads."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightflus.model.graph import Delivery, JobGraph, OperatorId, Sink, Source
from lightflus.model.plan import plan_job
from lightflus.model.validation import checked
from lightflus.ports.kernel import Kernel
from lightflus.runtime.compute import ThreadCompute
from lightflus.runtime.fragment import Fragment, JobResult
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.slots import ThreadSlots
from lightflus.testing.compute import InlineCompute, InlineSlots
from lightflus.testing.graphs import UTF8
from lightflus.testing.guests import PythonFunction, PythonGuests
from lightflus.testing.kernel import ModelKernel
from lightflus.testing.memory import MemorySink, MemorySource, Step, Value

Splits = Mapping[str, Sequence[Step]]


def crc(key: bytes) -> int:
    """A hash that spreads short keys over 64 bits."""
    return zlib.crc32(key) << 32 | zlib.crc32(key[::-1])


def split(line: str) -> Value:
    return [{"t0": 1.0, "t1": word} for word in line.split(" ")]


def add(left: dict[str, float], right: dict[str, float]) -> Value:
    return {"t0": left["t0"] + right["t0"], "t1": left["t1"]}


def as_text(word: dict[str, float]) -> Value:
    return str(int(word["t0"]))


WORD_COUNT: tuple[PythonFunction, ...] = (split, add, as_text)


@dataclass
class Prepared:
    """A run with everything that a test looks at."""

    run: Fragment
    source: MemorySource
    sink: MemorySink
    guests: PythonGuests
    slots: ThreadSlots | None

    async def result(self) -> JobResult:
        try:
            return await self.run.run()
        finally:
            if self.slots is not None:
                self.slots.close()

    def counts(self) -> dict[Value, Value]:
        """What the sink shows by key."""
        return {key[0]: row["value"] for key, row in self.sink.upserted("key").items()}


def prepare(
    graph: JobGraph,
    functions: Sequence[PythonFunction],
    splits: Splits,
    *,
    parallelism: int = 1,
    sink: MemorySink | None = None,
    most_rows: int | None = None,
    is_threaded: bool = False,
    kernel: Kernel | None = None,
    is_committing: bool = False,
    is_growing: bool = False,
    policy: BadRecordPolicy | None = None,
    poison: BadRecordPolicy | None = None,
) -> Prepared:
    """A run of a job with one source and any number of sinks, which all write into one.

    `policy` is the source's, `poison` that of all other operators.

    Without threads, and so on virtual time, unless `is_threaded`.
    """
    sink = sink or MemorySink(delivery=Delivery.UPSERT)
    ends = [operator.id for operator in graph.operators if isinstance(operator.kind, Sink)]
    (begin,) = (operator for operator in graph.operators if isinstance(operator.kind, Source))
    source = MemorySource(begin.output or UTF8, splits, is_growing=is_growing, is_committing=is_committing)
    guests = PythonGuests(graph, functions, most_rows=most_rows)
    deliveries: dict[OperatorId, Delivery] = dict.fromkeys(ends, sink.delivery)
    slots = ThreadSlots(parallelism) if is_threaded else None
    run = Fragment(
        plan_job(checked(graph), parallelism=parallelism, deliveries=deliveries),
        guests=guests,
        kernel=kernel or ModelKernel(crc),
        sources={begin.id: source},
        sinks=dict.fromkeys(ends, sink),
        policies={o.id: poison or BadRecordPolicy() for o in graph.operators} | {begin.id: policy or BadRecordPolicy()},
        slots=slots or InlineSlots(),
        threads=ThreadCompute if is_threaded else InlineCompute,
    )
    return Prepared(run, source, sink, guests, slots)
