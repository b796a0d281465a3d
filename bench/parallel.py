"""Parallelism 2 over a directory of two equal files against parallelism 1: the same result, and how much faster."""

from __future__ import annotations

import shutil
import statistics

from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import WORK, Usage, record, table
from bench.word_count import build_module, job_seconds, lightflus_counts, run_lightflus

LINES_PER_FILE = 1_000_000
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
    taken: dict[int, list[tuple[float, Usage]]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for parallelism, runs in taken.items():
            used = run_lightflus(module, folder, parallelism=parallelism, cores=None)
            runs.append((job_seconds(), used))
    words = 2 * LINES_PER_FILE * WORDS_PER_LINE
    job = {p: statistics.median(seconds for seconds, _ in runs) for p, runs in taken.items()}
    whole = {p: statistics.median(used.wall_seconds for _, used in runs) for p, runs in taken.items()}
    cpu = {p: statistics.median(used.cpu_seconds for _, used in runs) for p, runs in taken.items()}
    table(
        f"two equal files, {words:,} words, same result, medians of {ROUNDS}",
        ["parallelism", "job s", "words/s", "whole program s", "CPU s"],
        [[str(p), f"{job[p]:.2f}", f"{words / job[p]:,.0f}", f"{whole[p]:.2f}", f"{cpu[p]:.2f}"] for p in taken],
    )
    ratio = job[1] / job[2]
    print(f"  words/s of the job, 2 : 1 = {ratio:.2f} (goal {GOAL}; needs two free cores)")
    record("parallel", {"ratio": ratio, "job_seconds": job, "whole_seconds": whole, "cpu_seconds": cpu})
