"""What checkpoints cost: the published word count over a million keys, with one each second and without.

Whole processes on one core (start-up included), A B A B, into a sink that keeps nothing, so that the sink's own cost
hides nothing. Behind it a run that goes on from its state: how long until its sources are read again.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench.inputs import lines_file
from bench.measure import LIGHTFLUS, ONE_CORE, WORK, Usage, alternate, last_output, record, run_program, table
from bench.word_count import build_module

LINES = 6_000_000
DISTINCT = 1_000_000
ROUNDS = 3
FOLDER = WORK / "checkpoints"
GOAL_SHARE = 0.05


def run(module: Path, source: Path, *options: str) -> Usage:
    """One run to the end of its file."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    binds = ["--bind", f"topic=file:{source}", "--bind", "redis=blackhole:"]
    return run_program([LIGHTFLUS, "run", str(module), "--json", *binds, *options], cores=ONE_CORE)


def taken() -> int:
    """How many checkpoints the last run took."""
    told = [json.loads(line) for line in last_output().splitlines() if line.startswith("{")]
    return max(int(one["checkpoints"]["epoch"]) for one in told if one.get("checkpoints"))


def main() -> None:
    """Prints both, and their ratio."""
    source, module = lines_file(LINES, distinct=DISTINCT), build_module()
    epochs: list[int] = []

    def with_checkpoints() -> Usage:
        usage = run(module, source, "--checkpoints", str(FOLDER), "--every", "1s")
        epochs.append(taken())
        return usage

    usages = alternate({"without": lambda: run(module, source), "each second": with_checkpoints}, rounds=ROUNDS)
    rows = [
        [name, f"{used.wall_seconds:.2f}", f"{used.cpu_seconds:.2f}", f"{used.peak_rss_mib:,.0f}"]
        for name, used in usages.items()
    ]
    table(f"word count, {DISTINCT:,} keys, {epochs[-1]} checkpoints", ["", "wall s", "CPU s", "RSS MiB"], rows)
    share = usages["each second"].cpu_seconds / usages["without"].cpu_seconds - 1
    print(f"  checkpoints cost {share:.1%} of the CPU time (goal {GOAL_SHARE:.0%})")
    record("checkpoints", {**usages, "epochs": epochs, "cost": share})
