"""The whole program: the published word count from a file to SQLite on one core, beside bytewax on the same file.

Both run as whole processes pinned to one core (start-up included), A B A B; both results are compared with the
independent count before any figure is printed. Lightflus runs the module that `lightflus build` made from the published
TypeScript; bytewax runs the word count of its own documentation (`flat_map`, `count_final`), in an environment
of its own.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import LIGHTFLUS, ONE_CORE, ROOT, WORK, Usage, alternate, last_output, record, run_program, table

LINES = 2_000_000
DISTINCT = 10_000
ROUNDS = 2
BYTEWAX = "bytewax==0.21.1"
GOAL_WORDS_PER_SECOND = 2_500_000
GOAL_RATIO = 8


def build_module() -> Path:
    """The published program as a module."""
    WORK.mkdir(parents=True, exist_ok=True)
    module = WORK / "wordCount.wasm"
    run_program([LIGHTFLUS, "build", str(ROOT / "examples/word_count/wordCount.ts"), "-o", str(module)])
    return module


def bytewax_python() -> str:
    """The interpreter of an environment that has bytewax and nothing of ours."""
    home = WORK / "bytewax"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", BYTEWAX], check=True)
        (home / "ready").touch()
    return str(python)


def run_lightflus(
    module: Path, source: Path, *, parallelism: int = 1, cores: frozenset[int] | None = ONE_CORE
) -> Usage:
    """One run into a fresh database; the caller compares `lightflus_counts()`."""
    for leftover in WORK.glob("counts.db*"):
        leftover.unlink()
    command = [LIGHTFLUS, "run", str(module), "--json", "--quiet", "--parallelism", str(parallelism)]
    binds = ["--bind", f"topic=file:{source}", "--bind", f"redis=sqlite:{WORK / 'counts.db'}"]
    return run_program([*command, *binds], cores=cores)


def lightflus_counts() -> dict[str, int]:
    """What the last run left in its database."""
    with sqlite3.connect(WORK / "counts.db") as database:
        return {key: int(value) for key, value in database.execute("select key, value from redis")}


def job_seconds() -> float:
    """How long the job of the last run took by its own account: without loading Python and its libraries."""
    ended = json.loads(last_output().splitlines()[-1])
    return float(ended["seconds"])


def run_bytewax(source: Path) -> Usage:
    """One run; its result goes to a file as JSON pairs."""
    program = ROOT / "bench" / "peers" / "bytewax_word_count.py"
    return run_program([bytewax_python(), str(program), str(source), str(WORK / "bytewax.jsonl")], cores=ONE_CORE)


def bytewax_counts() -> dict[str, int]:
    """What bytewax's last run left."""
    with (WORK / "bytewax.jsonl").open(encoding="utf-8") as lines:
        return dict(json.loads(line) for line in lines)


def main() -> None:
    """Runs, compares, prints."""
    source = lines_file(LINES, distinct=DISTINCT)
    expected = expected_counts(source)
    module = build_module()
    bytewax_python()
    run_lightflus(module, source)  # fills the cache of compiled modules, as a second run of a user finds it
    used = alternate(
        {"lightflus": lambda: run_lightflus(module, source), "bytewax": lambda: run_bytewax(source)}, rounds=ROUNDS
    )
    if lightflus_counts() != expected:
        raise SystemExit("lightflus counted wrong")
    if bytewax_counts() != expected:
        raise SystemExit("bytewax counted wrong")
    words = LINES * WORDS_PER_LINE
    rows = [
        [name, f"{u.wall_seconds:.2f}", f"{u.cpu_seconds:.2f}", f"{words / u.wall_seconds:,.0f}",
         f"{words / u.cpu_seconds:,.0f}", f"{u.peak_rss_mib:.0f}"]
        for name, u in used.items()
    ]  # fmt: skip
    table(
        f"word count, file -> table, {words:,} words, {DISTINCT:,} distinct, one core, results verified",
        ["program", "wall s", "CPU s", "words/s", "words/CPU-s", "peak MiB"],
        rows,
    )
    ratio = used["bytewax"].cpu_seconds / used["lightflus"].cpu_seconds
    per_second = words / used["lightflus"].wall_seconds
    print(f"  words per CPU-second, lightflus : bytewax = {ratio:.1f} (goal {GOAL_RATIO})")
    print(f"  words per second {per_second:,.0f} (goal {GOAL_WORDS_PER_SECOND:,})")
    record("word_count", {"words": words, "ratio": ratio, **used})
