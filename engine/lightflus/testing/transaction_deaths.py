"""Deaths at each step of a job whose sink is transactional, and what is there when its successors have ended.

What it owns: a job of one subtask as the runtime drives it (prepare, manifest, commit), killed by its sink, or by
itself before and behind the manifest. What it leaves: the rules of single calls (`transactions.py`). One thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

from lightflus.ports.health import Health
from lightflus.ports.sinks import Committable
from lightflus.testing.transactions import Killed, Pair, Place, Run, is_there

_MOST_STEPS = 80
_EPOCHS: tuple[tuple[Pair, ...], ...] = (
    (("a", "1"), ("b", "1")),
    (("a", "2"), ("c", "2")),
    (),
    (("b", "4"), ("d", "4"), ("a", "4")),
)
_BOUNDARIES = ("prepared", "recorded")


class _Job:
    """A job over `_EPOCHS`; its manifests outlive its runs."""

    def __init__(self, place: Place, health: Health) -> None:
        self._place = place
        self._health = health
        self._manifest: list[Committable] = []
        self._generation = 0

    def live(self, *, dies_after: int | None = None, dies_at: tuple[int, str] | None = None) -> bool:
        """One run; whether it came to its end."""
        self._generation += 1
        try:
            self._live(dies_after, dies_at)
        except Killed:
            self._place.bury()
            return False
        return True

    def check(self) -> bool:
        """Whether everything is there once."""
        wrote = [row for rows in _EPOCHS for row in rows]
        sink = self._place.sink()
        sink.close()
        return is_there(self._place, sink, *wrote)

    def _live(self, dies_after: int | None, dies_at: tuple[int, str] | None) -> None:
        run = Run(self._place, self._health, self._generation, dies_after=dies_after).recovered(*self._manifest)
        done = self._manifest[-1].epoch if self._manifest else 0
        for epoch, rows in enumerate(_EPOCHS[done:], done + 1):
            committable = run.staged(epoch, *rows)
            _maybe_die(dies_at, (epoch, "prepared"))
            self._manifest = [committable]
            _maybe_die(dies_at, (epoch, "recorded"))
            run.committer().commit(committable)
        run.end()


def _maybe_die(dies_at: tuple[int, str] | None, place: tuple[int, str]) -> None:
    if dies_at == place:
        raise Killed


def check_deaths(make: Callable[[], Place], health: Health, *, rests: Iterable[int | None] = (None,)) -> None:
    """Kills a job at every step, and its successor at the steps `rests` of its own, or not (None).

    `make` is a new, empty place.
    """
    for epoch in range(1, len(_EPOCHS) + 1):
        for boundary in _BOUNDARIES:
            _check(make(), health, f"killed when epoch {epoch} was {boundary}", dies_at=(epoch, boundary))
    for rest in rests:
        for step in count(1):
            if not _check(
                make(), health, f"killed after step {step}, its successor after {rest}", dies_after=step, then=rest
            ):
                break
            assert step < _MOST_STEPS, "a sink has too many steps to kill it at each"


def _check(
    place: Place,
    health: Health,
    words: str,
    *,
    dies_after: int | None = None,
    dies_at: tuple[int, str] | None = None,
    then: int | None = None,
) -> bool:
    """Whether the first run died."""
    job = _Job(place, health)
    has_ended = job.live(dies_after=dies_after, dies_at=dies_at)
    if not has_ended and (then is None or not job.live(dies_after=then)):
        assert job.live()
    assert job.check(), f"{words}, output must be there once, in order; there is {place.read()}"
    return not has_ended
