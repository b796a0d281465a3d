"""Commands about the jobs of a cluster, through its ApiServer: deploy, look, follow, stop.

What it owns: what is asked and how it is shown. What it leaves: HTTP (`client/`), building (`modules.py`), decisions
(the coordinator).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.text import Text

from lightflus.build.sources import is_source
from lightflus.cli.metrics_tables import metrics_of_operators, metrics_of_subtasks
from lightflus.cli.modules import load_job
from lightflus.cli.placement import placement
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit, emit_json, say, show
from lightflus.cli.tables import table
from lightflus.client.api import Api, Json, segment
from lightflus.client.endpoint import endpoint, namespace, token_for
from lightflus.cluster_limits import CLIENT_POLL_MS
from lightflus.compose.places import openable_places
from lightflus.connectors.contract.bindings import parse_bindings
from lightflus.errors import ExternalError, LightflusError, UserError
from lightflus.model.text import line

_ENDED: Final = ("stopped", "finished", "failed", "canceled")
_SETTLED: Final = (*_ENDED, "running")


def api() -> Api:
    """The ApiServer that the environment names. Raises UserError, ExternalError."""
    where = endpoint()
    return Api(where, token_for(where))


def jobs_path(own: str | None = None) -> str:
    """Of the namespace that is meant."""
    return f"/namespaces/{segment(namespace(own))}/jobs"


def job_path(name: str) -> str:
    """Of one job."""
    return f"{jobs_path()}/{segment(name)}"


def deploy(
    path: Path, name: str | None, bindings: Sequence[str], parallelism: int, *, waits: bool, as_json: bool
) -> None:
    """Uploads a job's module and makes a job of it. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        parse_bindings(bindings)
        with openable_places(path, has_sources=is_source(path)):
            module = load_job(path)
        server, jobs = api(), jobs_path(module.graph.namespace)
        uploaded = server.ask("POST", f"{jobs.removesuffix('/jobs')}/modules", wasm=module.report.wasm)
        wanted: Json = {
            "name": name or module.graph.job,
            "module": uploaded["digest"],
            "bindings": dict(text.split("=", 1) for text in bindings),
            "parallelism": parallelism,
        }
        job = server.ask("POST", jobs, wanted, headers={"Idempotency-Key": str(uuid.uuid4())})
        place = f"{jobs}/{segment(str(job['name']))}"
        if waits:
            *_, job = _changes(server, place, until=_SETTLED)
            require_not_failed(job)
    if as_json:
        emit_json(job)
        return
    say(f"deployed {job['name']} in namespace {job['namespace']}: {job['status']}", "bold")
    say(f"  lightflus status {job['name']}", "dim", is_whole=True)


def list_jobs(status: str | None, *, as_json: bool) -> None:
    """Prints the jobs of the namespace. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        query = {"status": status} if status else {}
        found = list(api().pages(jobs_path(), **query))
    if as_json:
        emit_json({"items": found})
        return
    rows = [(j["name"], j["status"], j["since"], j["parallelism"], j["generation"], j["restarts"]) for j in found]
    show(table(("JOB", "STATUS", "SINCE", "PARALLELISM", "GENERATION", "RESTARTS"), rows))


def show_status(name: str, *, watches: bool, as_json: bool) -> None:
    """Prints a job; watching, again at every change until it has ended. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        server, place = api(), job_path(name)
        for job in _changes(server, place, until=_ENDED) if watches else [server.ask("GET", place)]:
            if as_json:
                emit_json(job)
            elif watches:
                show(Text(line(f"{job['since']}  {job['status']}  generation {job['generation']}")))
            else:
                _show_job(job, _task_names(server, place))


def _task_names(server: Api, place: str) -> dict[int, str]:
    """Of the tasks whose workers have told of them."""
    found = cast("list[Json]", server.ask("GET", f"{place}/metrics")["subtasks"])
    return {cast(int, one["task"]): str(one["name"]) for one in found}


