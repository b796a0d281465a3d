"""A job that is killed again and again, on doubles and virtual time: what a seed brings, and what its sinks show then.

What it owns: lives: each goes on from the checkpoints of those before it, at a parallelism of its own, until it is
killed, its store fails, or the job ends. What it leaves: jobs (`timed_jobs.py`), what should come out (a clean run).
"""

from __future__ import annotations

import json
import random
from ast import literal_eval
from collections.abc import Callable
from dataclasses import dataclass, field

import trio
import trio._core._run
import trio.testing
from ordered_source import OrderedSource, Splits, shuffled
from timed_jobs import EVENT, Job, Row, SlowCompute

from lightflus.compose.resuming import Wanted, decided
from lightflus.connectors.files.epoch_letters import EpochLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.errors import ExternalError, UserError
from lightflus.kernel import WasmKernel
from lightflus.model.graph import BadRecords, Source
from lightflus.model.plan import plan_job
from lightflus.model.validation import checked
from lightflus.runtime.counters import Counters, OperatorHealth
from lightflus.runtime.fragment import Fragment
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.testing.compute import InlineSlots
from lightflus.testing.guests import PythonGuests
from lightflus.testing.ledger import Ledger, Showing
from lightflus.testing.stores import MemoryPlace, MemoryStore, Trouble

_MOST_LIVES = 12
_FORM = LetterForm("job", "digest")
WANTED = Wanted("memory:", every=0.05)
_TROUBLES = (Trouble.REFUSED, Trouble.LOST, Trouble.TORN)
"""What may happen to a call of the store. A flipped bit is found, and is no matter of going on."""


@dataclass
class Lived:
    """What has become of a job.

    Attributes:
        job: the job.
        splits: what each of its sources reads.
        sinks: what each shows.
        letters: what shows what was put aside.
        lives: how many it took.
        log: what happened in them.
    """

    job: Job
    splits: tuple[Splits, ...]
    sinks: dict[str, Ledger]
    letters: Ledger = field(default_factory=Ledger)
    lives: int = 0
    log: list[str] = field(default_factory=list)

    def rows(self, sink: str) -> list[Row]:
        """What a sink shows."""
        return [literal_eval(text) for _, text in self.sinks[sink].rows]

    def put_aside(self) -> list[Row]:
        """The letters, in order."""
        return [json.loads(text) for _, text in self.letters.rows]


def lived(job: Job, *splits: Splits, seed: int, showing: Showing = Showing.STAGED) -> Lived:
    """Has a job live until it ends; a seed gives the same log each time. Raises AssertionError: it never does.

    What is shown at once and cut off again is written by one subtask: who shares such a place has to wait for others.
    """
    chance = random.Random(seed)
    # Tasks that are ready at once take turns by `_r`.
    trio._core._run._ALLOW_DETERMINISTIC_SCHEDULING = True  # type: ignore[misc]
    trio._core._run._r.seed(seed)
    place = MemoryPlace()
    story = Lived(job, splits, {name: Ledger(showing=showing) for name in job.sinks})
    for life in range(_MOST_LIVES):
        is_last = life == _MOST_LIVES - 1
        story.lives += 1
        place.holder = None
        killed_at = None if is_last else chance.uniform(0, 0.6)
        trouble = _no_trouble if is_last else _troubles(random.Random(chance.random()), story.log)
        told = _one_life(story, MemoryStore(place, trouble), chance, killed_at)
        story.log.append(told)
        if told == "ended":
            return story
    raise AssertionError("\n".join(["the job never ends", *story.log]))


def _one_life(story: Lived, store: MemoryStore, chance: random.Random, killed_at: float | None) -> str:
    job = story.job
    graph = job.builder.build()
    begins = [operator for operator in graph.operators if isinstance(operator.kind, Source)]
    is_shared = all(ledger.showing is not Showing.CUT for ledger in story.sinks.values())
    parallelism = chance.randint(1, 3) if is_shared else 1
    told: list[str] = []

    async def main() -> None:
        plan = plan_job(checked(graph), parallelism=parallelism, deliveries={})
        found = decided(store, WANTED, plan, "digest")
        fragment = Fragment(
            plan,
            guests=PythonGuests(graph, job.functions),
            kernel=WasmKernel(),
            sources={
                begin.id: OrderedSource(EVENT, one, shuffled(chance.randint(0, 99)))
                for begin, one in zip(begins, story.splits, strict=True)
            },
            sinks={number: story.sinks[name].sink() for name, number in job.sinks.items()},
            slots=InlineSlots(),
            threads=lambda name: SlowCompute(name, chance.uniform(0.001, 0.02)),
            clock=trio.current_time,
            wall=lambda: round(trio.current_time() * 1_000),
            checkpoints=found.plan,
            policies={operator.id: BadRecordPolicy(BadRecords.DEAD_LETTER) for operator in graph.operators},
            letters=EpochLetters("ledger", story.letters.sink(), _FORM, OperatorHealth(Counters())),
        )
        told.append("begun")
        with trio.move_on_after(killed_at or float("inf")) as scope:
            await fragment.run()
        told[:] = [f"killed at {killed_at}" if scope.cancelled_caught else "ended"]

    try:
        trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    except (ExternalError, UserError) as error:
        return f"failed: {error}"
    return f"{told[0]}" if told[0] == "ended" else f"{told[0]} with {parallelism}"


def _no_trouble(call: str, name: str) -> Trouble | None:
    return None


def _troubles(chance: random.Random, log: list[str]) -> Callable[[str, str], Trouble | None]:
    """One call of fifty has one, of a store that is asked to write."""

    def trouble(call: str, name: str) -> Trouble | None:
        if call not in ("create", "finish", "delete") or chance.random() > 0.02:
            return None
        found = chance.choice(_TROUBLES)
        log.append(f"{call} {name}: {found.name}")
        return found

    return trouble
