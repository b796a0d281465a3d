"""What a coordinator keeps for ever, as a seam: jobs, workers, modules, events, and numbers that only grow.

What it owns: the contract. Whatever is written inside one `transaction` is kept whole or not at all, also when the
process is killed at any moment. Called on the event loop, never by two at once.
What it leaves: keeping it (`sqlite.py`; `testing/catalog.py` keeps it in memory, and passes the same suite).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.values import Failure, JobKey, Worker


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job. `number` grows through its events; 0 until the catalog has given it one."""

    key: JobKey
    generation: int
    at_ms: int
    kind: str
    text: str
    failure: Failure | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class ModuleInfo:
    """A module of a namespace; `description` and `graph` are JSON, made by who inspected it. A list has no graphs."""

    namespace: str
    digest: str
    size: int
    description: str
    graph: str = ""


class Catalog(Protocol):
    """What a coordinator keeps."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside is kept, or nothing; may be nested, the outermost counts."""
        ...

    def next_number(self, name: str) -> int:
        """1, then 2, ...: never the same again for this name."""
        ...

    def number(self, name: str) -> int:
        """What was given or set last; 0 before."""
        ...

    def set_number(self, name: str, value: int) -> None:
        """From here it goes on; 0 forgets it."""
        ...

    def workers(self) -> Sequence[Worker]:
        """All, by name."""
        ...

    def put_worker(self, worker: Worker) -> None:
        """Keeps one in the place of the last of its name."""
        ...

    def jobs(self) -> Sequence[Job]:
        """All, by key."""
        ...

    def put_job(self, job: Job) -> None:
        """Keeps one in the place of the last of its key."""
        ...

    def delete_job(self, key: JobKey) -> None:
        """Forgets a job and its events."""
        ...

    def modules(self, namespace: str, after: str, limit: int) -> Sequence[ModuleInfo]:
        """The first of a namespace behind a digest, by digest, without their graphs."""
        ...

    def module(self, namespace: str, digest: str) -> ModuleInfo | None:
        """One."""
        ...

    def put_module(self, module: ModuleInfo) -> None:
        """Keeps one in the place of the last of its namespace and digest."""
        ...

    def delete_module(self, namespace: str, digest: str) -> None:
        """Forgets one."""
        ...

    def is_used(self, digest: str) -> bool:
        """Whether a module of any namespace has these bytes."""
        ...

    def add_event(self, event: Event) -> Event:
        """Gives it its number and keeps it; the oldest beyond EVENTS_KEPT of its job and kind are forgotten."""
        ...

    def events(self, key: JobKey, after: int, limit: int) -> Sequence[Event]:
        """Those with higher numbers than `after`, the lowest first."""
        ...

    def remember(self, namespace: str, name: str, answer: str) -> None:
        """Keeps what a request with an idempotency key has led to; the oldest are forgotten."""
        ...

    def remembered(self, namespace: str, name: str) -> str | None:
        """What it led to."""
        ...
