"""Poison records: what it costs that some of a million kill their operator, and that nothing but they is missing.

Whole word counts from a file to SQLite on one core, A B A B: without such records, with 1, 100 and 10,000 of them in
the flatMap, and with 10,000 in the reduce, where a call has up to 131,072 rows. Each result is compared with the
independent count of the lines without them, and each record must have exactly one dead letter, before any figure is
printed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import LIGHTFLUS, ONE_CORE, ROOT, WORK, Usage, alternate, last_output, record, run_program, table

LINES = 1_000_000
ROUNDS = 3
GOAL_COST_OF_ONE = 0.05
DATABASE, LETTERS = WORK / "poison.db", WORK / "poison.letters.jsonl"
MAP, FOLD = "poison-map", "poison-fold"


@dataclass(frozen=True, slots=True)
class Case:
    """A run with `count` lines that begin with `text`, evenly among the others."""

    name: str
    text: str
    count: int

    @property
    def letters(self) -> int:
        """A word that cannot be added is put aside from its second time on: the first one is its own state."""
        return self.count - (self.text == FOLD)


CASES = (
    Case("none", MAP, 0),
    Case("1 in flatMap", MAP, 1),
    Case("100 in flatMap", MAP, 100),
    Case("10,000 in flatMap", MAP, 10_000),
    Case("10,000 in reduce", FOLD, 10_000),
)


def build_module() -> Path:
    """The program as a module."""
    WORK.mkdir(parents=True, exist_ok=True)
    module = WORK / "poison.wasm"
    run_program([LIGHTFLUS, "build", str(ROOT / "bench" / "poison.ts"), "-o", str(module)])
    return module


def source_of(case: Case, clean: Path) -> Path:
    """The clean file with the lines of a case, made once."""
    path = WORK / f"poison-{case.text}-{case.count}.txt"
    if not path.exists():
        every = LINES // max(case.count, 1)
        part = path.with_suffix(".part")
        with clean.open(encoding="utf-8") as lines, part.open("w", encoding="utf-8") as out:
            for number, line in enumerate(lines):
                if case.count and number % every == every // 2:
                    out.write(f"{case.text}\n" if case.text == FOLD else f"{case.text} {number}\n")
                out.write(line)
        part.rename(path)
    return path


def run_case(case: Case, module: Path, clean: Path, expected: dict[str, int], seconds: dict[str, list[float]]) -> Usage:
    """One run, checked; its job's own time is added to `seconds`."""
    for leftover in (*WORK.glob("poison.db*"), LETTERS):
        leftover.unlink(missing_ok=True)
    command = [LIGHTFLUS, "run", str(module), "--json", "--quiet", "--poison", "dead-letter"]
    binds = ["--bind", f"topic=file:{source_of(case, clean)}", "--bind", f"redis=sqlite:{DATABASE}"]
    used = run_program([*command, *binds, "--dead-letters", str(LETTERS)], cores=ONE_CORE)
    seconds.setdefault(case.name, []).append(float(json.loads(last_output().splitlines()[-1])["seconds"]))
    check(case, expected)
    return used


def check(case: Case, expected: dict[str, int]) -> None:
    """Ends the benchmark if the result is not the clean one, or a record has not exactly one letter."""
    with sqlite3.connect(DATABASE) as database:
        counts = {key: int(value) for key, value in database.execute("select key, value from redis")}
    if counts != expected | ({FOLD: 1} if case.text == FOLD else {}):
        raise SystemExit(f"{case.name}: counted wrong")
    letters = [json.loads(line) for line in LETTERS.read_text("utf-8").splitlines()] if LETTERS.exists() else []
    places = {letter["position"] for letter in letters} if case.text == MAP else set(range(len(letters)))
    if len(letters) != case.letters or len(places) != case.letters:
        raise SystemExit(f"{case.name}: {len(letters):,} letters of {len(places):,} records, not {case.letters:,}")


def main() -> None:
    """Runs, compares, prints."""
    clean = lines_file(LINES)
    expected = expected_counts(clean)
    module = build_module()
    seconds: dict[str, list[float]] = {}
    run_case(CASES[0], module, clean, expected, {})  # fills the cache of compiled modules
    runs: dict[str, Callable[[], Usage]] = {
        case.name: partial(run_case, case, module, clean, expected, seconds) for case in CASES
    }
    used = alternate(runs, rounds=ROUNDS)
    best = {name: min(taken) for name, taken in seconds.items()}
    rows = [
        [case.name, f"{case.letters:,}", f"{best[case.name]:.2f}", f"{used[case.name].cpu_seconds:.2f}",
         f"{LINES * WORDS_PER_LINE / best[case.name]:,.0f}", f"{best['none'] / best[case.name]:.3f}",
         f"{used[case.name].peak_rss_mib:.0f}"]
        for case in CASES
    ]  # fmt: skip
    head = ["poison records", "letters", "job s", "CPU s", "words/s", "of clean", "peak MiB"]
    table(f"word count of {LINES:,} lines, one core, results and letters verified", head, rows)
    cost = best["1 in flatMap"] / best["none"] - 1
    print(f"  one record in {LINES:,} costs {cost:.1%} (goal {GOAL_COST_OF_ONE:.0%})")
    record("poison", {"seconds": best, "cost_of_one": cost, **used})
