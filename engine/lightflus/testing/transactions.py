"""What every transactional sink must do, as a suite that its tests run, ours and a user's.

What it owns: the rules of `ports.TransactionalSink`, as checks that raise AssertionError: staged output is seen by
nobody, committed output by everybody and once, whoever dies when. What it leaves: a place to write to, and sinks that
die on demand (the caller). One thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Protocol

import pyarrow as pa

from lightflus.errors import SinkFailed
from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable, Committer, TransactionalSink

_MOST_STEPS = 50


class Killed(BaseException):
    """Stands for the death of the process: nothing after it runs."""


class Place(Protocol):
    """An empty place that a sink writes to."""

    def sink(self, dies_after: int | None = None) -> TransactionalSink:
        """A sink as a new process opens it; its committers raise Killed after their step number `dies_after`."""
        ...

    def read(self) -> list[tuple[str, str]]:
        """Key and value of what another program sees there, in order."""
        ...


class _Job:
    """One subtask of a run: what it stages and commits."""

    def __init__(self, place: Place, generation: int, health: Health, *, dies_after: int | None = None) -> None:
        self._sink = place.sink(dies_after)
        self._generation = generation
        self._health = health
        self._writer = self._sink.staging_writer(0, health)
        self._committer: Committer | None = None

    def staged(self, epoch: int, *keys: str) -> Committable:
        for key in keys:
            self._writer.write(_batch(key))
        return self._writer.prepare(self._generation, epoch)

    @property
    def committer(self) -> Committer:
        if self._committer is None:
            self._committer = self._sink.committer(0, self._health)
        return self._committer

    def end(self) -> None:
        self._writer.close()
        if self._committer is not None:
            self._committer.close()
            self._committer.close()
        self._sink.close()


def check_transactional_sink(make: Callable[[], Place], health: Health) -> None:
    """Runs every check of a sink whose fields are `key` and `value`, both text. `make` is a new, empty place."""
    _check_commit(make(), health)
    _check_abort(make(), health)
    _check_successor(make(), health)
    _check_zombie(make(), health)
    _check_subtasks(make(), health)
    _check_damage(make(), health)
    for step in count(1):
        if not _check_death(make(), health, step):
            return
        assert step < _MOST_STEPS, "a commit has too many steps to kill it at each"


def _check_commit(place: Place, health: Health) -> None:
    job = _Job(place, 1, health)
    first = job.staged(1, "a", "b")
    second = job.staged(2, "c")
    assert place.read() == [], "what is staged must be seen by nobody"
    job.committer.commit(first)
    assert place.read() == _rows("a", "b"), "what was committed must be there, in order, and nothing else"
    job.committer.commit(first)
    assert place.read() == _rows("a", "b"), "committing again must change nothing"
    job.committer.commit(second)
    job.committer.commit(first)
    job.committer.commit(job.staged(3))
    assert place.read() == _rows("a", "b", "c"), "an epoch without output is committed, too"
    job.end()


def _check_abort(place: Place, health: Health) -> None:
    job = _Job(place, 1, health)
    job.committer.abort(job.staged(1, "a"))
    job.committer.commit(job.staged(2, "b"))
    assert place.read() == _rows("b"), "what was aborted must never be seen"
    job.end()


def _check_successor(place: Place, health: Health) -> None:
    job = _Job(place, 1, health)
    first, second = job.staged(1, "a"), job.staged(2, "b")
    job.committer.commit(first)
    job.end()
    successor = _Job(place, 2, health)
    successor.committer.commit(first)
    successor.committer.commit(second)
    successor.committer.commit(second)
    successor.committer.commit(successor.staged(3, "c"))
    successor.committer.commit(second)
    assert place.read() == _rows("a", "b", "c"), "a successor must commit what is left, and once"
    successor.end()


def _check_zombie(place: Place, health: Health) -> None:
    zombie = _Job(place, 1, health)
    zombie.committer.commit(zombie.staged(1, "a"))
    late = zombie.staged(2, "late")
    successor = _Job(place, 2, health)
    fresh = successor.committer
    _refuses(zombie.committer, late, "a committer must be shut out by its successor, as soon as that is there")
    fresh.commit(successor.staged(2, "b"))
    _refuses(successor.committer, late, "output of an older generation must be refused when a newer one has committed")
    assert place.read() == _rows("a", "b")
    successor.committer.commit(successor.staged(3, "c"))
    assert place.read() == _rows("a", "b", "c"), "a zombie must not keep its successor from working"
    with suppress(SinkFailed):
        zombie.end()
    successor.end()


def _check_subtasks(place: Place, health: Health) -> None:
    sink = place.sink()
    for subtask, key in ((0, "a"), (1, "b")):
        writer, committer = sink.staging_writer(subtask, health), sink.committer(subtask, health)
        writer.write(_batch(key))
        committable = writer.prepare(1, 1)
        assert committable.subtask == subtask
        committer.commit(committable)
        committer.close()
    assert sorted(place.read()) == _rows("a", "b"), "subtasks commit the same epoch each for itself"
    sink.close()


def _check_damage(place: Place, health: Health) -> None:
    job = _Job(place, 1, health)
    whole = job.staged(1, "a")
    for at in {0, len(whole.data) // 3, len(whole.data) // 2, len(whole.data) - 1}:
        torn = bytearray(whole.data)
        torn[at] ^= 1
        _refuses(job.committer, Committable(1, 1, 0, bytes(torn)), "damaged output must be refused")
    _refuses(job.committer, Committable(1, 1, 0, whole.data[:-1]), "output that was cut off must be refused")
    assert place.read() == []
    job.committer.commit(whole)
    assert place.read() == _rows("a")
    job.end()


def _check_death(place: Place, health: Health, step: int) -> bool:
    """Kills the committer after a step of its second commit; whether it lived that long."""
    victim = _Job(place, 1, health, dies_after=step)
    first, second = victim.staged(1, "a"), victim.staged(2, "b", "c")
    has_died = False
    try:
        victim.committer.commit(first)
        victim.committer.commit(second)
    except Killed:
        has_died = True
    successor = _Job(place, 2, health)
    successor.committer.commit(first)
    successor.committer.commit(second)
    successor.committer.commit(successor.staged(3, "d"))
    assert place.read() == _rows("a", "b", "c", "d"), f"killed after step {step}, output must be there once, in order"
    successor.end()
    return has_died


def _refuses(committer: Committer, committable: Committable, rule: str) -> None:
    try:
        committer.commit(committable)
    except SinkFailed:
        return
    raise AssertionError(rule)


def _batch(key: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"key": [key], "value": [key.upper()]})


def _rows(*keys: str) -> Sequence[tuple[str, str]]:
    return [(key, key.upper()) for key in keys]
