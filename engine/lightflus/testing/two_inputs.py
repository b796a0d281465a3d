"""An operator with two inputs and a side output, to prove plans and wiring with before there is a real one.

What it owns: `Tag`, which marks each text with the side that it came from, hands those of side 1 on through the side
output `second` as well, and does not know their order. `registered()` makes the planner and the runtime know it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from lightflus.model.graph import Kind
from lightflus.model.operators import FACTS, Facts
from lightflus.model.plan import PlannedOperator
from lightflus.ports.batch import Batch, Out, Side
from lightflus.runtime.operators.stage import Stage
from lightflus.runtime.stages import STAGES, Parts
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of, values_of

SECOND = "second"
"""The side output."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Two streams of texts into one of `side:text`."""


TAG = cast(Kind, Tag())


class TagStage(Stage):
    """What `Tag` does."""

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        """Tags, and lets side 1 out at the side as well."""
        yield Batch(batch_of(UTF8, [f"{side}:{text}" for text in values_of(UTF8, batch.columns)]))
        if side == 1:
            yield Side(SECOND, batch.without_keys())


def _stage(_planned: PlannedOperator, _parts: Parts) -> Stage:
    return TagStage()


@contextmanager
def registered() -> Iterator[None]:
    """While this lasts, `Tag` is a kind of operator."""
    FACTS[Tag] = Facts("tag", inputs=2, ports=lambda _kind: {SECOND: UTF8})
    STAGES[Tag] = _stage
    try:
        yield
    finally:
        del FACTS[Tag], STAGES[Tag]
