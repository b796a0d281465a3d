"""The kernel's reader of JSON beside the strict one.

Used by tests and, for as long as one likes, by command: `python tests/formats/json_compare.py 600` compares for 600
seconds, and prints its seeds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from random import Random

from json_samples import some_line, some_struct, some_type

from lightflus.codec.schema import schema_of
from lightflus.formats.json_strict import StrictReader
from lightflus.kernel.json import JsonReader
from lightflus.model.types import Type


def compare(record: Type, lines: Sequence[bytes]) -> tuple[int, int]:
    """Asserts that the kernel takes no line that the strict reader refuses, and reads the same from those it takes.

    How many lines it took, and how many the strict reader takes.
    """
    read = JsonReader(record).read_lines(b"".join(line + b"\n" for line in lines))
    refused = {refusal.number for refusal in read.refused}
    texts = {number: line.decode(errors="surrogateescape").strip(" \t\r") for number, line in enumerate(lines)}
    texts = {number: text for number, text in texts.items() if text}
    assert [lines[number].removesuffix(b"\r") for number in sorted(refused)] == [
        b"".join(line + b"\n" for line in lines)[start : start + size] for _, start, size in read.refused
    ]
    strict = StrictReader(record, schema_of(record))
    batch, bad = strict.read({number: text for number, text in texts.items() if number not in refused})
    assert not bad, {lines[number]: error.reason for number, error in bad.items()}
    assert read.columns.equals(batch), (read.columns, batch)
    read.columns.validate(full=True)
    whole = {number: text for number, text in texts.items() if not any("\udc80" <= c <= "\udcff" for c in text)}
    return len(texts) - len(refused), len(whole) - len(strict.read(whole)[1])


def main(seconds: float, seed: int) -> None:
    """Compares until the time is over."""
    end, rounds, taken, good = time.monotonic() + seconds, 0, 0, 0
    while time.monotonic() < end:
        random = Random(seed + rounds)
        record = some_struct(random) if random.random() < 0.9 else some_type(random)
        found = compare(record, [some_line(random, record) for _ in range(random.choice([1, 10, 200]))])
        rounds, taken, good = rounds + 1, taken + found[0], good + found[1]
    print(f"seeds {seed} to {seed + rounds - 1}: of {good:,} good lines the kernel took {taken:,}")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns())
