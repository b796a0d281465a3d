"""Many simulated clusters: `python -m tools.simulation --seeds 10000`, or one again: `--seed 17`.

Prints the command that repeats a seed that failed, and ends with 1. `--log` prints what happened.
"""

from __future__ import annotations

import argparse
import sys
import time

from tools.simulation.run import Simulation


def failure_of(seed: int, *, shows_log: bool = False) -> str | None:
    """What did not hold in a seed's world, with the command that repeats it; None if all did."""
    simulation = Simulation(seed)
    try:
        simulation.run()
    except AssertionError as error:
        tail = "\n".join(simulation.log[-30:])
        return f"seed {seed}: {error}\n{tail}\nagain: python -m tools.simulation --seed {seed} --log"
    finally:
        if shows_log:
            print("\n".join(simulation.log))
    return None


def main() -> int:
    """Runs seeds; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--log", action="store_true")
    asked = parser.parse_args()
    first, count = (asked.seed, 1) if asked.seed is not None else (asked.first, asked.seeds)
    began = time.process_time()
    failed = 0
    for seed in range(first, first + count):
        found = failure_of(seed, shows_log=asked.log)
        if found:
            failed += 1
            print(found, file=sys.stderr)
    print(f"{count} seeds, {failed} failed, {time.process_time() - began:.1f} s of CPU")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
