"""`lightflus checkpoint list | show | verify`: what there is in a store of checkpoints, and whether it is whole.

What it owns: the tables, and the same as JSON. What it leaves: choosing (`checkpoint_store.py`), keyed state
(`keyed_state.py`), reading and checking (`checkpoint/`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import typer
from rich.text import Text

from lightflus.checkpoint.manifests import epochs, read_manifest
from lightflus.checkpoint.settings import settings_of
from lightflus.checkpoint.verifying import Verified, verify
from lightflus.cli.checkpoint_store import chosen, opened
from lightflus.cli.checkpoint_words import age_ms, size, span, taken
from lightflus.cli.plain_values import shown_time
from lightflus.cli.problems import EXTERNAL, to_json, told_as_json
from lightflus.cli.screen import emit_json, say, show
from lightflus.cli.tables import table
from lightflus.errors import CheckpointDamaged, ObjectMissing
from lightflus.model.checkpoints import Manifest, ObjectRef, OperatorState, RunRef, SinkState
from lightflus.model.text import counted, line
from lightflus.ports.stores import CheckpointStore

_SHOWN_SPLITS = 20

Json = dict[str, object]


def list_checkpoints(uri: str, *, as_json: bool) -> None:
    """A line per checkpoint, the newest last. Raises UserError, StoreFailed."""
    with told_as_json(is_wanted=as_json), opened(uri) as store:
        found = [one for epoch in epochs(store) if (one := _listed(store, epoch)) is not None]
    if as_json:
        emit_json([_as_json(one) for one in found], indent=2)
    elif not found:
        say(f"there are no checkpoints in {uri}")
    else:
        show(table(("epoch", "age", "size", "generation", "rows", "whole"), [_row(one) for one in found]))


@dataclass(frozen=True, slots=True)
class _Listed:
    """A checkpoint of the list; of one that cannot be read the manifest is missing."""

    epoch: int
    manifest: Manifest | None
    problem: str | None


def _listed(store: CheckpointStore, epoch: int) -> _Listed | None:
    """None: a job that runs has removed it meanwhile."""
    try:
        manifest = read_manifest(store, epoch)
        problem = next(filter(None, (_problem(store, ref) for ref in manifest.objects())), None)
        listed = _Listed(epoch, manifest, problem)
    except (CheckpointDamaged, ObjectMissing) as error:
        listed = _Listed(epoch, None, str(error))
    return None if listed.problem and epoch not in epochs(store) else listed


def _problem(store: CheckpointStore, ref: ObjectRef) -> str | None:
    try:
        size = store.size(ref.name)
    except ObjectMissing:
        return f"{ref.name} is missing"
    return None if size == ref.bytes else f"{ref.name} has {size:,} bytes, not {ref.bytes:,}"


def _as_json(one: _Listed) -> Json:
    told: Json = {"epoch": one.epoch, "whole": one.problem is None}
    if one.problem is not None:
        told["problem"] = one.problem
    if (manifest := one.manifest) is not None:
        told |= {
            **taken(manifest),
            "bytes": _bytes(manifest),
            "generation": manifest.generation,
            "rows": {operator.name: _rows(operator) for operator in _keyed(manifest)},
            "is_end": manifest.is_end,
        }
    return told


def _row(one: _Listed) -> Sequence[object]:
    whole = "yes" if one.problem is None else f"no: {one.problem}"
    if (manifest := one.manifest) is None:
        return one.epoch, "", "", "", "", whole
    rows = ", ".join(f"{operator.name} {_rows(operator):,}" for operator in _keyed(manifest))
    ended = ", the job's end" if manifest.is_end else ""
    return one.epoch, span(age_ms(manifest)) + ended, size(_bytes(manifest)), manifest.generation, rows, whole


def _bytes(manifest: Manifest) -> int:
    return sum(ref.bytes for ref in set(manifest.objects()))


def _keyed(manifest: Manifest) -> Sequence[OperatorState]:
    return [operator for operator in manifest.operators if operator.key is not None]


def _rows(operator: OperatorState) -> int:
    return sum(run.rows for run in _runs(operator))


def _runs(operator: OperatorState) -> Collection[RunRef]:
    """Each once, also where several subtasks share it since the job has another parallelism."""
    return {run.object: run for part in operator.subtasks for run in part.runs}.values()


def show_checkpoint(uri: str, epoch: int | None, *, as_json: bool) -> None:
    """One checkpoint: sources, operators, sinks. Raises UserError, CheckpointDamaged, StoreFailed."""
    with told_as_json(is_wanted=as_json), opened(uri) as store:
        manifest = chosen(store, epoch)
    if as_json:
        emit_json(_told(manifest), indent=2)
        return
    created = f"{shown_time(manifest.created_ms)}, {span(age_ms(manifest))} ago"
    ended = "; the job has ended with it" if manifest.is_end else ""
    show(Text(line(f"job {manifest.job} of namespace {manifest.namespace}, module {manifest.digest}"), "bold"))
    show(Text(line(f"checkpoint {manifest.epoch}, by start {manifest.generation} of the job: {created}{ended}")))
    _show_sources(manifest)
    rows = [_operator_row(operator) for operator in manifest.operators]
    _show_part("operators", ("operator", "kind", "subtasks", "runs", "rows", "size", "key", "state"), rows)
    sinks = [(sink.name, sink.parallelism, len(sink.outputs), size(_staged(sink))) for sink in manifest.sinks]
    _show_part("sinks", ("sink", "subtasks", "staged outputs", "size"), sinks)


def _told(manifest: Manifest) -> Json:
    return {
        "job": manifest.job,
        "namespace": manifest.namespace,
        **taken(manifest),
        "generation": manifest.generation,
        "incarnation": manifest.incarnation,
        "module": manifest.digest,
        "key_groups": manifest.key_groups,
        "is_end": manifest.is_end,
        "sources": [
            {"name": one.name, "splits": [{"split": s, "position": one.positions.get(s)} for s in one.splits]}
            for one in manifest.sources
        ],
        "operators": [_told_operator(operator) for operator in manifest.operators],
        "sinks": [
            {
                "name": sink.name,
                "subtasks": sink.parallelism,
                "staged": [{"epoch": o.epoch, "subtask": o.subtask, "bytes": _length(o.data)} for o in sink.outputs],
            }
            for sink in manifest.sinks
        ],
    }


def _told_operator(operator: OperatorState) -> Json:
    return {
        "name": operator.name,
        "is_named": operator.is_named,
        "kind": operator.kind,
        "settings": settings_of(operator),
        "key": None if operator.key is None else str(operator.key),
        "state": None if operator.state is None else str(operator.state),
        "subtasks": [
            {
                "subtask": part.subtask,
                "runs": [{"name": r.object.name, "rows": r.rows, "bytes": r.object.bytes} for r in part.runs],
                "tables": {name: {"name": ref.name, "bytes": ref.bytes} for name, ref in part.tables.items()},
            }
            for part in operator.subtasks
        ],
    }


def _show_sources(manifest: Manifest) -> None:
    for source in manifest.sources:
        rows = [(split, source.positions.get(split, "not begun")) for split in source.splits[:_SHOWN_SPLITS]]
        _show_part(f"source {source.name}", ("split", "position"), rows)
        if (left := len(source.splits) - _SHOWN_SPLITS) > 0:
            show(Text(f"... and {counted(left, 'split')} more; --json has all", "dim"))


def _show_part(title: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        show(Text(f"\n{line(title)}", "bold"))
        show(table(names, rows))


def _operator_row(operator: OperatorState) -> Sequence[object]:
    runs = _runs(operator)
    tables = [ref for part in operator.subtasks for ref in part.tables.values()]
    total = sum(run.object.bytes for run in runs) + sum(ref.bytes for ref in tables)
    types = (operator.key or "", operator.state or "")
    rows = f"{_rows(operator):,}"
    return operator.name, operator.kind, operator.parallelism, len(runs), rows, size(total), *types


def _staged(sink: SinkState) -> int:
    return sum(_length(output.data) for output in sink.outputs)


def _length(data: bytes | ObjectRef) -> int:
    return data.bytes if isinstance(data, ObjectRef) else len(data)


def verify_checkpoints(uri: str, *, as_json: bool) -> None:
    """Reads everything; ends with exit code 1 where something is not what was written. Raises StoreFailed."""
    with told_as_json(is_wanted=as_json), opened(uri) as store:
        report, where = verify(store), store.where
    if as_json:
        emit_json(_report(report), indent=2)
    else:
        _show_report(where, report)
    if any(report.epochs.values()):
        raise typer.Exit(EXTERNAL)


def _report(report: Verified) -> Json:
    return {
        "ok": not any(report.epochs.values()),
        "objects": report.objects,
        "bytes": report.bytes,
        "checkpoints": [
            {"epoch": epoch, "readable": epoch not in report.unreadable, "problems": [to_json(one) for one in damages]}
            for epoch, damages in sorted(report.epochs.items())
        ],
    }


def _show_report(where: str, report: Verified) -> None:
    for epoch, damages in sorted(report.epochs.items()):
        if not damages:
            show(Text(f"checkpoint {epoch}: whole", "green"))
            continue
        is_lost = epoch in report.unreadable
        told = "damaged" if is_lost else "whole, but one of the two texts of its manifest is damaged"
        show(Text(f"checkpoint {epoch}: {told}", "bold red" if is_lost else "yellow"))
        for damage in damages:
            show(Text(f"  {line(damage.where or '')}: {line(str(damage))}"))
    read = f"read {counted(report.objects, 'object')}, {size(report.bytes)}"
    show(Text(f"{line(where)}: {counted(len(report.epochs), 'checkpoint')}, {read}"))
