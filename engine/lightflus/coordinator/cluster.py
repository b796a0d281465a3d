"""The cluster: jobs and workers in memory, every change of which is in the catalog before anybody is told.

What it owns: gathering facts, asking the model what follows, keeping that, and wishing it of workers. No I/O but the
catalog's, no tasks, no waiting: it is driven by calls with a clock handed in, so that a simulation runs the same code.
What it leaves: decisions (`model/cluster/`), calls and who waits for what (`service.py`), modules (`modules.py`).

Nothing of an older session or generation changes anything here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from lightflus.cluster_limits import EVENT_TEXT, LEASE_MS, STALL_MS
from lightflus.coordinator.books import Book
from lightflus.coordinator.catalog import Catalog, Event
from lightflus.errors import Conflict, ExternalError, NotFound, Superseded
from lightflus.model.cluster.jobs import Job, created, wished
from lightflus.model.cluster.placement import Load, NoRoom, load_of, place
from lightflus.model.cluster.reconcile import Facts, advanced
from lightflus.model.cluster.statuses import JobStatus, Wish
from lightflus.model.cluster.values import JobKey, JobSpec, Placed, Report, Worker
from lightflus.model.cluster.wishes import wish_for

Tell = Callable[[str, Mapping[str, object]], None]
"""Words, and what they are about, by name."""
_LIFE_BITS: Final = 32
"""Versions of a life of the coordinator are above all of the lives before."""
_NAMED_JOBS = 10
"""How many jobs an error names that are there instead."""


class Clock(Protocol):
    """Two clocks: leases and pauses go by the first alone."""

    def now_ms(self) -> int:
        """Never goes back; says nothing to another process."""
        ...

    def at_ms(self) -> int:
        """Milliseconds since 1970."""
        ...


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What an agent says: see `HeartbeatRequest` of the protocol. `events` have the worker's own numbers."""

    worker: str
    session: int
    number: int
    seen: int
    reports: Mapping[JobKey, Report]
    events: Sequence[Event] = ()


