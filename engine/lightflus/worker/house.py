"""What all parts of one runner share.

What it owns: the value. What it leaves: making it (`runner.py`), using it (`part.py`, `loaded.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import trio

from lightflus.connectors.contract.kinds import Streams
from lightflus.model.policy import Policy
from lightflus.ports.compute import ComputeFactory, Slots
from lightflus.wire.listener import Listener
from lightflus.worker.lease import Lease
from lightflus.worker.outbox import Outbox


@dataclass(frozen=True, slots=True)
class House:
    """Of one runner.

    Attributes:
        name: of the worker, for messages.
        listener: where the other runners of its jobs connect.
        slots: compute threads.
        threads: those of readers and writers.
        loading: how many parts are loaded at once.
        lease: without it no sink is written.
        modules: the folder with modules, `DIGEST.wasm` each.
        letters: the folder for dead letters of jobs that name no other place.
        policy: what the jobs may touch.
        secrets: where each of the operator's secrets is, by its name.
        streams: what jobs get that name standard streams, of which a runner has none.
        changed: called when there is something to report.
        outbox: where what jobs say waits for the next report.
    """

    name: str
    listener: Listener
    slots: Slots
    threads: ComputeFactory
    loading: trio.CapacityLimiter
    lease: Lease
    modules: Path
    letters: Path
    policy: Policy
    secrets: Mapping[str, str]
    streams: Streams
    changed: Callable[[], None]
    outbox: Outbox
