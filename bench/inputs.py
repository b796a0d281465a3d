"""Input files for the benchmarks, made once by a seeded generator and kept in .build/bench, and what must come out.

The generator is written out here (a multiplicative congruential one), so that the files are equal on every machine and
Python version. The expected counts come from `collections.Counter` over the finished file: a computation that shares no
code with the engine.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from bench.measure import WORK

WORDS_PER_LINE = 10
LINES_PER_BLOCK = 10_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def numbers(seed: int) -> Iterator[int]:
    """Knuth's MMIX generator, its upper 32 bits."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFF_FFFF_FFFF_FFFF
        yield state >> 32


def vocabulary(size: int) -> list[str]:
    """`size` distinct words of 2-10 letters."""
    source = numbers(1)
    words: dict[str, None] = {}
    while len(words) < size:
        length = 2 + next(source) % 9
        words["".join(LETTERS[next(source) % 26] for _ in range(length))] = None
    return list(words)


def lines_file(lines: int, *, distinct: int = 10_000) -> Path:
    """A file of `lines` lines of ten words each, drawn evenly from `distinct` words."""
    path = WORK / f"words-{lines}-{distinct}.txt"
    if path.exists():
        return path
    WORK.mkdir(parents=True, exist_ok=True)
    words, source = vocabulary(distinct), numbers(2)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        for done in range(0, lines, LINES_PER_BLOCK):
            for _ in range(min(LINES_PER_BLOCK, lines - done)):
                out.write(" ".join([words[next(source) % distinct] for _ in range(WORDS_PER_LINE)]) + "\n")
    part.rename(path)
    return path


def expected_counts(path: Path) -> dict[str, int]:
    """How often each word stands in the file, by single spaces and line feeds. Kept beside the file."""
    kept = path.with_suffix(".counts.json")
    if not kept.exists():
        with path.open(encoding="utf-8", newline="\n") as text:
            counts = Counter(chain.from_iterable(line.rstrip("\n").split(" ") for line in text))
        kept.write_text(json.dumps(counts), encoding="utf-8")
    found: dict[str, int] = json.loads(kept.read_text(encoding="utf-8"))
    return found