class Cluster:
    """What there is, what ought to be, and the calls that change either."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        *,
        secret: Callable[[], str],
        lease_ms: int = LEASE_MS,
        on_change: Callable[[], None] = lambda: None,
        tell: Tell = lambda _words, _about: None,
    ) -> None:
        """Takes up what the catalog has. For one lease nobody is declared lost: who still runs says so meanwhile.

        `secret` makes a text that nobody guesses, `on_change` is told of every change of a job or wish, `tell` in words
        of what happens to jobs and workers.
        """
        self._catalog = catalog
        self._clock = clock
        self._secret = secret
        self._lease_ms = lease_ms
        self._on_change = on_change
        self._tell = tell
        self.life = catalog.next_number("life")
        self._began_ms = clock.now_ms()
        self._ticked_ms = self._began_ms
        self._has_settled = False
        self._failure: ExternalError | None = None
        self._jobs: dict[JobKey, Job] = {job.key: job for job in catalog.jobs()}
        self._books: dict[int, Book] = {}
        self._current: dict[str, int] = {}
        self._on: defaultdict[int, set[JobKey]] = defaultdict(set)
        for worker in catalog.workers():
            self._open(worker)
        for job in self._jobs.values():
            self._wish(job)

    # --- workers ---------------------------------------------------------------------------------------------------

    def register(self, worker: Worker) -> Worker:
        """A worker that begins a session; what ran in an older one of its name ends with that one's lease.

        Raises:
            Superseded: this process has asked for a newer session since.
        """
        known = self._books.get(self._current.get(worker.name, 0))
        if known and known.worker.process == worker.process and worker.attempt <= known.worker.attempt:
            if worker.attempt < known.worker.attempt or known.worker.is_lost:
                raise Superseded(f"{worker.name} has asked for a newer session since", where=worker.name)
            return known.worker
        with self._catalog.transaction():
            begun = replace(worker, session=self._catalog.next_number("session"), is_lost=False)
            self._catalog.put_worker(begun)
        self._open(begun)
        self._tell(f"worker {begun.name} has registered from {begun.host}", {"worker": begun.name})
        self._look_at_waiting()
        return begun

    def _open(self, worker: Worker) -> None:
        self._current[worker.name] = worker.session
        self._books[worker.session] = Book(worker, self._clock.now_ms(), (self.life << _LIFE_BITS) + 1)

    def hear(self, beat: Heartbeat) -> None:
        """A heartbeat of a session.

        Raises:
            NotFound: its lease has run out, or nobody knows it; the agent ends everything and registers again.
            Superseded: another process has registered under its name.
        """
        if self._failure:
            raise self._failure
        book = self.book(beat.worker, beat.session)
        fresh = book.hear(beat.number, beat.seen, self._own(beat.reports), self._clock.now_ms())
        with self._changing():
            if beat.events:
                self._log(beat.session, beat.events)
            for key in sorted(fresh):
                self._look(key)
            if any(key in self._jobs and self._jobs[key].has_ended for key in fresh):
                self._look_at_waiting()

    def book(self, name: str, session: int) -> Book:
        """What is wished of a session, and its version. Raises as `hear`."""
        current = self._current.get(name)
        if current is not None and session < current:
            raise Superseded(f"another process has registered as {name}", where=name)
        book = self._books.get(session)
        if book is None or current != session or book.worker.is_lost:
            raise NotFound(f"the session {session} of {name} is over", where=name, hint="the worker registers again")
        return book

    def workers(self) -> list[tuple[Worker, int]]:
        """All that have registered, by name, with the number of subtasks that they have."""
        loads = self._loads()
        found = (self._books[session].worker for _, session in sorted(self._current.items()))
        return [(worker, loads[worker.name].subtasks) for worker in found]

    def _own(self, reports: Mapping[JobKey, Report]) -> dict[JobKey, Report]:
        """Reports of jobs that there are, in no later generation than there is."""
        return {
            key: report
            for key, report in reports.items()
            if key in self._jobs and 0 < report.generation <= self._jobs[key].generation
        }

    def _log(self, session: int, events: Sequence[Event]) -> None:
        """Keeps those that were not kept yet, of jobs whose present generation the session has a part of."""
        name, now = f"events:{session}", self._clock.at_ms()
        seen = self._catalog.number(name)
        for event in events:
            job = self._jobs.get(event.key)
            if event.number <= seen:
                continue
            seen = event.number
            if job and event.generation == job.generation and session in {one.session for one in job.placed}:
                at_ms = max(job.history[0].at_ms, min(event.at_ms, now))
                self._catalog.add_event(replace(event, text=event.text[:EVENT_TEXT], at_ms=at_ms))
        self._catalog.set_number(name, seen)
        self._on_change()

    # --- jobs ------------------------------------------------------------------------------------------------------

    def create(self, spec: JobSpec, idempotency_key: str = "") -> Job:
        """Accepts a job: from here on it is never forgotten.

        Raises:
            NotFound: there is no such module.
            Conflict: the name is in use, or no worker that is there has room.
        """
        namespace, name = spec.key
        known = self._catalog.remembered(namespace, idempotency_key) if idempotency_key else None
        if known == name:
            return self.job(spec.key)
        if known is not None:
            raise Conflict(f"this idempotency key was used for the job {known}", where=name, hint="take a new key")
        if self._catalog.module(namespace, spec.digest) is None:
            raise NotFound(f"there is no module {spec.digest}", where=name, hint="upload it first")
        if spec.key in self._jobs:
            hint = f"choose another name, or stop that job and then delete it: lightflus delete {name}"
            raise Conflict(f"there is a job {name} already", where=name, hint=hint)
        found = self._place(spec)
        if isinstance(found, NoRoom) and any(not worker.is_lost for worker, _ in self.workers()):
            raise Conflict(f"the job {name} cannot be placed: {found.reason}", where=name, hint="add workers")
        with self._changing():
            if idempotency_key:
                self._catalog.remember(namespace, idempotency_key, name)
            self._keep(created(spec, self._clock.at_ms()))
            self._look(spec.key)
        return self._jobs[spec.key]

    def job(self, key: JobKey) -> Job:
        """One. Raises NotFound."""
        job = self._jobs.get(key)
        if job is None:
            there = [other.key.name for other in self.jobs(key.namespace)]
            hint = f"there are: {', '.join(there[:_NAMED_JOBS])}" if there else "there is none at all"
            raise NotFound(f"there is no job {key.name} in {key.namespace}", where=key.name, hint=hint)
        return job

    def jobs(self, namespace: str) -> list[Job]:
        """All of a namespace, by name."""
        return [self._jobs[key] for key in sorted(self._jobs) if key.namespace == namespace]

    def all_jobs(self) -> list[Job]:
        """Of all namespaces, by key."""
        return [self._jobs[key] for key in sorted(self._jobs)]

    def wish(self, key: JobKey, wish: Wish) -> Job:
        """What a user asks of a job. Raises NotFound, Conflict."""
        job = wished(self.job(key), wish, self._clock.at_ms())
        if wish is Wish.DELETE:
            self._catalog.delete_job(key)
            del self._jobs[key]
            self._on_change()
            return job
        with self._changing():
            self._keep(job)
            self._look(key)
        return self._jobs[key]

    def reports(self, job: Job) -> dict[str, Report]:
        """What the workers of a job's generation have said, by worker."""
        found: dict[str, Report] = {}
        for placed in job.placed:
            book = self._books.get(placed.session)
            report = book.reports.get(job.key) if book else None
            if report and report.generation == job.generation:
                found[placed.worker] = report
        return found

    # --- what follows ----------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Time has passed: workers that were not heard for a lease are lost, pauses are over.

        Raises:
            ExternalError: the catalog has failed, now or before; what is in memory is not what it has.
        """
        if self._failure:
            raise self._failure
        now = self._clock.now_ms()
        if now - self._ticked_ms > STALL_MS:  # who could not be heard meanwhile is not lost
            for book in self._books.values():
                book.heard_ms = now
        self._ticked_ms = now
        with self._changing():
            self._look_at_leases(now)
            self._look_at_waiting()

    def _look_at_leases(self, now: int) -> None:
        for session, book in list(self._books.items()):
            if now - book.heard_ms > self._lease_ms and not book.worker.is_lost:
                self._lose(session, book)
        if not self._has_settled and now - self._began_ms > self._lease_ms:
            self._has_settled = True
            for key in sorted(self._jobs):
                self._look(key)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Many changes, kept at once: a commit takes milliseconds. If that fails, nothing more is told to anybody."""
        try:
            with self._catalog.transaction():
                yield
        except ExternalError as error:
            self._failure = error
            raise

    def _lose(self, session: int, book: Book) -> None:
        book.worker = replace(book.worker, is_lost=True)
        self._tell(f"worker {book.worker.name} was not heard for a lease: it is lost", {"worker": book.worker.name})
        if self._current.get(book.worker.name) == session:
            self._catalog.put_worker(book.worker)
        else:
            del self._books[session]
        for key in sorted(self._on[session]):
            self._look(key)
        self._on.pop(session, None)
        self._catalog.set_number(f"events:{session}", 0)

    def _look_at_waiting(self) -> None:
        for key in [key for key, job in self._jobs.items() if _is_waiting(job)]:
            self._look(key)

    def _look(self, key: JobKey) -> None:
        """Asks what follows until nothing does."""
        job = self._jobs.get(key)
        if job is None:
            return
        while (then := advanced(job, self._facts(job), self._place)) != job:
            if then.generation != job.generation:
                then = replace(then, token=self._secret())
            self._keep(then)
            job = then
        self._wish(job)

    def _facts(self, job: Job) -> Facts:
        books = {placed.worker: self._books.get(placed.session) for placed in job.placed}
        lost = frozenset(placed.worker for placed in job.placed if self._is_over(placed.session))
        here = {name: book for name, book in books.items() if book and name not in lost}
        return Facts(
            self._clock.now_ms(),
            self._clock.at_ms(),
            self.reports(job),
            lost,
            frozenset(name for name, book in here.items() if book.is_missing(job.key)),
            frozenset(name for name, book in here.items() if book.is_gone(job.key)),
        )

    def _is_over(self, session: int) -> bool:
        """A session that this life has never heard of may still run until a lease has passed."""
        book = self._books.get(session)
        return book.worker.is_lost if book else self._clock.now_ms() - self._began_ms > self._lease_ms

    def _keep(self, job: Job) -> None:
        """In the catalog first; then it is true."""
        before = self._jobs.get(job.key)
        with self._catalog.transaction():
            self._catalog.put_job(job)
            if before is None or before.history[-1] != job.history[-1]:
                last = job.history[-1]
                failure = job.failure if before is None or before.failure != job.failure else None
                text = f"{last.status.value}: {last.reason}" if last.reason else last.status.value
                self._catalog.add_event(
                    Event(job.key, job.generation, last.at_ms, "error" if failure else "status", text, failure)
                )
        self._jobs[job.key] = job
        if before is None or before.status != job.status:
            self._tell_of(job)
        if before:
            self._forget_places(before, job)
        self._on_change()

    def _tell_of(self, job: Job) -> None:
        (namespace, name), last = job.key, job.history[-1]
        about = {"namespace": namespace, "job": name, "generation": job.generation, "status": last.status.value}
        self._tell(f"job {namespace}/{name}: {last.status.value} {last.reason}".rstrip(), about)

    def _forget_places(self, before: Job, job: Job) -> None:
        for placed in before.placed:
            if placed.session not in {one.session for one in job.placed}:
                self._on[placed.session].discard(job.key)
                if book := self._books.get(placed.session):
                    book.wish(job.key, None)

    def _wish(self, job: Job) -> None:
        reports = self.reports(job)
        for placed in job.placed:
            self._on[placed.session].add(job.key)
            book = self._books.get(placed.session)
            if book and book.wish(job.key, wish_for(job, placed, reports)):
                self._on_change()

    def _place(self, spec: JobSpec) -> tuple[Placed, ...] | NoRoom:
        alive = [self._books[session].worker for _, session in sorted(self._current.items())]
        return place(spec, alive, self._loads())

    def _loads(self) -> defaultdict[str, Load]:
        found: defaultdict[str, Load] = defaultdict(Load)
        for job, placed in self._fragments():
            more, load = load_of(job.spec, placed), found[placed.worker]
            found[placed.worker] = Load(load.subtasks + more.subtasks, load.memory_bytes + more.memory_bytes)
        return found

    def _fragments(self) -> Iterator[tuple[Job, Placed]]:
        return ((job, placed) for job in self._jobs.values() for placed in job.placed)


def _is_waiting(job: Job) -> bool:
    """Whether it may move because time passes, or because another one ends."""
    is_unplaced = job.status in (JobStatus.CREATED, JobStatus.DEPLOYING) and not job.placed
    return is_unplaced or job.status is JobStatus.RESTARTING
