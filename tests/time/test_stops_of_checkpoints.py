"""A stop takes a last checkpoint, whenever it comes: sinks show all that was read, and the next run reads on."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from lives import WANTED
from ordered_source import OrderedSource, shuffled
from test_lives_by_luck import events, mapped
from timed_jobs import EVENT, SlowCompute, cut

from lightflus.compose.resuming import decided
from lightflus.kernel import WasmKernel
from lightflus.model.graph import Source
from lightflus.model.plan import plan_job
from lightflus.model.validation import checked
from lightflus.runtime.fragment import Fragment
from lightflus.testing.compute import InlineSlots
from lightflus.testing.guests import PythonGuests
from lightflus.testing.ledger import Ledger
from lightflus.testing.stores import MemoryStore


@pytest.mark.parametrize("stopped_at", [number / 100 for number in range(2, 42, 2)])
def test_a_stop_shows_all_that_was_read(stopped_at: float) -> None:
    job, ledger, read = mapped(), Ledger(), 0
    graph = job.builder.build()
    (source,) = (one.id for one in graph.operators if isinstance(one.kind, Source))

    async def main() -> None:
        nonlocal read
        plan = plan_job(checked(graph), parallelism=2, deliveries={})
        fragment = Fragment(
            plan,
            guests=PythonGuests(graph, job.functions),
            kernel=WasmKernel(),
            sources={source: OrderedSource(EVENT, cut(events(1), 2), shuffled(1))},
            sinks={job.sinks["main"]: ledger.sink()},
            slots=InlineSlots(),
            threads=lambda name: SlowCompute(name, 0.012),
            clock=trio.current_time,
            checkpoints=decided(MemoryStore(), WANTED, plan, "digest").plan,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_stop, fragment, stopped_at)
            result = await fragment.run()
        read = next(one.rows_out for one in result.operators if one.operator == source)

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert len(ledger.rows) == read


async def _stop(fragment: Fragment, seconds: float) -> None:
    await trio.sleep(seconds)
    fragment.stop()
