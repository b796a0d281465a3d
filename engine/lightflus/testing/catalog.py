"""A catalog in memory: what the simulation of a cluster keeps, and a double for tests of whoever uses one.

What it owns: the contract of `coordinator/catalog.py`, which it passes the same suite for as the file does. It survives
a coordinator that is made anew on it, as a file would.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from lightflus.cluster_limits import EVENTS_KEPT, EVENTS_SPARE, REMEMBERED_ANSWERS
from lightflus.coordinator.catalog import Event, ModuleInfo
from lightflus.model.cluster.jobs import Job
from lightflus.model.cluster.values import JobKey, Worker


class MemoryCatalog:
    """A catalog whose tables are dicts."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._workers: dict[str, Worker] = {}
        self._jobs: dict[JobKey, Job] = {}
        self._modules: dict[tuple[str, str], ModuleInfo] = {}
        self._events: dict[JobKey, list[Event]] = {}
        self._answers: dict[tuple[str, str], str] = {}
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See `Catalog`."""
        before = {name: copy.copy(value) for name, value in vars(self).items()} if self._depth == 0 else {}
        if before:
            before["_events"] = {key: list(found) for key, found in self._events.items()}
        self._depth += 1
        try:
            yield
        except BaseException:
            vars(self).update(before)
            raise
        finally:
            self._depth = self._depth - 1 if self._depth else 0

    def next_number(self, name: str) -> int:
        """See `Catalog`."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    def number(self, name: str) -> int:
        """See `Catalog`."""
        return self._numbers.get(name, 0)

    def set_number(self, name: str, value: int) -> None:
        """See `Catalog`."""
        self._numbers[name] = value

    def workers(self) -> Sequence[Worker]:
        """See `Catalog`."""
        return [self._workers[name] for name in sorted(self._workers)]

    def put_worker(self, worker: Worker) -> None:
        """See `Catalog`."""
        self._workers[worker.name] = worker

    def jobs(self) -> Sequence[Job]:
        """See `Catalog`."""
        return [replace(self._jobs[key], due_ms=0) for key in sorted(self._jobs)]

    def put_job(self, job: Job) -> None:
        """See `Catalog`."""
        self._jobs[job.key] = job

    def delete_job(self, key: JobKey) -> None:
        """See `Catalog`."""
        self._jobs.pop(key, None)
        self._events.pop(key, None)

    def modules(self, namespace: str, after: str, limit: int) -> Sequence[ModuleInfo]:
        """See `Catalog`."""
        keys = [key for key in sorted(self._modules) if key[0] == namespace and key[1] > after]
        return [replace(self._modules[key], graph="") for key in keys[:limit]]

    def module(self, namespace: str, digest: str) -> ModuleInfo | None:
        """See `Catalog`."""
        return self._modules.get((namespace, digest))

    def put_module(self, module: ModuleInfo) -> None:
        """See `Catalog`."""
        self._modules[module.namespace, module.digest] = module

    def delete_module(self, namespace: str, digest: str) -> None:
        """See `Catalog`."""
        self._modules.pop((namespace, digest), None)

    def is_used(self, digest: str) -> bool:
        """See `Catalog`."""
        return any(found.digest == digest for found in self._modules.values())

    def add_event(self, event: Event) -> Event:
        """See `Catalog`."""
        found = self._events.setdefault(event.key, [])
        numbered = replace(event, number=found[-1].number + 1 if found else 1)
        found.append(numbered)
        if numbered.number % EVENTS_SPARE == 0:
            kept = [one for kind in {e.kind for e in found} for one in _of_kind(found, kind)[-EVENTS_KEPT:]]
            self._events[event.key] = sorted(kept, key=lambda one: one.number)
        return numbered

    def events(self, key: JobKey, after: int, limit: int) -> Sequence[Event]:
        """See `Catalog`."""
        return [one for one in self._events.get(key, []) if one.number > after][:limit]

    def remember(self, namespace: str, name: str, answer: str) -> None:
        """See `Catalog`."""
        self._answers[namespace, name] = answer
        for old in list(self._answers)[:-REMEMBERED_ANSWERS]:
            del self._answers[old]

    def remembered(self, namespace: str, name: str) -> str | None:
        """See `Catalog`."""
        return self._answers.get((namespace, name))


def _of_kind(events: Sequence[Event], kind: str) -> list[Event]:
    return [one for one in events if one.kind == kind]
