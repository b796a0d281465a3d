"""What the control plane talks about: jobs as they were asked for, workers, what runs where, what was reported.

What it owns: the values. Pure. What it leaves: a job's life (`jobs.py`), decisions (`reconcile.py`, `placement.py`,
`wishes.py`), their form in messages and files (`coordinator/records.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple


class JobKey(NamedTuple):
    """A job's name within its namespace."""

    namespace: str
    name: str


class Subtask(NamedTuple):
    """One parallel instance of a task, by their numbers in the plan."""

    task: int
    number: int


@dataclass(frozen=True, slots=True)
class TaskShape:
    """What placing needs to know of a task.

    Attributes:
        parallelism: its subtasks.
        reads: numbers of the tasks whose output it reads.
        source: the operator at its head, if that is a source.
    """

    parallelism: int
    reads: tuple[int, ...] = ()
    source: int | None = None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A job as it was asked for. `options` are sorted pairs."""

    key: JobKey
    digest: str
    bindings: tuple[str, ...] = ()
    parallelism: int = 1
    options: tuple[tuple[str, str], ...] = ()
    tasks: tuple[TaskShape, ...] = (TaskShape(1),)

    def option(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return dict(self.options).get(name, default)

    @property
    def subtasks(self) -> tuple[Subtask, ...]:
        """All of them, by task and number."""
        return tuple(Subtask(task, n) for task, shape in enumerate(self.tasks) for n in range(shape.parallelism))


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the things that are wrong."""

    where: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed; the class of the error by name. `is_final`: another try would give the same."""

    kind: str
    message: str
    where: str = ""
    hint: str = ""
    is_final: bool = False
    problems: tuple[Problem, ...] = ()


class FragmentStatus(Enum):
    """Where a fragment is in its life."""

    STARTING = "starting"
    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


OVER: Final = frozenset({FragmentStatus.FINISHED, FragmentStatus.STOPPED, FragmentStatus.FAILED})
"""Nothing of such a fragment runs any more."""

Splits = tuple[tuple[int, tuple[str, ...]], ...]
"""Names of the splits of each source, by its operator, in order."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker said of its fragment of a job."""

    generation: int
    status: FragmentStatus
    address: str = ""
    failure: Failure | None = None
    splits: Splits = ()


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as it registered.

    Attributes:
        session: its fencing token.
        process: the process that began it, and `attempt`: which of its sessions this is.
        is_lost: nothing of the session runs any more.
    """

    name: str
    host: str
    session: int
    slots: int
    memory_bytes: int
    labels: tuple[tuple[str, str], ...] = ()
    engine: str = ""
    process: str = ""
    attempt: int = 0
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A fragment: the subtasks of a job that one session of a worker ought to run."""

    worker: str
    session: int
    subtasks: tuple[Subtask, ...]


class Ending(Enum):
    """How a job that goes on no longer ends."""

    NONE = "none"
    STOP = "stop"
    DRAIN = "drain"
