"""Measuring other programs: start, pin, wait, add up what they used; medians and tables.

Owns no benchmark. Times come from the kernel's accounting of the child and of all of its children (`wait4`), so that a
program cannot hide work in another process.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / ".build" / "bench"
RESULTS = ROOT / "bench" / "results"
ONE_CORE = frozenset({min(os.sched_getaffinity(0))})
LIGHTFLUS = str(Path(sys.executable).with_name("lightflus"))


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a program used."""

    wall_seconds: float
    cpu_seconds: float
    peak_rss_mib: float


class ProgramFailed(Exception):
    """A measured program did not end well; a benchmark stops there."""


@contextmanager
def pinned(cores: frozenset[int] | None) -> Iterator[None]:
    """Children started inside inherit these cores; None leaves them all."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run_program(command: Sequence[str], *, cores: frozenset[int] | None = None) -> Usage:
    """Runs a program to its end and returns what it and its children used.

    Raises:
        ProgramFailed: it ended with another code than 0; the message holds the end of what it said.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / "output.log"
    begin = time.perf_counter()
    with log.open("wb") as output, pinned(cores):
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=WORK,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begin
    if child.returncode != 0:
        tail = log.read_text(errors="replace")[-2_000:]
        raise ProgramFailed(f"{' '.join(command)}\nended with code {child.returncode}:\n{tail}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def last_output() -> str:
    """What the last program said."""
    return (WORK / "output.log").read_text(encoding="utf-8", errors="replace")


def alternate(programs: dict[str, Callable[[], Usage]], *, rounds: int) -> dict[str, Usage]:
    """Runs A B A B ... and returns the median of each, so that a noisy minute hits all of them."""
    taken: dict[str, list[Usage]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, run in programs.items():
            taken[name].append(run())
    return {
        name: Usage(
            statistics.median(u.wall_seconds for u in usages),
            statistics.median(u.cpu_seconds for u in usages),
            max(u.peak_rss_mib for u in usages),
        )
        for name, usages in taken.items()
    }


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table whose columns are as wide as they need to be."""
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]
    print(f"\n{title}")
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = zip(row, widths, strict=True)
        print("  " + "  ".join(c.rjust(w) if k else c.ljust(w) for k, (c, w) in enumerate(cells)))
    sys.stdout.flush()


def record(name: str, values: Mapping[str, object]) -> None:
    """Writes bench/results/NAME.json."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    plain = {k: asdict(v) if is_dataclass(v) and not isinstance(v, type) else v for k, v in values.items()}
    (RESULTS / f"{name}.json").write_text(json.dumps(plain, indent=2) + "\n", encoding="utf-8")
