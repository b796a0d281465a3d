"""`python -m tools.fuzz`: so many cases through all readers, or one chunk of them again.

What it owns: dividing cases among targets and chunks, running them on all cores, the sum. What it leaves: one chunk
(`chunks.py`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from random import Random

from tools.fuzz.chunks import Work, run, size_of
from tools.fuzz.targets import TARGETS


def _chunks(cases: int, jailed: int, seed: int) -> Iterator[Work]:
    for name, target in TARGETS.items():
        wanted = cases * target.share // 100 if target.share else jailed
        size = size_of(name)
        yield from ((name, seed, number) for number in range(-(-wanted // size)))


def main() -> int:
    """Runs what the arguments say; 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="through readers in this process")
    parser.add_argument("--jailed", type=int, default=2_000, help="whole modules through the jail")
    parser.add_argument(
        "--seed", type=int, default=None, help="what everything follows from; by default another one each time"
    )
    parser.add_argument("--target", choices=TARGETS, default=None, help="one chunk of this target")
    parser.add_argument("--chunk", type=int, default=0, help="which one")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else int.from_bytes(os.urandom(4), "little")
    if arguments.target is not None:
        failed = run((arguments.target, seed, arguments.chunk))
        print(failed or "nothing failed")
        return int(failed is not None)
    return _run_all(list(_chunks(arguments.cases, arguments.jailed, seed)), seed)


def _run_all(chunks: list[Work], seed: int) -> int:
    begun, failures = time.monotonic(), 0
    Random(seed).shuffle(chunks)
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run, work) for work in chunks]):
            if (failed := done.result()) is not None:
                failures += 1
                print(failed, file=sys.stderr, flush=True)
    cases = sum(size_of(name) for name, _, _ in chunks)
    print(f"{cases:,} cases of seed {seed} in {time.monotonic() - begun:.0f} s: {failures} chunks failed")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
