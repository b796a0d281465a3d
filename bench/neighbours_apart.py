"""The honest job and attackers as jobs of two namespaces: each in a runner's process, below one agent's hand.

What it owns: wishing jobs as an agent does, in this process, and starting an attacker again that has failed. The honest
job runs all the time; by turns nobody is beside it, and an attacker of each kind. A batch belongs to the turn in which
it was due. What it leaves: which attackers, and the table (`neighbours.py`); runners (`engine/lightflus/worker`).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter

import trio

from bench.paced import PER_BATCH, ROWS, installed
from lightflus.cluster_limits import SHARE_LOOK_MS
from lightflus.evil.guests import guest
from lightflus.evil.jobs import EVIL_ROWS, SINK, SOURCE, numbers
from lightflus.model.plan import plan_job
from lightflus.model.policy import Right
from lightflus.proto.convert import graph_from_json
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.sandbox.inspect import inspect
from lightflus.worker.lease import SharedLease
from lightflus.worker.modules import keep_module
from lightflus.worker.outbox import Key, Outbox
from lightflus.worker.reports import OVER
from lightflus.worker.runner import Setting
from lightflus.worker.runners import Runners, key_of

AGAIN_SECONDS = 0.25
"""After which a failed attacker is back."""
SETTLING_SECONDS = 0.3
"""Of the beginning of a turn, in which a process starts or ends, nothing is reckoned: nobody starts one that often."""
_LEASE_SECONDS = 3_600.0
_AHEAD = 2
_FULL = 2_000
"""Batches by which the capacity is found."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came out of the honest job in one of its turns: how late each batch was, in seconds."""

    beside: str
    seconds: float
    late: list[float]

    @property
    def rows_per_second(self) -> float:
        """What it managed."""
        return len(self.late) * ROWS / self.seconds

    @property
    def p99_ms(self) -> float:
        """How late the slowest hundredth was, at least."""
        return sorted(self.late)[len(self.late) * 99 // 100] * 1_000


@dataclass
class Agent:
    """What an agent does with its runners, without a coordinator: `wish` jobs."""

    folder: Path
    nursery: trio.Nursery
    slots: int
    runners: Runners = field(init=False)
    wishes: dict[Key, pb.FragmentWish] = field(default_factory=dict)
    generation: int = 0
    _told: trio.Event = field(default_factory=trio.Event)

    def __post_init__(self) -> None:
        grants: dict[str, list[str] | None] = {right.value: None for right in Right}
        setting = Setting("", "bench", "127.0.0.1", "127.0.0.1", self.slots, str(self.folder), grants)
        self.runners = Runners(setting, 1 << 40, SharedLease(monotonic() + _LEASE_SECONDS), self._note, Outbox())
        self.nursery.start_soon(self.runners.watch_turns, SHARE_LOOK_MS / 1_000)

    def _note(self) -> None:
        self._told.set()
        self._told = trio.Event()

    async def _heed(self) -> None:
        await self.runners.heed(self.wishes.values(), self.nursery)

    async def begin(self, namespace: str, wasm: bytes, source: str, sink: str) -> Key:
        """Has a job wished until it runs, or has failed."""
        digest = hashlib.sha256(wasm).hexdigest()
        keep_module(self.folder / "modules", digest, wasm)
        self.generation += 1
        wish = pb.FragmentWish(
            namespace=namespace, job=namespace, generation=self.generation, digest=digest, token="secret",
            parallelism=1, bindings=[f"{SOURCE}={source}", f"{SINK}={sink}"],
        )  # fmt: skip
        for subtask in plan_job(graph_from_json(inspect(guest({})).graph or b"")).subtasks:
            wish.subtasks.add(task=subtask.task, number=subtask.number)
        key = key_of(wish)
        self.wishes[key] = wish
        await self._heed()
        report = await self.until(key, pb.FRAGMENT_STATUS_READY)
        if report.status not in OVER:
            wish.peers.extend(pb.Peer(subtask=one, address=report.address) for one in wish.subtasks)
            wish.splits.extend(report.splits)
            await self._heed()
        return key

    async def until(self, key: Key, *statuses: int) -> pb.FragmentReport:
        """The report of a job that has one of these statuses, or is over."""
        while True:
            told = self._told
            for report in self.runners.reports(list(self.wishes.values())):
                if key_of(report) == key and (report.status in statuses or report.status in OVER):
                    return report
            await told.wait()

    async def end(self, key: Key) -> None:
        """Nobody wishes it any more."""
        self.wishes.pop(key, None)
        await self._heed()

    async def stop(self, key: Key) -> pb.FragmentReport:
        """Has it flow out."""
        self.wishes[key].ending = pb.ENDING_STOP
        await self._heed()
        return await self.until(key)


async def attacked(agent: Agent, wasm: bytes) -> None:
    """An attacker that comes again and again, until it is cancelled."""
    key: Key | None = None
    source = f"file:{agent.folder / 'evil.in'}"
    try:
        while True:
            key = await agent.begin("evil", wasm, source, "blackhole:")
            await agent.until(key)
            await agent.end(key)
            await trio.sleep(AGAIN_SECONDS)
    finally:
        with trio.CancelScope(shield=True):
            if key is not None:
                await agent.end(key)


async def capacity(agent: Agent) -> float:
    """Rows that the honest job can do in a second, in a runner."""
    dues, times = agent.folder / "full.dues", agent.folder / "full.times"
    key = await agent.begin("full", guest({}), f"paced:{dues}?batches={_FULL}", f"counted:{times}")
    await agent.until(key)
    await agent.end(key)
    return _FULL * ROWS / (_times(times)[-1] - _times(dues)[0])


async def measured(
    folder: Path, attackers: Mapping[str, bytes], *, slots: int, share: float, seconds: float, rounds: int
) -> tuple[float, list[Turn], float]:
    """What it can do, all turns, and by which factor its process is larger at the end than after the first round."""
    (folder / "evil.in").write_text(numbers(EVIL_ROWS), encoding="utf-8")
    installed(folder)
    async with trio.open_nursery() as nursery:
        agent = Agent(folder, nursery, slots)
        full = await capacity(agent)
        period = ROWS / (share * full)
        dues, times = folder / "dues", folder / "times"
        source = f"paced:{dues}?batches=1000000&period_us={round(period * 1_000_000)}"
        honest = await agent.begin("honest", guest({}), source, f"counted:{times}")
        before = _runner()
        spans: list[tuple[str, float, float]] = []
        for number in range(rounds):
            for kind, wasm in attackers.items():
                for beside in ("alone", kind):
                    async with trio.open_nursery() as attack:
                        begun = perf_counter() + SETTLING_SECONDS
                        if beside != "alone":
                            attack.start_soon(attacked, agent, wasm)
                        await trio.sleep(SETTLING_SECONDS + seconds)
                        spans.append((beside, begun, perf_counter()))
                        attack.cancel_scope.cancel()
            after = _runner()
            before = before if number else after
        if after[0] != before[0]:
            raise SystemExit("the honest job's process is another")
        report = await agent.stop(honest)
        if report.status == pb.FRAGMENT_STATUS_FAILED:
            raise SystemExit(f"the honest job failed: {report.failure.message}")
        nursery.cancel_scope.cancel()
    return full, _turns(_times(dues), _times(times), spans), after[1] / before[1]


def _times(path: Path) -> list[float]:
    return [float(one) for one in json.loads(path.read_text("utf-8"))]


def _turns(dues: Sequence[float], times: Sequence[float], spans: Sequence[tuple[str, float, float]]) -> list[Turn]:
    """Ends the benchmark where the output is not whole, but for what had been read ahead when it was told to stop."""
    if not 0 <= len(dues) - len(times) <= _AHEAD:
        raise SystemExit(f"{len(times):,} batches of {PER_BATCH:,} rows came out, not {len(dues):,}")
    late = list(zip(dues, times, strict=False))
    return [
        Turn(beside, end - begin, [out - due for due, out in late if begin <= due < end] or [math.inf])
        for beside, begin, end in spans
    ]


def _runner() -> tuple[int, int]:
    """The honest runner's process id, and its memory in pages."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    (pid,) = [pid for pid in children if b'"namespace": "honest"' in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return int(pid), int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
