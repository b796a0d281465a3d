"""A straight line of stages: what one yields, the next one works on.

What it owns: forwarding every hook through the line, in one place, and putting small batches together in front of a
stage that prefers large ones. Synchronous; used on its subtask's lane.
What it leaves: what the stages do; where that goes what the last one yields, and its side outputs (`../outputs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from lightflus.limits import FOLD_BYTES
from lightflus.model.elements import SplitChange, SplitEnded, SplitFound, Watermark
from lightflus.model.graph import OperatorId
from lightflus.ports.batch import Batch, Out, Side
from lightflus.runtime.operators.stage import Kept, Sealed, Stage


class Chain:
    """The operators of one subtask; the same hooks as a stage, for all of them."""

    def __init__(
        self,
        stages: Sequence[Stage],
        close: Callable[[], None],
        *,
        own: Mapping[OperatorId, Stage] | None = None,
        sides_from: int = -1,
    ) -> None:
        """There is a stage at least.

        Args:
            stages: in order.
            own: those that are one operator's alone, by operator: they may keep something.
            close: gives back what they share.
            sides_from: the stage whose side outputs leave the chain, by default the last one. Nobody reads those of
                others: an operator whose side output is read ends its task (`model/plan.py`).
        """
        self._stages = stages
        self._close = close
        self._own = own or {}
        self._sides_from = sides_from % len(stages)

    @property
    def prefers_rows(self) -> int:
        """What the first stage prefers."""
        return self._stages[0].prefers_rows

    @property
    def is_holding(self) -> bool:
        """Whether `release` has something to yield."""
        return any(stage.is_holding for stage in self._stages)

    @property
    def wakes_at(self) -> float:
        """When the first of them wants to wake."""
        return min(stage.wakes_at for stage in self._stages)

    def process(self, side: int, batches: Sequence[Batch]) -> Iterator[Out]:
        """Works on batches of one input, put together if there are several."""
        yield from self._on(0, self._stages[0].process(side, Batch.joined(batches)))

    def watermark(self, time_ms: int) -> Iterator[Out]:
        """Everything that fires up to a time, and the watermark behind it."""
        yield from self._on(0, self._stages[0].watermark(time_ms))

    def split(self, change: SplitChange) -> Iterator[Out]:
        """A source has found a split, or one has ended."""
        yield from self._on(0, self._stages[0].split(change))

    def wake(self, now: float) -> Iterator[Out]:
        """What is due in any stage."""
        for at, stage in enumerate(self._stages):
            if stage.wakes_at <= now:
                yield from self._on(at, stage.wake(now))

    def release(self) -> Iterator[Out]:
        """What is held, from the first stage on, since one's updates may be held by the next."""
        for at, stage in enumerate(self._stages):
            yield from self._on(at, stage.release())

    def finish(self) -> Iterator[Out]:
        """All that is left, from the first stage on."""
        for at, stage in enumerate(self._stages):
            yield from self._on(at, stage.finish())

    def seal(self, *, is_whole: bool) -> dict[OperatorId, Sealed]:
        """At a barrier, behind `release`: what the operators keep; `is_whole`: not only what has changed."""
        kept = {operator: stage.seal(is_whole=is_whole) for operator, stage in self._own.items()}
        return {operator: sealed for operator, sealed in kept.items() if sealed is not None}

    def restore(self, operator: OperatorId, kept: Kept) -> None:
        """Before the first batch: has an operator go on from there. Raises CheckpointDamaged, StoreFailed."""
        self._own[operator].restore(kept)

    def close(self) -> None:
        """Gives memory back. Idempotent."""
        for stage in self._stages:
            stage.close()
        self._close()

    def _on(self, at: int, outs: Iterator[Out]) -> Iterator[Out]:
        """What becomes of what stage `at` yields, in the stages behind it.

        With a stack of its own, since a chain may be as long as a graph: it holds what each stage still yields.
        """
        stack = [self._for_next(at, outs)]
        while stack:
            out = next(stack[-1], None)
            behind = at + len(stack)
            if out is None:
                stack.pop()
                continue
            if behind == len(self._stages):
                yield out
                continue
            match out:
                case Batch():
                    stack.append(self._for_next(behind, self._stages[behind].process(0, out)))
                case Watermark(time_ms):
                    stack.append(self._for_next(behind, self._stages[behind].watermark(time_ms)))
                case SplitFound() | SplitEnded():
                    stack.append(self._for_next(behind, self._stages[behind].split(out)))
                case Side():
                    if behind == self._sides_from + 1:
                        yield out
                case _:
                    yield out

    def _for_next(self, at: int, outs: Iterator[Out]) -> Iterator[Out]:
        """What stage `at` yields, as the next one prefers it."""
        behind = at + 1
        most = self._stages[behind].prefers_rows if behind < len(self._stages) else 0
        return _gathered(outs, most) if most else outs


def _gathered(outs: Iterator[Out], most_rows: int) -> Iterator[Out]:
    """The same, neighbouring batches joined up to so many rows, and FOLD_BYTES; nothing waits for what is not there."""
    waiting: list[Batch] = []
    rows, size = 0, 0
    for out in outs:
        added = out.columns.nbytes if isinstance(out, Batch) else 0
        if not isinstance(out, Batch) or rows + out.rows > most_rows or size + added > FOLD_BYTES:
            if waiting:
                yield Batch.joined(waiting)
            waiting, rows, size = [], 0, 0
        if isinstance(out, Batch):
            waiting.append(out)
            rows += out.rows
            size += added
        else:
            yield out
    if waiting:
        yield Batch.joined(waiting)
