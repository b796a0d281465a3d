"""Which worker gets which subtasks.

What it owns: the rule. Subtasks of the same number stay together, so that the edges of a chain's successors are local;
the numbers are spread over workers by their load, within memory and labels. Pure: the same arguments give the same.
What it leaves: when a job is placed (`reconcile.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lightflus.cluster_limits import SUBTASK_MEMORY_BYTES, WORKER_SUBTASKS
from lightflus.model.cluster.values import JobSpec, Placed, Subtask, Worker

LABEL = "worker."
"""Options `worker.NAME=VALUE` ask for workers with this label."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a worker has to do already."""

    subtasks: int = 0
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class NoRoom:
    """Why a job cannot be placed now."""

    reason: str


def place(spec: JobSpec, workers: Sequence[Worker], loads: Mapping[str, Load]) -> tuple[Placed, ...] | NoRoom:
    """A fragment for each worker that gets subtasks, by name of worker; or why there are none."""
    fitting = [worker for worker in workers if not worker.is_lost and has_labels(spec, worker)]
    if not fitting:
        return NoRoom("no worker is there" if not any(not w.is_lost for w in workers) else _without_labels(spec))
    given: defaultdict[str, list[Subtask]] = defaultdict(list)
    now = {worker.name: loads.get(worker.name, Load()) for worker in fitting}
    for group in _groups(spec):
        need = Load(len(group), len(group) * memory_of(spec))
        free = [worker for worker in fitting if _fits(worker, now[worker.name], need)]
        if not free:
            return NoRoom("no worker has room: their memory or number of subtasks is used up")
        chosen = min(free, key=lambda worker: _pressure(worker, now[worker.name], given[worker.name]))
        given[chosen.name] += group
        now[chosen.name] = _sum(now[chosen.name], need)
    sessions = {worker.name: worker.session for worker in fitting}
    return tuple(Placed(name, sessions[name], tuple(sorted(given[name]))) for name in sorted(given) if given[name])


def memory_of(spec: JobSpec) -> int:
    """What a subtask of the job is reckoned with: its option `memory-bytes`, or SUBTASK_MEMORY_BYTES."""
    text = spec.option("memory-bytes")
    return int(text) if text.isdecimal() else SUBTASK_MEMORY_BYTES


def load_of(spec: JobSpec, placed: Placed) -> Load:
    """What a fragment costs its worker."""
    return Load(len(placed.subtasks), len(placed.subtasks) * memory_of(spec))


def has_labels(spec: JobSpec, worker: Worker) -> bool:
    """Whether a worker has every label that the job asks for."""
    return _asked_labels(spec).items() <= dict(worker.labels).items()


def _asked_labels(spec: JobSpec) -> dict[str, str]:
    return {name.removeprefix(LABEL): value for name, value in spec.options if name.startswith(LABEL)}


def _without_labels(spec: JobSpec) -> str:
    asked = ", ".join(f"{name}={value}" for name, value in _asked_labels(spec).items())
    return f"no worker has the labels {asked}"


def _groups(spec: JobSpec) -> list[list[Subtask]]:
    widest = max(shape.parallelism for shape in spec.tasks)
    return [[one for one in spec.subtasks if one.number == number] for number in range(widest)]


def _fits(worker: Worker, load: Load, need: Load) -> bool:
    memory = load.memory_bytes + need.memory_bytes
    return load.subtasks + need.subtasks <= WORKER_SUBTASKS and memory <= worker.memory_bytes


def _pressure(worker: Worker, load: Load, of_this_job: Sequence[Subtask]) -> tuple[float, float, str]:
    """Spread the job first, then the load; the name decides what is left."""
    slots = max(worker.slots, 1)
    return len(of_this_job) / slots, load.subtasks / slots, worker.name


def _sum(one: Load, other: Load) -> Load:
    return Load(one.subtasks + other.subtasks, one.memory_bytes + other.memory_bytes)
