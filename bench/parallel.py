"""Parallelism 2 over a directory of two equal files against parallelism 1: the same result, and how much faster.

Two cores of a machine are often two threads of one, or shared with others. So the same run measures what they give: two
processes of one file each, which share nothing, against one. That is the most that parallelism 2 can reach.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
from pathlib import Path

from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import LIGHTFLUS, WORK, Usage, record, table
from bench.word_count import build_module, job_seconds, lightflus_counts, run_lightflus

LINES_PER_FILE = 1_000_000
ROUNDS = 3
GOAL = 1.6


def alone_seconds(module: Path, source: Path, processes: int) -> float:
    """Seconds that the slowest of `processes` independent runs over `source` takes, by the jobs' own account."""
    command = [LIGHTFLUS, "run", str(module), "--json", "--quiet"]
    binds = ["--bind", f"topic=file:{source}", "--bind", "redis=blackhole:"]
    running = [
        subprocess.Popen([*command, *binds], cwd=WORK, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(processes)
    ]
    ended = [process.communicate()[0].splitlines()[-1] for process in running]
    return max(float(json.loads(line)["seconds"]) for line in ended)


def ceiling(module: Path, source: Path) -> float:
    """How much more two processes at once get done than one."""
    return 2 * alone_seconds(module, source, 1) / alone_seconds(module, source, 2)


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
    ceilings: list[float] = []
    for _ in range(ROUNDS):
        ceilings.append(ceiling(module, half))
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
    most = statistics.median(ceilings)
    print(f"  words/s of the job, 2 : 1 = {ratio:.2f} (goal {GOAL})")
    print(f"  two independent processes : one = {most:.2f}: what the cores give; share reached {ratio / most:.2f}")
    record(
        "parallel", {"ratio": ratio, "ceiling": most, "job_seconds": job, "whole_seconds": whole, "cpu_seconds": cpu}
    )
