"""`lightflus run`: a job from its sources to its end, in this process.

What it owns: the steps from a job's name to its end, and what is told meanwhile.
What it leaves: building (`modules.py`), what a job may touch (`permissions.py`), putting parts together (`compose/`),
signals (`stopping.py`), pictures (`live.py`).
"""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import trio
import typer

from lightflus.build.sources import is_source
from lightflus.cli.checkpointing import tell_failed, tell_forgetful, tell_found, tell_weak, tell_weak_letters
from lightflus.cli.modules import load_job
from lightflus.cli.permissions import Permissions, raised_walls
from lightflus.cli.problems import INTERRUPTED
from lightflus.cli.report import JsonReport, LiveReport, PlainReport, QuietReport, Report
from lightflus.cli.stopping import Stopper
from lightflus.compose.letters import letters_of_run
from lightflus.compose.loading import bound_graph, planned
from lightflus.compose.places import openable_places, place_function
from lightflus.compose.promises import promises
from lightflus.compose.resuming import Wanted, found
from lightflus.compose.running import composed
from lightflus.connectors.contract.bindings import parse_bindings
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.connectors.stdio.streams import FORM, LINES, TABLE
from lightflus.errors import BindingInvalid, LightflusError
from lightflus.model.graph import BadRecords, Sink
from lightflus.model.plan import Plan
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.runtime.fragment import Fragment, JobResult
from lightflus.runtime.slots import ThreadSlots

_LOOK_SECONDS = 0.2
_LETTERS_BYTES = 200
"""Of a job's name in that of a file: systems take 255 in all."""


def run_job(
    job: Path,
    bindings: Sequence[str],
    parallelism: int,
    *,
    permissions: Permissions | None = None,
    poison: BadRecords | None = None,
    dead_letters: str | None = None,
    checkpoints: Wanted | None = None,
    is_draining: bool = False,
    as_json: bool,
    has_stats: bool,
) -> None:
    """Builds or loads, binds, asks, plans, runs. Raises LightflusError; exits with 130 after Ctrl-C, or if cut off."""
    report = _report(as_json=as_json, has_stats=has_stats)
    try:
        with openable_places(job, has_sources=is_source(job)):
            is_interrupted = _run(
                job,
                bindings,
                parallelism,
                report,
                permissions=permissions or Permissions(),
                poison=poison,
                dead_letters=dead_letters,
                checkpoints=checkpoints,
                is_draining=is_draining,
            )
    except LightflusError as error:
        report.failed(error)
        raise
    if is_interrupted:
        raise typer.Exit(INTERRUPTED)


def _run(
    job: Path,
    bindings: Sequence[str],
    parallelism: int,
    report: Report,
    *,
    permissions: Permissions,
    poison: BadRecords | None,
    dead_letters: str | None,
    checkpoints: Wanted | None,
    is_draining: bool,
) -> bool:
    module = load_job(job)
    defaults = {"stdout": {FORM: LINES if report.screen is None else TABLE}}
    graph = bound_graph(module.graph, bindings, defaults)
    walls = raised_walls(graph, parse_bindings(bindings), permissions, is_own=is_source(job))
    plan = planned(module, graph, parallelism=parallelism)
    if isinstance(report, JsonReport):
        _keep_stdout_free(plan)
    form = LetterForm(plan.graph.job, module.report.digest)
    streams = Streams(stdin=0, stdout=sys.stdout.buffer, screen=report.screen)
    with ExitStack() as opened:
        how = None if checkpoints is None else _kept(checkpoints, plan, module.report.digest, report, opened)
        letters = letters_of_run(
            plan, dead_letters, letters_file(plan.graph.job), form, streams, poison=poison, checkpoints=how
        )
        opened.enter_context(closing(letters))
        if how is not None:
            tell_weak_letters(letters, report.say)
        opened.enter_context(report)
        slots = opened.enter_context(closing(_slots_of(plan)))
        run = composed(
            plan,
            module,
            slots=slots,
            streams=streams,
            letters=letters,
            reaches=walls.reach,
            poison=poison,
            checkpoints=how,
        )
        if how is not None:
            tell_forgetful(run.forgetful, report.say)
        report.started(plan, module)
        try:
            result, is_interrupted = trio.run(partial(_attend, run, report, is_draining=is_draining))
        except LightflusError as error:
            place_function(error, plan.graph)
            raise
    report.ended(plan, result)
    tell_failed(run.checkpoints, report.say)
    if letters.count or letters.repeated:
        again = f", and {letters.repeated:,} that stood there already" if letters.repeated else ""
        report.say(f"records put aside: {letters.count:,}, in {letters.place}{again}")
    return is_interrupted


def _kept(wanted: Wanted, plan: Plan, digest: str, report: Report, opened: ExitStack) -> CheckpointPlan:
    """What there is of the job's checkpoints; says so, and which sinks may get records twice."""
    kept = found(wanted, plan, digest)
    opened.callback(kept.store.close)
    tell_found(kept, report.say)
    tell_weak(promises(plan), report.say)
    return kept.plan


def _slots_of(plan: Plan) -> ThreadSlots:
    """As many as the highest parallelism: subtasks of one task run side by side."""
    return ThreadSlots(max(task.parallelism for task in plan.tasks))


def letters_file(job: str) -> str:
    """Where dead letters go if nobody says it: a file named after the job, in the current directory.

    The name is a stranger's: what comes of it is a name that every system takes, and neither hidden nor an option.
    """
    name = re.sub(r"[^\w.-]", "-", job).lstrip(".-").encode()[:_LETTERS_BYTES]
    return f"{name.decode(errors='ignore') or 'job'}.dead-letters.jsonl"


async def _attend(run: Fragment, report: Report, *, is_draining: bool) -> tuple[JobResult | None, bool]:
    """Runs a job with somebody watching; answers its result (None if cancelled) and whether it was interrupted.

    A stop that a service manager asked for, and that has come to its end, is none: all that was read is in the sinks.
    """
    failure: Exception | None = None
    result: JobResult | None = None

    async def watch() -> None:
        nonlocal failure
        try:
            await _watch(run, report)
        except (LightflusError, OSError) as error:  # nobody can read of the job any more, so it ends
            failure = failure or error
            scope.cancel()

    with trio.CancelScope() as scope:
        stopper = Stopper(run, scope, say=report.say, is_draining=is_draining)
        async with trio.open_nursery() as nursery:
            await nursery.start(stopper.watch)
            nursery.start_soon(watch)
            try:
                result = await run.run()
            except LightflusError as error:
                failure = failure or error
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return result, stopper.is_cancelled or stopper.signal == signal.SIGINT


async def _watch(run: Fragment, report: Report) -> None:
    while True:
        await trio.sleep(_LOOK_SECONDS)
        report.progress(run.seconds, run.progress(), run.checkpoints)


def _report(*, as_json: bool, has_stats: bool) -> Report:
    if as_json:
        return JsonReport()
    if not has_stats:
        return QuietReport()
    return LiveReport() if sys.stderr.isatty() else PlainReport()


def _keep_stdout_free(plan: Plan) -> None:
    for operator in plan.graph.operators:
        if isinstance(operator.kind, Sink) and operator.kind.connector.kind == "stdout":
            raise BindingInvalid(
                "with --json, standard output holds the report of the run, so no sink can write to it",
                where=plan.names[operator.id],
                hint="bind the sink to a file, or leave --json out",
            )
