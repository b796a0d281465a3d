"""The word count in C, Go and WebAssembly text counts what the published TypeScript program counts."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from guest_builds import ROOT

from lightflus.sandbox.inspect import inspect

pytestmark = pytest.mark.slow

LIGHTFLUS = Path(sys.executable).with_name("lightflus")
LANGUAGES = ["c", "go", "wat"]
LINES = 20_000


@pytest.fixture(scope="session")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More lines than one call takes, with empty ones, several spaces in a row, and letters of one to four bytes."""
    chance = random.Random(4)
    words = ["", "a", "the", "naïve", "日本語", "🙂", "x" * 300, *(f"word{k}" for k in range(2_000))]
    lines = [" ".join(chance.choices(words, k=chance.randrange(9))) for _ in range(LINES)]
    file = tmp_path_factory.mktemp("text") / "lines.txt"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def typescript(text: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the published program counts: the standard for all others."""
    return counted(ROOT / "examples/word_count/wordCount.ts", text, tmp_path_factory.mktemp("typescript"))


@pytest.fixture(scope="session", params=LANGUAGES)
def module(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp(request.param) / "word_count.wasm"
    subprocess.run([ROOT / f"examples/{request.param}_word_count/build.sh", target], check=True)
    return target


def counted(job: Path, text: Path, folder: Path, *options: str) -> dict[str, str]:
    database = folder / "counts.db"
    bindings = ["--bind", f"topic=file:{text}", "--bind", f"redis=sqlite:{database}"]
    command: list[str | Path] = [LIGHTFLUS, "run", job, *bindings, "--quiet", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(database) as connection:
        return {key: str(value) for key, value in connection.execute("select key, value from redis")}


def test_typescript_counts_what_python_counts(text: Path, typescript: dict[str, str]) -> None:
    lines = text.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert typescript == {word: str(n) for word, n in Counter(w for line in lines for w in line.split(" ")).items()}


@pytest.mark.parametrize("parallelism", ["1", "2"])
def test_a_guest_without_sdk_counts_what_typescript_counts(
    module: Path, parallelism: str, text: Path, typescript: dict[str, str], tmp_path: Path
) -> None:
    assert counted(module, text, tmp_path, "--parallelism", parallelism) == typescript


def test_a_guest_without_sdk_needs_no_more_than_a_portable_module(module: Path) -> None:
    assert inspect(module.read_bytes()).not_portable_because == ()
