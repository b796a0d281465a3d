"""What every transactional sink must do, as a suite that its tests run, ours and a user's.

What it owns: the rules of `ports.TransactionalSink`, as checks that raise AssertionError. What was staged is seen by
nobody, where the sink can keep it back; whoever dies when, what is there at last is what a run without failures writes.
What it leaves: a place to write to, and sinks that die on demand (the caller); deaths at each step
(`transaction_deaths.py`). One thread.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

import pyarrow as pa

from lightflus.errors import SinkFailed
from lightflus.model.graph import Delivery
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable, Committer, SinkIdentity, StagingWriter, TransactionalSink

Pair = tuple[str, str]


class Killed(BaseException):
    """Stands for the death of the process: nothing after it runs."""


class Place(Protocol):
    """An empty place that a sink writes to."""

    @property
    def is_staged(self) -> bool:
        """Whether nobody sees output before it is committed; else it is shown at once."""
        ...

    def sink(self, dies_after: int | None = None) -> TransactionalSink:
        """A sink as a new process opens it; it raises Killed after its step number `dies_after`."""
        ...

    def bury(self) -> None:
        """A process has died: ends what its sinks hold, as the system does."""
        ...

    def read(self) -> list[Pair]:
        """Key and value of what another program sees there, in order."""
        ...


class Run:
    """One start of a job, as far as its sink sees it."""

    def __init__(
        self, place: Place, health: Health, generation: int, *, life: str = "first", dies_after: int | None = None
    ) -> None:
        self.sink = place.sink(dies_after)
        try:
            self.sink.begin(SinkIdentity("default", "job", life, "out", generation))
        except BaseException:
            self.sink.close()
            raise
        self._health = health
        self._writers: dict[int, StagingWriter] = {}
        self._committers: dict[int, Committer] = {}

    def committer(self, subtask: int = 0) -> Committer:
        """The one of a subtask."""
        if subtask not in self._committers:
            self._committers[subtask] = self.sink.committer(subtask, self._health)
        return self._committers[subtask]

    def recovered(self, *committables: Committable, parallelism: int = 1) -> Run:
        """This run, once the committers of the checkpoint's subtasks were there and have recovered."""
        committers = [self.committer(subtask) for subtask in range(parallelism)]
        for subtask, committer in enumerate(committers):
            committer.recover([one for one in committables if one.subtask == subtask])
        self._close_committers()
        return self

    def staged(self, epoch: int, *rows: Pair, subtask: int = 0) -> Committable:
        """Writes rows, and prepares the epoch."""
        self.write(*rows, subtask=subtask)
        return self._writers[subtask].prepare(epoch)

    def write(self, *rows: Pair, subtask: int = 0) -> None:
        """Writes rows, each in a batch."""
        if subtask not in self._writers:
            self._writers[subtask] = self.sink.staging_writer(subtask, self._health)
        for key, value in rows:
            self._writers[subtask].write(pa.RecordBatch.from_pydict({"key": [key], "value": [value]}))

    def commit(self, epoch: int, *rows: Pair, subtask: int = 0) -> Committable:
        """Stages and commits."""
        committable = self.staged(epoch, *rows, subtask=subtask)
        self.committer(subtask).commit(committable)
        return committable

    def end(self) -> None:
        """An orderly end."""
        for writer in self._writers.values():
            writer.close()
            writer.close()
        self._close_committers()
        self.sink.close()

    def _close_committers(self) -> None:
        for committer in self._committers.values():
            committer.close()
            committer.close()
        self._committers.clear()


def is_there(place: Place, sink: TransactionalSink, *rows: Pair) -> bool:
    """Whether what others see is what these writes leave: each in order, or the last one of each key."""
    if sink.delivery is Delivery.UPSERT:
        return sorted(place.read()) == sorted(dict(rows).items())
    return place.read() == list(rows)


def check_transactional_sink(make: Callable[[], Place], health: Health) -> None:
    """Runs the checks of a sink whose fields are `key` and `value`, both text. `make` is a new, empty place."""
    checks: tuple[Callable[[Place, Health], None], ...] = (
        _check_commit,
        _check_abort,
        _check_successor,
        _check_undoing,
        _check_second_life,
        _check_zombie,
        _check_subtasks,
        _check_parallelism,
        _check_damage,
    )
    for check in checks:
        check(make(), health)


