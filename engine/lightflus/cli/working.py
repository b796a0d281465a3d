"""`lightflus worker`: the process that runs jobs for a coordinator, until it is asked to end.

What it owns: what the command line says, and what is usual where it says nothing.
What it leaves: everything that a worker does (`worker/agent.py`), finding its coordinator (`worker/invited.py`), what
the jobs of its runners may touch (the policy).
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import trio

from lightflus.cli.ending import asked_to_end
from lightflus.cli.permissions import Permissions
from lightflus.compose.secrets import secret_places
from lightflus.errors import LightflusError, UserError
from lightflus.limits import MIB
from lightflus.telemetry.exposition import Exposition
from lightflus.telemetry.logs import LogForm
from lightflus.wire.control import Connection, Tls, on_loop
from lightflus.wire.secure import TlsFiles
from lightflus.worker.agent import Agent, AgentSetting
from lightflus.worker.invited import Invited, answering
from lightflus.worker.runner import Setting

_USUAL_COORDINATOR = "127.0.0.1:8791"
_MEMORY_SHARE = 0.8
"""Of the machine's memory, what runners may take if nobody says it."""
_log = logging.getLogger("lightflus.worker")
_CONTAINER_MEMORY = Path("/sys/fs/cgroup/memory.max")


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
    """Where probes and invitations are answered; empty: nowhere. Without a coordinator the first one that invites."""
    metrics: str
    """Where metrics are told; empty: nowhere."""
    tls: Tls | None = None
    """For calls, and for who calls it."""
    files: TlsFiles | None = None
    """The same, for connections with other workers."""
    log_form: LogForm = LogForm.TEXT


def work(options: WorkerOptions, permissions: Permissions) -> None:
    """Runs until SIGINT or SIGTERM. Raises UserError, ExternalError."""
    if not (options.coordinator or options.probe):
        options = replace(options, coordinator=_USUAL_COORDINATOR)
    host, _, port = options.coordinator.rpartition(":")
    if options.coordinator and not (host and port.isdecimal()):
        raise UserError(f"{options.coordinator!r} is no address", hint=f"HOST:PORT, for example {_USUAL_COORDINATOR}")
    trio.run(_work, options, _setting(options, permissions))


def called(options: WorkerOptions) -> str:
    """Its name."""
    return options.name or socket.gethostname()


def labels_of(texts: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` each. Raises UserError."""
    pairs = [text.partition("=") for text in texts]
    for name, equals, _ in pairs:
        if not name or not equals:
            raise UserError(f"--label {name or '...'} has no value", hint="write --label NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _setting(options: WorkerOptions, permissions: Permissions) -> AgentSetting:
    grants = permissions.policy(is_own=False).grants
    permissions.known_secrets()  # one that is not there is told now, not when a job asks for it
    options.data.mkdir(parents=True, exist_ok=True)
    runners = Setting(
        namespace="",
        worker=called(options),
        host=options.host,
        called=options.host,
        slots=options.slots or os.cpu_count() or 1,
        folder=str(options.data.resolve()),
        grants={right.value: None if what is None else sorted(what) for right, what in grants.items()},
        secrets=secret_places(permissions.secrets),
        tls=None if options.files is None else asdict(options.files),
        log=options.log_form.value,
    )
    memory = options.memory_mib * MIB or int(_memory_bytes() * _MEMORY_SHARE)
    return AgentSetting(runners, memory, dict(options.labels))


def _memory_bytes() -> int:
    """Of the machine, or of the container that this runs in."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control group, or one without a bound ("max")
        return min(total, int(_CONTAINER_MEMORY.read_text()))
    return total


async def _work(options: WorkerOptions, setting: AgentSetting) -> None:
    failures: list[LightflusError] = []
    invited = Invited(options.coordinator)
    with asked_to_end() as asked:
        async with _answering(options, invited):
            _log.info("worker %s: %s slots, %s", setting.runners.worker, setting.runners.slots, _waits_for(options))
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_run_agent, invited, setting, options, failures, nursery.cancel_scope)
                await asked()
                nursery.cancel_scope.cancel()
    if failures:
        raise failures[0]


def _answering(options: WorkerOptions, invited: Invited) -> AbstractAsyncContextManager[object]:
    return answering(options.probe, invited, options.tls) if options.probe else nullcontext()


def _waits_for(options: WorkerOptions) -> str:
    if options.coordinator:
        return f"for the coordinator at {options.coordinator}"
    return f"for the coordinator that invites it at {options.probe}"


async def _run_agent(
    invited: Invited,
    setting: AgentSetting,
    options: WorkerOptions,
    failures: list[LightflusError],
    scope: trio.CancelScope,
) -> None:
    try:
        with Connection(await invited.coordinator(), tls=options.tls) as link:
            agent = Agent(link, setting)
            with Exposition(on_loop(agent.samples)).served(options.metrics):
                await agent.run()
    except LightflusError as error:  # the coordinator does not take this worker at all, or metrics have no port
        failures.append(error)
        scope.cancel()
