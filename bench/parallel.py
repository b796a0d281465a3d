"""Parallelism 2 over a directory of two equal files against parallelism 1: the same result, and how much faster."""

from __future__ import annotations

import shutil

from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import WORK, alternate, record, table
from bench.word_count import build_module, lightflus_counts, run_lightflus

LINES_PER_FILE = 500_000
ROUNDS = 3
GOAL = 1.6


def main() -> None:
    """Runs 1 2 1 2 ..., compares both results, prints."""
    half = lines_file(LINES_PER_FILE)
    expected = {word: 2 * count for word, count in expected_counts(half).items()}
    folder = WORK / "two-files"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("a.txt", "b.txt"):
        shutil.copyfile(half, folder / name)
    module = build_module()
    for parallelism in (1, 2):
        run_lightflus(module, folder, parallelism=parallelism, cores=None)
        if lightflus_counts() != expected:
            raise SystemExit(f"counted wrong at parallelism {parallelism}")
    used = alternate(
        {
            "1": lambda: run_lightflus(module, folder, parallelism=1, cores=None),
            "2": lambda: run_lightflus(module, folder, parallelism=2, cores=None),
        },
        rounds=ROUNDS,
    )
    words = 2 * LINES_PER_FILE * WORDS_PER_LINE
    table(
        f"two equal files, {words:,} words, same result",
        ["parallelism", "wall s", "CPU s", "words/s"],
        [
            [n, f"{u.wall_seconds:.2f}", f"{u.cpu_seconds:.2f}", f"{words / u.wall_seconds:,.0f}"]
            for n, u in used.items()
        ],
    )
    ratio = used["1"].wall_seconds / used["2"].wall_seconds
    print(f"  2 : 1 = {ratio:.2f} (goal {GOAL}; needs two free cores)")
    record("parallel", {"ratio": ratio, **used})
