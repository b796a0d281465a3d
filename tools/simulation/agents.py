"""Workers in a simulated world: they keep the protocol of cluster.proto and run fragments that do nothing but live.

What it owns: leases, fencing, what is started and ended, as the real agent has to do it. A killed agent leaves its
fragments behind until their own lease ends; a paused one wakes up with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lightflus.cluster_limits import LEASE_MS, REFUSED_LEASE_MS
from lightflus.coordinator.cluster import Cluster, Heartbeat
from lightflus.errors import LightflusError, Superseded
from lightflus.model.cluster.values import OVER, Ending, Failure, FragmentStatus, JobKey, Report, Subtask, Worker
from lightflus.model.cluster.wishes import FragmentWish
from tools.simulation.coordinator import Process
from tools.simulation.world import World

_F = FragmentStatus
_BEAT_MS = 300
_ANSWER_MS = 1_000


@dataclass(slots=True)
class Fragment:
    """A part of a job in a runner. It lives until `ends_ms`, once that is set."""

    wish: FragmentWish
    status: FragmentStatus = _F.STARTING
    next_ms: int = 0
    ends_ms: int | None = None
    failure: Failure | None = None

    @property
    def is_live(self) -> bool:
        """Whether it could still write."""
        return self.status not in OVER


@dataclass(slots=True)
class Agent:
    """One process of a worker; a new one of its name is a new object."""

    world: World
    coordinator: Process
    name: str
    number: int
    session: int = 0
    seen: int = 0
    beat: int = 0
    attempt: int = 1
    lease_until: int = 0
    answered_ms: int = 0
    restart: Callable[[], None] = lambda: None
    is_alive: bool = True
    paused_until: int = 0
    fragments: dict[JobKey, Fragment] = field(default_factory=dict)

    def start(self) -> None:
        """Registers and goes on."""
        self.world.say(f"{self} starts")
        self._live()
        self._register()

    def kill(self) -> None:
        """The agent is gone; its runners notice by their lease."""
        self.world.say(f"{self} killed")
        self.is_alive = False

    def pause(self, ms: int) -> None:
        """SIGSTOP, SIGCONT."""
        self.world.say(f"{self} paused {ms} ms")
        self.paused_until = self.world.now_ms + ms

    def live(self) -> list[Fragment]:
        """Fragments that could write now: a paused one asks for its lease before it writes again."""
        if self.world.now_ms > self.lease_until:
            return []
        return [fragment for fragment in self.fragments.values() if fragment.is_live]

    def __str__(self) -> str:
        return f"{self.name}.{self.number}"

    # --- the coordinator -------------------------------------------------------------------------------------------

    def _register(self) -> None:
        if not self.is_alive or self.session:
            return
        if self._is_paused(self._register):
            return
        sent, attempt = self.world.now_ms, self.attempt
        self.world.send(
            self.name, lambda: self.coordinator.call(lambda c: self._registers(c, sent, attempt), self._refused_session)
        )
        self.world.after(_ANSWER_MS + self.world.between(0, 300), self._register)

    def _registers(self, cluster: Cluster, sent: int, attempt: int) -> None:
        worker = cluster.register(Worker(self.name, self.name, 0, 4, 1 << 30, process=str(self), attempt=attempt))
        self.world.send(self.name, lambda: self._registered(worker.session, sent, attempt))

    def _refused_session(self, _: LightflusError) -> None:
        """It is lost already: another one is wanted."""
        self.world.send(self.name, self._want_another)

    def _want_another(self) -> None:
        if not self.session:
            self.attempt += 1

    def _registered(self, session: int, sent: int, attempt: int) -> None:
        if self._is_paused(lambda: self._registered(session, sent, attempt)):
            return
        if not self.is_alive or self.session or attempt != self.attempt or sent + LEASE_MS < self.world.now_ms:
            return
        self.session, self.seen, self.beat = session, 0, 0
        self.answered_ms, self.lease_until = sent, sent + LEASE_MS
        self.world.say(f"{self} has session {session}")
        self._beat(session)

    def _beat(self, session: int) -> None:
        if self._is_paused(lambda: self._beat(session)):
            return
        if not self.is_alive or self.session != session:
            return
        self._look_at_lease()
        if self.session != session:
            return
        self.beat += 1
        reports = {key: self._report(fragment) for key, fragment in self.fragments.items()}
        beat = Heartbeat(self.name, session, self.beat, self.seen, reports)
        sent = self.world.now_ms
        self.world.send(self.name, lambda: self._arrives(beat, sent))
        self.world.after(_BEAT_MS, lambda: self._beat(session))

    def _arrives(self, beat: Heartbeat, sent: int) -> None:
        def answer(cluster: Cluster) -> None:
            cluster.hear(beat)
            book = cluster.book(beat.worker, beat.session)
            version, wishes = book.version, dict(book.wishes)
            self.world.send(self.name, lambda: self._answered(beat.session, sent, version, wishes))

        def refuse(error: LightflusError) -> None:
            self.world.send(self.name, lambda: self._refused(beat.session, isinstance(error, Superseded)))

        is_away = self.coordinator.cluster is None
        if not self.coordinator.call(answer, refuse) and is_away:
            self.world.send(self.name, lambda: self._nobody_listens(beat.session, sent))

    def _answered(self, session: int, sent: int, version: int, wishes: dict[JobKey, FragmentWish]) -> None:
        if self._is_paused(lambda: self._answered(session, sent, version, wishes)):
            return
        if not self.is_alive or session != self.session:
            return
        self._look_at_lease()
        if session != self.session:
            return
        if sent > self.answered_ms:
            self.answered_ms, self.lease_until = sent, max(self.lease_until, sent + LEASE_MS)
        if version > self.seen:
            self.seen = version
            self._apply(wishes)

    def _nobody_listens(self, session: int, sent: int) -> None:
        """The host answers, so this is no partition."""
        if self.is_alive and session == self.session and self.world.now_ms >= self.paused_until:
            self._look_at_lease()
            if session == self.session:
                until = min(sent + LEASE_MS, self.answered_ms + REFUSED_LEASE_MS)
                self.lease_until = max(self.lease_until, until)

    def _refused(self, session: int, is_replaced: bool) -> None:
        if self._is_paused(lambda: self._refused(session, is_replaced)):
            return
        if self.is_alive and session == self.session:
            self._end_all("its session is over")
            if is_replaced:
                self.is_alive = False
                self.world.say(f"{self} ends: another process has its name")
                self.world.after(self.world.between(1_000, 6_000), self.restart)
            else:
                self._register()

    def _look_at_lease(self) -> None:
        if self.session and self.world.now_ms > self.lease_until:
            self._end_all("its lease has run out")
            self._register()

    def _end_all(self, reason: str) -> None:
        self.world.say(f"{self} ends everything: {reason}")
        self.fragments.clear()
        self.session = 0
        self.attempt += 1

    def _is_paused(self, again: Callable[[], None]) -> bool:
        """Whoever is stopped does it when it goes on."""
        if self.world.now_ms < self.paused_until:
            self.world.after(self.paused_until - self.world.now_ms, again)
            return True
        return False

    # --- fragments -------------------------------------------------------------------------------------------------

    def _apply(self, wishes: dict[JobKey, FragmentWish]) -> None:
        for key, fragment in list(self.fragments.items()):
            wish = wishes.get(key)
            if wish is not None and wish.generation == fragment.wish.generation:
                fragment.wish = wish
            elif not fragment.is_live:
                del self.fragments[key]
            elif fragment.ends_ms is None:
                fragment.ends_ms = self.world.now_ms + self.world.between(0, 1_500)
        for key, wish in wishes.items():
            if key not in self.fragments:
                self.world.say(f"{self} starts {key.name} generation {wish.generation}")
                self.fragments[key] = Fragment(wish, next_ms=self.world.now_ms + self.world.between(10, 800))

    def _report(self, fragment: Fragment) -> Report:
        subtasks = fragment.wish.subtasks
        has_first = Subtask(0, 0) in subtasks and fragment.status is not _F.STARTING
        return Report(
            fragment.wish.generation,
            fragment.status,
            "" if fragment.status is _F.STARTING else f"{self.name}:{fragment.wish.generation}",
            fragment.failure,
            ((0, ("split",)),) if has_first else (),
        )

    def _live(self) -> None:
        """Every fragment takes a step now and then, also those of a killed agent."""
        if self.world.now_ms >= self.paused_until:
            if self.session and self.world.now_ms > self.lease_until and not self.is_alive:
                self.fragments.clear()
            for key, fragment in list(self.fragments.items()):
                self._step(key, fragment)
        if self.is_alive or self.fragments:
            self.world.after(100, self._live)

    def _step(self, key: JobKey, fragment: Fragment) -> None:
        now = self.world.now_ms
        if fragment.ends_ms is not None and now >= fragment.ends_ms:
            del self.fragments[key]
            return
        if now < fragment.next_ms or not fragment.is_live:
            return
        then = self._next(fragment)
        if then is not fragment.status:
            self.world.say(f"{self} {key.name} generation {fragment.wish.generation}: {then.value}")
            fragment.status = then
            fragment.next_ms = now + self.world.between(10, 500)

    def _next(self, fragment: Fragment) -> FragmentStatus:
        if self.world.faults.fails_fragments and self.world.happens(0.001):
            is_final = self.world.chance.random() < 0.1
            fragment.failure = Failure("GuestAborted" if is_final else "SinkFailed", "it failed", is_final=is_final)
            return _F.FAILED
        if fragment.wish.ending is not Ending.NONE:
            return _F.STOPPED
        match fragment.status:
            case _F.STARTING:
                return _F.READY
            case _F.READY if fragment.wish.peers and fragment.wish.splits:
                return _F.RUNNING
            case _F.RUNNING if fragment.wish.spec.option("rows") and self.world.chance.random() < 0.01:
                return _F.FINISHED
            case status:
                return status
