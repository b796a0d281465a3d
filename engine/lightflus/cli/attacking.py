"""`lightflus evil`: the attack suite against this engine, and a report.

What it owns: choosing attacks, the table, the JSON, the exit code. What it leaves: attacks and verdicts (`evil/`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from lightflus import __version__
from lightflus.cli.problems import EXTERNAL, render
from lightflus.cli.screen import emit_json, results, say
from lightflus.client.api import Api
from lightflus.client.endpoint import parsed, token_for
from lightflus.errors import LightflusError, UserError
from lightflus.evil.attack import Attack, Outcome
from lightflus.evil.guests import guest
from lightflus.evil.suite import Report, attacks, run, run_abroad
from lightflus.limits import MIB
from lightflus.wasm import WASMTIME_VERSION

_COLUMNS = 100


def attack(kinds: Sequence[str], *, name: str, save: Path | None, cluster: str, as_json: bool) -> None:
    """Runs attacks of some kinds, or all; ends with exit code 1 if anything did not hold. Raises LightflusError.

    `cluster` is the address of an ApiServer; empty: this process is attacked.
    """
    chosen = _chosen(kinds, name)
    if save is not None:
        _save(chosen, save)
        return
    report = _abroad(cluster, chosen) if cluster else _here(chosen)
    if as_json:
        emit_json(_to_json(report), indent=2)
    else:
        results().print(_table(report))
        for text in report.held_not:
            say(f"held not: {text}", "bold red")
    if not report.has_held:
        raise typer.Exit(EXTERNAL)


def _here(chosen: Sequence[Attack]) -> Report:
    say(f"{len(chosen)} attacks on Lightflus {__version__} with wasmtime {WASMTIME_VERSION}, process {os.getpid()}")
    return run(chosen, _shown, _hear)


def _abroad(cluster: str, chosen: Sequence[Attack]) -> Report:
    where = parsed(cluster)
    say(f"{len(chosen)} attacks on the cluster at {where.name}")
    return run_abroad(Api(where, token_for(where)), chosen, _shown, _hear)


def _shown(error: LightflusError) -> str:
    return render(error, _COLUMNS).plain.rstrip("\n")


def _chosen(kinds: Sequence[str], name: str) -> list[Attack]:
    every = list(attacks())
    known = {one.kind for one in every}
    if unknown := sorted(set(kinds) - known):
        raise UserError(f"there are no attacks of kind {unknown[0]}", hint=f"kinds are {', '.join(sorted(known))}")
    chosen = [one for one in every if (not kinds or one.kind in kinds) and name in one.name]
    if not chosen:
        raise UserError(f"no attack is called {name}", hint="leave it out, and all run")
    return chosen


def _save(chosen: Sequence[Attack], folder: Path) -> None:
    """Writes the modules, for another engine to be attacked with."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "honest.wasm").write_bytes(guest({}))
        for number, one in enumerate(chosen):
            (folder / f"{number:03d}-{one.kind}.wasm").write_bytes(one.module())
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(folder)) from error
    say(f"wrote {len(chosen)} hostile modules and an honest one to {folder}")


def _hear(outcome: Outcome) -> None:
    for text in outcome.held_not:
        say(f"held not: {outcome.attack.kind}: {outcome.attack.name}: {text}", "bold red")


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("kind")
    for title in ("attacks", "held", "slowest", "largest"):
        table.add_column(title, justify="right")
    for kind in dict.fromkeys(one.attack.kind for one in report.outcomes):
        _add(table, kind, [one for one in report.outcomes if one.attack.kind == kind])
    _add(table, "all", report.outcomes)
    return table


def _add(table: Table, name: str, outcomes: Sequence[Outcome]) -> None:
    table.add_row(
        name,
        str(len(outcomes)),
        str(sum(not one.held_not for one in outcomes)),
        f"{max(one.seconds for one in outcomes):.1f} s",
        f"{max(one.memory_bytes for one in outcomes) // MIB} MiB",
    )


def _to_json(report: Report) -> dict[str, object]:
    return {
        "ok": report.has_held,
        "attacks": [
            {
                "kind": one.attack.kind,
                "name": one.attack.name,
                "ended": one.ended,
                "expected": sorted(one.attack.ends),
                "said": one.said,
                "seconds": round(one.seconds, 3),
                "seconds_allowed": one.attack.seconds,
                "memory_bytes": one.memory_bytes,
                "memory_bytes_allowed": one.attack.memory_bytes,
                "held_not": list(one.held_not),
            }
            for one in report.outcomes
        ],
        "held_not": list(report.held_not),
        "grown_bytes": report.grown_bytes,
        "process": os.getpid(),
    }
