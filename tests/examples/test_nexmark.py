"""The Nexmark example, in Rust and in TypeScript, gives the right answers over three streams of its generator.

An answer is the final relation: a multiset of rows, known by its digest, the sum of the first 8 bytes of MD5 over each
row's text, so that order does not matter and equal rows count.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "nexmark"
LIGHTFLUS = str(Path(sys.executable).with_name("lightflus"))
ENVIRONMENT = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "udf_sdk" / "rust" / "target" / "nexmark")}
Row = dict[str, object]
Digest = tuple[int, str]

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Preset:
    """A stream, as the generator's arguments, and the answers to the queries."""

    name: str
    arguments: str
    answers: dict[str, Digest]


PRESETS = (
    Preset(
        "a: a hundred seconds across midnight",
        "1000000 10000 42 1437004753500 1",
        {
            "bids": (920_000, "aa6e2ab725df3a78"),
            "q5": (57, "4341ab426f2862fd"),
            "q7": (11, "030df518538e2324"),
            "q11": (19_926, "f79a572a2b0170f3"),
            "q15": (2, "c1939b858cc2aa5f"),
            "q17": (60_055, "3b9182a64358e52d"),
            "q18": (292_985, "cb3e9728c4c77fec"),
        },
    ),
    Preset(
        "b: ten thousand events a millisecond",
        "2000000 10000000 7 1436990399877 1",
        {
            "q5": (6, "b60decce23bd388c"),
            "q7": (2, "9d9b9440fb72226f"),
            "q11": (39_925, "40767a0d5a867757"),
            "q15": (1, "980231bc310cd970"),
            "q17": (119_935, "4d2e4d2cacf5d6f1"),
            "q18": (585_732, "d4b2ae638c0226e1"),
        },
    ),
    Preset(
        "c: shuffled in groups of fifty",
        "500000 10000 3 1436947181000 50",
        {
            "q5": (32, "a4e5fbad963a99fc"),
            "q7": (6, "f17d125d1e16f7cc"),
            "q11": (9_928, "8410b79d0c33cc6e"),
            "q15": (1, "04a1bbc3dc41be5b"),
            "q17": (29_990, "7f2d017319c1d9c0"),
            "q18": (145_507, "e222fbafedcd99fb"),
        },
    ),
)


@pytest.fixture(scope="module")
def generator() -> Path:
    command = ["cargo", "build", "--quiet", "--release", "--bin", "generate"]
    subprocess.run(command, cwd=EXAMPLE, env=ENVIRONMENT, check=True)
    return Path(ENVIRONMENT["CARGO_TARGET_DIR"]) / "release" / "generate"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Builds the job of a source, once."""
    folder = tmp_path_factory.mktemp("nexmark")

    @cache
    def build_once(source: str) -> Path:
        made = folder / f"{source}.wasm"
        command = [LIGHTFLUS, "build", str(EXAMPLE / source), "-o", str(made)]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return made

    return build_once


def rows_of(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def final(rows: Iterable[Row]) -> list[Row]:
    """The last row of each auction and bidder."""
    return list({(row["auction"], row["bidder"]): row for row in rows}.values())


def digest(rows: Iterable[Row]) -> Digest:
    texts = ["|".join(map(str, row.values())).encode() for row in rows]
    total = sum(int.from_bytes(hashlib.md5(text).digest()[:8], "big") for text in texts)
    return len(texts), f"{total % 2**64:016x}"


A, B, C = PRESETS
RUST, TYPESCRIPT = "Cargo.toml", "nexmark.ts"
CASES = [(RUST, A, "1"), (RUST, B, "2"), (RUST, C, "2"), (TYPESCRIPT, A, "2"), (TYPESCRIPT, C, "1")]


@pytest.mark.parametrize(("source", "preset", "parallelism"), CASES, ids=lambda part: str(getattr(part, "name", part)))
def test_every_query_gives_its_answer(
    source: str, preset: Preset, parallelism: str, *, generator: Path, build: Callable[[str], Path], tmp_path: Path
) -> None:
    bids = tmp_path / "bids.jsonl"
    with bids.open("wb") as out:
        subprocess.run([generator, *preset.arguments.split()], stdout=out, check=True)
    queries = [query for query in preset.answers if query != "bids"]
    binds = [f"--bind={query}=file:{tmp_path / query}.jsonl" for query in queries]
    command = [
        LIGHTFLUS,
        "run",
        str(build(source)),
        f"--bind=bids=file:{bids}",
        *binds,
        "--parallelism",
        parallelism,
        "--quiet",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = {query: digest(rows_of(tmp_path / f"{query}.jsonl")) for query in preset.answers if query != "q18"}
    found["q18"] = digest(final(rows_of(tmp_path / "q18.jsonl")))
    assert found == preset.answers
