"""Every hook goes through a chain of stages, and what one stage yields reaches the ones behind it."""

from __future__ import annotations

from collections.abc import Iterator

from lightflus.model.elements import Watermark
from lightflus.ports.batch import Batch, Out, Side
from lightflus.runtime.operators.chain import Chain
from lightflus.runtime.operators.stage import Stage
from lightflus.testing.graphs import UTF8
from lightflus.testing.memory import batch_of, values_of


def batch(*texts: str) -> Batch:
    return Batch(batch_of(UTF8, texts))


class Marking(Stage):
    """Adds its mark to every text, and yields one of its own at each hook; keeps nothing from the next stage."""

    def __init__(self, mark: str, wakes_at: float = 0.0) -> None:
        self.mark = mark
        self.is_closed = False
        self._wakes_at = wakes_at

    @property
    def is_holding(self) -> bool:
        return self.mark == "b"

    @property
    def wakes_at(self) -> float:
        return self._wakes_at

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        yield Batch(batch_of(UTF8, [f"{text}{self.mark}" for text in values_of(UTF8, batch.columns)]))
        yield Side("late", batch)

    def watermark(self, time_ms: int) -> Iterator[Out]:
        yield batch(f"fired-{self.mark}")
        yield Watermark(time_ms - 1)

    def wake(self, now: float) -> Iterator[Out]:
        yield batch(f"woke-{self.mark}")

    def release(self) -> Iterator[Out]:
        yield batch(f"held-{self.mark}")

    def finish(self) -> Iterator[Out]:
        yield batch(f"left-{self.mark}")

    def close(self) -> None:
        self.is_closed = True


def shown(outs: Iterator[Out]) -> list[str]:
    found = []
    for out in outs:
        match out:
            case Batch():
                found += [str(value) for value in values_of(UTF8, out.columns)]
            case Side(port, rows):
                found.append(f"{port}: {rows.rows}")
            case _:
                found.append(str(out))
    return found


def chain(*stages: Stage) -> Chain:
    return Chain(stages or (Marking("a"), Marking("b")), lambda: None)


def test_batches_go_through_all_stages_and_only_the_last_ones_side_outputs_leave() -> None:
    assert shown(chain().process(0, [batch("x")])) == ["xab", "late: 1"]


def test_side_outputs_of_the_operator_in_front_of_what_only_cuts_leave_too() -> None:
    stages = (Marking("a"), Marking("b"), Passing())
    assert shown(Chain(stages, lambda: None, sides_from=1).process(0, [batch("x")])) == ["xab", "late: 1"]


def test_a_watermark_fires_stage_by_stage_and_is_held_back_by_each() -> None:
    assert shown(chain().watermark(100)) == ["fired-ab", "late: 1", "fired-b", "Watermark(time_ms=98)"]


def test_what_is_left_at_the_end_goes_through_the_stages_behind() -> None:
    assert shown(chain().finish()) == ["left-ab", "late: 1", "left-b"]


def test_what_is_held_is_released_from_the_first_stage_on() -> None:
    assert chain().is_holding
    assert shown(chain().release()) == ["held-ab", "late: 1", "held-b"]


def test_only_stages_that_are_due_wake() -> None:
    line = chain(Marking("a", wakes_at=5.0), Marking("b", wakes_at=7.0))
    assert line.wakes_at == 5.0
    assert shown(line.wake(6.0)) == ["woke-ab", "late: 1"]


def test_all_stages_are_closed_and_what_they_share_after_them() -> None:
    first, second, closed = Marking("a"), Marking("b"), list[bool]()
    Chain([first, second], lambda: closed.append(first.is_closed and second.is_closed)).close()
    assert closed == [True]


class Passing(Stage):
    """Hands on what comes."""

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        yield batch


class Splitting(Stage):
    """Makes a batch of every row, and says when the rows are over."""

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        for row in range(batch.rows):
            yield batch.slice(row, 1)
        yield Watermark(1)


class Counting(Stage):
    """Remembers the sizes of batches."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def process(self, side: int, batch: Batch) -> Iterator[Out]:
        self.sizes.append(batch.rows)
        yield batch


class CountingLarge(Counting):
    """The same, and prefers three rows."""

    prefers_rows = 3


def test_small_batches_are_put_together_in_front_of_a_stage_that_prefers_larger_ones() -> None:
    counting = CountingLarge()
    assert shown(chain(Splitting(), counting).process(0, [batch(*"abcdefgh")])) == [*"abcdefgh", str(Watermark(1))]
    assert counting.sizes == [3, 3, 2]


def test_elsewhere_they_stay_as_they_are() -> None:
    counting = Counting()
    shown(chain(Splitting(), counting).process(0, [batch(*"abc")]))
    assert counting.sizes == [1, 1, 1]


def test_batches_that_waited_are_one_for_the_first_stage() -> None:
    counting = CountingLarge()
    shown(chain(counting).process(0, [batch("a"), batch("b", "c")]))
    assert counting.sizes == [3]
