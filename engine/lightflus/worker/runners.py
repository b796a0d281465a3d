"""The runners of a worker, one per namespace: made when something is wished of one, ended when nothing is.

What it owns: which process runs what; reports of all fragments, also of those whose process has ended; handing
wishes down; memory. On the event loop.
What it leaves: what is wished (`agent.py`), a process (`processes.py`), what happens in it (`runner.py`), whose turn on
the CPU it is (`turns.py`).
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import trio

from lightflus.cluster_limits import RUNNER_STOPPED_SECONDS, RUNNER_STUCK_SECONDS
from lightflus.errors import ExternalError, PeerLost
from lightflus.limits import MIB
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.wire.failures import to_failure
from lightflus.worker import pipe
from lightflus.worker.lease import SharedLease
from lightflus.worker.outbox import Key, Outbox
from lightflus.worker.processes import RunnerProcess
from lightflus.worker.reports import OVER, is_news, read_reports
from lightflus.worker.runner import Setting
from lightflus.worker.turns import Turns


def key_of(one: pb.FragmentWish | pb.FragmentReport) -> Key:
    """Which fragment it is about."""
    return (one.namespace, one.job, one.generation)


@dataclass(slots=True)
class _Run:
    """One process and what it has said."""

    process: RunnerProcess
    reports: dict[Key, pb.FragmentReport] = field(default_factory=dict)
    sent: bytes | None = None
    """The wishes that it has."""
    heard_at: float = math.inf
    """When it last said anything; it takes its time to start."""
    reason: str = ""
    """Why it was ended, where this worker did."""


class Runners:
    """Those of one session of a worker: each ends with the nursery in which it was made."""

    def __init__(
        self,
        setting: Setting,
        memory_bytes: int,
        lease: SharedLease,
        changed: Callable[[], None],
        outbox: Outbox,
    ) -> None:
        """`setting` is that of each but for the namespace; `changed` is called when there is news of a fragment.

        `lease` is the session's: all of them end with it. What jobs say goes into `outbox`.
        """
        self._setting = setting
        self._lease = lease
        self._memory_bytes = memory_bytes
        self._changed = changed
        self._outbox = outbox
        self._turns = Turns()
        self._runs: dict[str, _Run] = {}
        self._ended: dict[Key, pb.FragmentReport] = {}
        """Fragments that ended with their process."""
        self._wished: dict[str, list[pb.FragmentWish]] = {}

    def reports(self, wishes: Sequence[pb.FragmentWish]) -> list[pb.FragmentReport]:
        """Of each wish how it stands, and whatever else still runs."""
        told = {key: one for run in self._runs.values() for key, one in run.reports.items()} | self._ended
        found = {key_of(wish): told.get(key_of(wish)) or _starting(wish) for wish in wishes}
        return [one for key, one in told.items() if key not in found and one.status not in OVER] + list(found.values())

    async def heed(self, wishes: Iterable[pb.FragmentWish], nursery: trio.Nursery) -> None:
        """From now on these are wished; their modules are here. What ended with its process is not begun again."""
        wished: dict[str, list[pb.FragmentWish]] = defaultdict(list)
        keys = set()
        for wish in wishes:
            keys.add(key_of(wish))
            if key_of(wish) not in self._ended:
                wished[wish.namespace].append(wish)
        self._ended = {key: one for key, one in self._ended.items() if key in keys}
        self._wished = wished
        for namespace in wished.keys() - self._runs.keys():
            run = self._runs[namespace] = _Run(RunnerProcess(replace(self._setting, namespace=namespace), self._lease))
            self._turns.begin(namespace, run.process.pid)
            nursery.start_soon(self._attend, namespace, run)
        for namespace, run in list(self._runs.items()):
            await self._tell(namespace, run)

    @property
    def memory(self) -> dict[str, int]:
        """Resident bytes of each namespace's runner."""
        return {namespace: _resident_bytes(run.process.pid) for namespace, run in self._runs.items()}

    async def watch_memory(self, seconds: float) -> None:
        """Ends the heaviest runner when all together take more than the worker has. Runs until cancelled."""
        while True:
            await trio.sleep(seconds)
            taken = self.memory
            if sum(taken.values()) > self._memory_bytes:
                run = self._runs[max(taken, key=lambda namespace: taken[namespace])]
                most, there = max(taken.values()) // MIB, self._memory_bytes // MIB
                run.reason = f"its runner took {most:,} MiB, and the worker has {there:,}"
                os.kill(run.process.pid, 9)

    async def watch_silence(self, seconds: float) -> None:
        """Ends runners that are stopped, or stuck: their jobs would wait for ever. Runs until cancelled."""
        while True:
            await trio.sleep(seconds)
            for run in self._runs.values():
                silence = trio.current_time() - run.heard_at
                if silence > RUNNER_STUCK_SECONDS or (silence > RUNNER_STOPPED_SECONDS and run.process.is_stopped):
                    run.reason = f"its runner has said nothing for {silence:.0f} s"
                    os.kill(run.process.pid, 9)

    async def watch_turns(self, seconds: float) -> None:
        """Has runners that take more than their share of the CPU wait for the others. Runs until cancelled."""
        before = monotonic()
        while True:
            await trio.sleep(seconds)
            before, elapsed = monotonic(), monotonic() - before
            self._turns.look({namespace: run.process.pid for namespace, run in self._runs.items()}, elapsed)

    async def _tell(self, namespace: str, run: _Run) -> None:
        content = pb.HeartbeatResponse(wishes=self._wished.get(namespace, ())).SerializeToString(deterministic=True)
        if content != run.sent:
            run.sent = content
            with suppress(PeerLost):  # who attends it sees its end
                await run.process.pipe.send(pipe.WISHES, content)
        is_idle = not self._wished.get(namespace) and all(one.status in OVER for one in run.reports.values())
        if is_idle and self._runs.get(namespace) is run:
            del self._runs[namespace]  # at once: what is wished next gets another one
            os.kill(run.process.pid, 9)

    async def _attend(self, namespace: str, run: _Run) -> None:
        """Hears what a process reports until it ends; ends it when this is cancelled."""
        try:
            while (came := await run.process.pipe.receive()) is not None:
                run.heard_at = trio.current_time()
                self._take(run, read_reports(came[1], namespace))
                await self._tell(namespace, run)
        except PeerLost as lost:
            run.reason = str(lost)
        finally:
            with trio.CancelScope(shield=True):
                code = await run.process.end()
        if self._runs.get(namespace) is run:
            del self._runs[namespace]
            self._note_end(namespace, run, code)

    def _take(self, run: _Run, told: pb.HeartbeatRequest) -> None:
        before, run.reports = run.reports, {key_of(one): one for one in told.fragments}
        self._outbox.put(told.events)
        if told.events or is_news(list(before.values()), list(run.reports.values())):
            self._changed()

    def _note_end(self, namespace: str, run: _Run, code: int) -> None:
        """What ran there has failed, unless it had come to its own end."""
        how = run.reason or (f"its runner was ended by signal {-code}" if code < 0 else f"its runner ended with {code}")
        for wish in self._wished.get(namespace, ()):
            key = key_of(wish)
            known = run.reports.get(key)
            failure = to_failure(ExternalError(f"{wish.job}: {how}"))
            self._ended[key] = known if known and known.status in OVER else _failed(wish, failure)
        self._wished.pop(namespace, None)
        self._changed()


def _starting(wish: pb.FragmentWish) -> pb.FragmentReport:
    return pb.FragmentReport(
        namespace=wish.namespace, job=wish.job, generation=wish.generation, status=pb.FRAGMENT_STATUS_STARTING
    )


def _failed(wish: pb.FragmentWish, failure: pb.Failure) -> pb.FragmentReport:
    report = _starting(wish)
    report.status = pb.FRAGMENT_STATUS_FAILED
    report.failure.CopyFrom(failure)
    return report


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
