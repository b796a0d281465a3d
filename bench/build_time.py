"""How long a cold `lightflus build` of the published word count takes: a new process, nothing cached."""

from __future__ import annotations

import os
import statistics
import tempfile

from bench.measure import LIGHTFLUS, ROOT, WORK, record, run_program, table

ROUNDS = 5
GOAL_SECONDS = 4.0


def main() -> None:
    """Builds several times with an empty cache, prints the median."""
    source = ROOT / "examples/word_count/wordCount.ts"
    taken = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as cache:
            os.environ["XDG_CACHE_HOME"] = cache
            used = run_program([LIGHTFLUS, "build", str(source), "-o", str(WORK / "cold.wasm")])
        taken.append(used.wall_seconds)
    del os.environ["XDG_CACHE_HOME"]
    median = statistics.median(taken)
    table(
        f"cold build of the word count, {ROUNDS} runs",
        ["", "seconds"],
        [["fastest", f"{min(taken):.2f}"], ["median", f"{median:.2f}"], ["slowest", f"{max(taken):.2f}"]],
    )
    print(f"  median {median:.2f} s (goal {GOAL_SECONDS})")
    record("build_time", {"seconds": taken})