def _check_commit(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered()
    first = run.staged(1, ("a", "1"), ("b", "1"))
    second = run.staged(2, ("a", "2"))
    if place.is_staged:
        assert place.read() == [], "what is staged must be seen by nobody"
    run.committer().commit(first)
    if place.is_staged:
        assert is_there(place, run.sink, ("a", "1"), ("b", "1")), "what was committed must be there, and nothing else"
    run.committer().commit(second)
    run.commit(3)
    run.commit(4, ("c", "4"))
    assert is_there(place, run.sink, ("a", "1"), ("b", "1"), ("a", "2"), ("c", "4")), "all must be there, in order"
    assert run.committer().committed() in (None, 4), "the last epoch with output is the one that was committed"
    run.end()


def _check_abort(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered()
    aborted = run.staged(1, ("a", "1"))
    run.committer().abort(aborted)
    run.committer().abort(aborted)
    run.commit(2, ("b", "2"))
    if place.is_staged:
        assert is_there(place, run.sink, ("b", "2")), "what was aborted must never be seen"
    run.end()


def _check_successor(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered()
    first = run.commit(1, ("a", "1"))
    second, third = run.staged(2, ("b", "2")), run.staged(3, ("c", "3"))
    run.end()
    again = Run(place, health, 2).recovered(first, second, third)
    again.recovered(first, second, third)
    rows = [("a", "1"), ("b", "2"), ("c", "3")]
    assert is_there(place, again.sink, *rows), "a successor must commit what is left of the manifest, and once"
    again.commit(4, ("d", "4"))
    again.end()
    last = Run(place, health, 3)
    assert last.committer().committed() in (None, 4), "a sink must say what nobody can undo any more"
    last.end()


def _check_undoing(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered()
    first = run.commit(1, ("a", "1"), ("b", "1"))
    run.staged(2, ("b", "2"))
    run.write(("c", "2"))
    run.end()
    again = Run(place, health, 2).recovered(first)
    again.commit(2, ("b", "2"), ("c", "2"))
    rows = (("a", "1"), ("b", "1"), ("b", "2"), ("c", "2"))
    assert is_there(place, again.sink, *rows), "what came behind the checkpoint must be there once, made again"
    again.end()


def _check_second_life(place: Place, health: Health) -> None:
    first = Run(place, health, 1).recovered()
    for epoch in (1, 2, 3):
        first.commit(epoch, (f"a{epoch}", "first"))
    first.end()
    second = Run(place, health, 1, life="second").recovered()
    rows = [(f"a{epoch}", "second") for epoch in (1, 2, 3)]
    for epoch, row in enumerate(rows, 1):
        second.commit(epoch, row)
    found = sorted(place.read()) if second.sink.delivery is Delivery.UPSERT else place.read()
    assert found[-3:] == rows, "a second life of the same name must lose nothing"
    second.end()


def _check_zombie(place: Place, health: Health) -> None:
    zombie = Run(place, health, 1).recovered()
    first = zombie.commit(1, ("a", "1"), ("b", "1"))
    late = zombie.staged(2, ("late", "2")) if place.is_staged else None
    try:
        successor = Run(place, health, 2).recovered(first)
    except SinkFailed:  # nobody comes in while it lives, so that there is none
        zombie.end()
        return
    successor.commit(2, ("b", "2"))
    try:
        zombie.committer().commit(late or zombie.staged(2, ("b", "late")))
    except SinkFailed:
        refused = True
    else:
        refused = False
    assert refused, "a zombie must be shut out by its successor"
    successor.commit(3, ("c", "3"))
    rows = (("a", "1"), ("b", "1"), ("b", "2"), ("c", "3"))
    assert is_there(place, successor.sink, *rows), "a zombie must change nothing, nor keep its successor from working"
    with suppress(SinkFailed):
        zombie.end()
    successor.end()


def _check_subtasks(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered(parallelism=2)
    for subtask, key in ((0, "a"), (1, "b")):
        run.write((key, "1"), subtask=subtask)
    prepared = [run.staged(1, subtask=subtask) for subtask in range(2)]
    assert [one.subtask for one in prepared] == [0, 1], "output must say whose it is"
    _refuses(partial(run.committer(0).commit, prepared[1]), "output of another subtask must be refused")
    for subtask in range(2):
        run.committer(subtask).commit(prepared[subtask])
    assert sorted(place.read()) == [("a", "1"), ("b", "1")], "subtasks commit the same epoch each for itself"
    run.end()


def _check_parallelism(place: Place, health: Health) -> None:
    """2, then 3, then 1: the committers of the checkpoint's subtasks recover, then others go on."""
    run = Run(place, health, 1).recovered(parallelism=2)
    held = [run.staged(1, (f"1-{subtask}", "x"), subtask=subtask) for subtask in range(2)]
    run.end()
    wrote = [("1-0", "x"), ("1-1", "x")]
    for generation, (before, after) in enumerate(((2, 3), (3, 1)), 2):
        run = Run(place, health, generation).recovered(*held, parallelism=before)
        assert sorted(place.read()) == sorted(wrote), "what the checkpoint's subtasks have staged must be there"
        rows = [(f"{generation}-{subtask}", "x") for subtask in range(after)]
        held = [run.staged(generation, row, subtask=subtask) for subtask, row in enumerate(rows)]
        wrote += rows
        run.end()
    Run(place, health, 4).recovered(*held).end()
    assert sorted(place.read()) == sorted(wrote), "another parallelism must lose and double nothing"


def _check_damage(place: Place, health: Health) -> None:
    run = Run(place, health, 1).recovered()
    whole = run.staged(1, ("a", "1"))
    run.end()
    again = Run(place, health, 2)
    if whole.data:
        for at in {0, len(whole.data) // 3, len(whole.data) // 2, len(whole.data) - 1}:
            torn = bytearray(whole.data)
            torn[at] ^= 1
            _refuses(partial(again.recovered, Committable(1, 0, bytes(torn))), "damaged output must be refused")
        cut = Committable(1, 0, whole.data[:-1])
        _refuses(partial(again.recovered, cut), "output that was cut off must be refused")
    again.recovered(whole)
    assert is_there(place, again.sink, ("a", "1"))
    again.end()


def _refuses(work: Callable[[], object], rule: str) -> None:
    try:
        work()
    except SinkFailed:
        return
    raise AssertionError(rule)
