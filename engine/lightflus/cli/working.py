"""`lightflus worker`: the process that runs jobs for a coordinator, until it is asked to end.

What it owns: what the command line says, signals, the probe of the published compose file.
What it leaves: everything that a worker does (`worker/agent.py`), what the jobs of its runners may touch (the policy).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trio

from lightflus.cli.ending import asked_to_end
from lightflus.cli.permissions import Permissions
from lightflus.cli.screen import say
from lightflus.errors import LightflusError, UserError
from lightflus.proto.services import WORKER_PROBE
from lightflus.proto.worker.probe_pb2 import ProbeRequest, ProbeResponse
from lightflus.wire.control import Connection, serving
from lightflus.worker.agent import Agent, AgentSetting
from lightflus.worker.runner import Setting

_MEMORY_SHARE = 0.8
"""Of the machine's memory, what runners may take if nobody says it."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """What the command line says; empty and 0 stand for what is usual."""

    coordinator: str
    name: str
    host: str
    slots: int
    memory_mib: int
    data: Path
    labels: Mapping[str, str]
    probe: str
    """Where the probe is answered; empty: nowhere."""


def work(options: WorkerOptions, permissions: Permissions) -> None:
    """Runs until SIGINT or SIGTERM. Raises UserError, ExternalError."""
    host, _, port = options.coordinator.rpartition(":")
    if not host or not port.isdecimal():
        raise UserError(f"{options.coordinator!r} is no address", hint="HOST:PORT, for example 127.0.0.1:8791")
    trio.run(_work, options, _setting(options, permissions))


def labels_of(texts: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` each. Raises UserError."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise UserError(f"--label {name or '...'} has no value", hint="write --label NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _setting(options: WorkerOptions, permissions: Permissions) -> AgentSetting:
    grants = permissions.policy(is_own=False).grants
    options.data.mkdir(parents=True, exist_ok=True)
    runners = Setting(
        namespace="",
        worker=options.name or socket.gethostname(),
        host=options.host,
        called=options.host,
        slots=options.slots or os.cpu_count() or 1,
        folder=str(options.data.resolve()),
        grants={right.value: None if what is None else sorted(what) for right, what in grants.items()},
    )
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    memory = options.memory_mib * 1024 * 1024 or int(total * _MEMORY_SHARE)
    return AgentSetting(runners, memory, dict(options.labels))


async def _work(options: WorkerOptions, setting: AgentSetting) -> None:
    failures: list[LightflusError] = []
    with asked_to_end() as asked, Connection(options.coordinator) as link:
        runners = setting.runners
        say(f"worker {runners.worker}: {runners.slots} slots for the coordinator at {options.coordinator}")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_told, Agent(link, setting), failures, nursery.cancel_scope)
            if options.probe:
                nursery.start_soon(_answer_probes, options.probe)
            await asked()
            nursery.cancel_scope.cancel()
    if failures:
        raise failures[0]


async def _told(agent: Agent, failures: list[LightflusError], scope: trio.CancelScope) -> None:
    try:
        await agent.run()
    except LightflusError as error:  # the coordinator does not take this worker at all
        failures.append(error)
        scope.cancel()


async def _answer_probes(address: str) -> None:
    async with serving(address, [(WORKER_PROBE, {"Probe": _probed})]):
        await trio.sleep_forever()


async def _probed(_: ProbeRequest) -> ProbeResponse:
    return ProbeResponse(available=True)