def show_metrics(name: str, *, as_json: bool) -> None:
    """Prints what each operator has done, and how each subtask stands. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        found = api().ask("GET", f"{job_path(name)}/metrics")
    if as_json:
        emit_json(found)
        return
    show(metrics_of_operators(cast("list[Json]", found["items"])))
    show(metrics_of_subtasks(cast("list[Json]", found["subtasks"])))


def show_errors(name: str, *, as_json: bool) -> None:
    """Prints a job's last errors. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        found = cast("list[Json]", api().ask("GET", f"{job_path(name)}/errors")["items"])
    if as_json:
        emit_json({"items": found})
        return
    for item in found:
        error = cast("Json | None", item.get("error"))
        show(Text(line(f"{item['at']}  generation {item['generation']}  {_told(error) if error else item['text']}")))


def show_logs(name: str, *, follows: bool, as_json: bool) -> None:
    """Prints a job's log lines. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        for event in api().events(f"{job_path(name)}/logs{'?follow=true' if follows else ''}"):
            if as_json:
                emit_json(event)
            else:
                emit(line(f"{event['at']}  {event['text']}"))


def change(name: str, wish: str, body: Json | None, *, as_json: bool) -> None:
    """Stops a job or starts it again. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        job = api().ask("POST", f"{job_path(name)}/{wish}", body)
    if as_json:
        emit_json(job)
    else:
        say(f"{job['name']}: {job['status']}", "bold")


def delete(name: str, *, as_json: bool) -> None:
    """Forgets a job that has ended. Raises LightflusError."""
    with told_as_json(is_wanted=as_json):
        api().ask("DELETE", job_path(name))
    if as_json:
        emit_json({"ok": True})
    else:
        say(f"deleted {name}", "bold")


def require_not_failed(job: Mapping[str, object]) -> None:
    """Raises the error that a job has failed with."""
    if job["status"] != "failed":
        return
    error = cast(Json, job["error"] or {})
    hint = str(error.get("hint") or f"lightflus errors {job['name']} shows all of them")
    where = str(error["where"]) if error.get("where") else None
    kind: type[LightflusError] = (
        ExternalError if str(error.get("kind")) in ("SinkFailed", "SourceFailed") else UserError
    )
    raise kind(f"the job has failed: {error.get('message', 'it does not say why')}", where=where, hint=hint)


def _changes(server: Api, place: str, *, until: Sequence[str]) -> Iterator[Json]:
    """A job each time that its status or generation is another, up to one of `until`."""
    seen: tuple[object, object] | None = None
    while True:
        job = server.ask("GET", place)
        now = (job["status"], job["generation"])
        if now != seen:
            yield job
        if job["status"] in until:
            return
        seen = now
        time.sleep(CLIENT_POLL_MS / 1_000)


def _show_job(job: Json, names: Mapping[int, str]) -> None:
    show(Text("\n".join(_facts(job))))
    if job["placed"]:
        show(Text("\n").append_text(placement(cast("list[Json]", job["placed"]), names)).append("\n"))
    show(Text("\n".join(_history(job))))


def _facts(job: Json) -> Iterator[str]:
    yield line(f"job {job['name']} in namespace {job['namespace']}: {job['status']} since {job['since']}")
    yield line(f"  module       {job['module']}")
    yield f"  parallelism  {job['parallelism']}, generation {job['generation']}, restarts {job['restarts']}"
    for name, uri in cast("dict[str, str]", job["bindings"]).items():
        yield line(f"  bound        {name} = {uri}")
    if job["bottleneck"]:
        found = cast(Json, job["bottleneck"])
        yield line(f"  bottleneck   {found['name']}, subtask {found['task']}/{found['subtask']}: {found['reason']}")


def _history(job: Json) -> Iterator[str]:
    for change_ in cast("list[Json]", job["history"]):
        reason = f"  {change_['reason']}" if change_["reason"] else ""
        yield line(f"  {change_['at']}  {change_['status']}{reason}")
    if job["error"]:
        yield line(f"  last error   {_told(cast(Json, job['error']))}")


def _told(error: Json) -> str:
    parts = [f"{error['kind']}: {error['message']}"]
    parts += [f"{word} {error[name]}" for name, word in (("where", "in"), ("hint", "help:")) if error.get(name)]
    return "  ".join(parts)
