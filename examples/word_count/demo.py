"""`make demo`: the published word count on its own sentence, on 100 MB of text, and counted again by someone else.

Owns the story and the text; everything else is the `lightflus` command as a person would type it. The large text is the
Python standard library's own sources, which every machine has, repeated. The second opinion is one line of plain Python
in a process of its own, and every single count must agree.
"""

from __future__ import annotations

import codecs
import itertools
import json
import shlex
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("examples/word_count")
WORK = Path(".build/demo")
LIGHTFLUS = str(Path(".venv/bin/lightflus"))
TEXT_BYTES = 100_000_000
TOP = 10
ONE_LINER = (
    "import sys, json, collections, itertools; print(json.dumps(collections.Counter(itertools.chain.from_iterable("
    r'line.rstrip("\n").split(" ") for line in open(sys.argv[1], encoding="utf-8", newline="\n")))))'
)


def say(text: str = "") -> None:
    """Prints at once, so that our lines and a child's stay in order."""
    print(text, flush=True)


def lightflus(*arguments: str) -> float:
    """Shows a command, runs it on this terminal, returns its wall time; ends the demo if it fails."""
    say(f"$ lightflus {shlex.join(arguments)}")
    begin = time.perf_counter()
    done = subprocess.run([LIGHTFLUS, *arguments], check=False)
    if done.returncode != 0:
        raise SystemExit(f"the command ended with code {done.returncode}")
    return time.perf_counter() - begin


def count(source: Path, database: Path) -> float:
    """Runs the job from a file into a fresh database."""
    for leftover in database.parent.glob(f"{database.name}*"):
        leftover.unlink()
    module = WORK / "wordCount.wasm"
    return lightflus("run", str(module), "--bind", f"topic=file:{source}", "--bind", f"redis=sqlite:{database}")


def counts_in(database: Path) -> dict[str, int]:
    """What the job left in its table."""
    with sqlite3.connect(database) as connection:
        return {key: int(value) for key, value in connection.execute("select key, value from redis")}


def expect(found: dict[str, int], expected: dict[str, int]) -> None:
    """Ends the demo if two counts differ."""
    if found != expected:
        different = {w for w in found.keys() | expected.keys() if found.get(w) != expected.get(w)}
        raise SystemExit(f"the counts differ for {len(different)} words, e.g. {sorted(different)[:3]}")


def own_sentence() -> None:
    """Three of each word; six when the line comes again."""
    say("\n1. The published program, unmodified, becomes one WebAssembly module")
    lightflus("build", str(HOME / "wordCount.ts"), "-o", str(WORK / "wordCount.wasm"))
    sentence = (HOME / "lines.txt").read_text(encoding="utf-8")
    for times, title in ((1, "2. It counts its own sentence"), (2, "3. And again, when the line comes twice")):
        say(f"\n{title}")
        source = WORK / f"sentence-{times}.txt"
        source.write_text(sentence * times, encoding="utf-8")
        count(source, WORK / "sentence.db")
        found = counts_in(WORK / "sentence.db")
        say("   " + ", ".join(f"{word} {number}" for word, number in found.items()))
        expect(found, {"hello": 3 * times, "world": 3 * times})


def library_sources() -> Iterator[bytes]:
    """The files of the standard library that are plain UTF-8 lines, each ending in a line feed."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py")):
        if {"site-packages", "dist-packages"}.intersection(path.parts):
            continue
        text = path.read_bytes()
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if text and not {0x00, 0x0D}.intersection(text) and not text.startswith(codecs.BOM_UTF8):
            yield text if text.endswith(b"\n") else text + b"\n"


def large_text() -> Path:
    """The standard library's sources, repeated to about 100 MB."""
    target = WORK / "text.txt"
    if target.exists() and target.stat().st_size >= TEXT_BYTES:
        return target
    parts = itertools.cycle(list(library_sources()))
    with target.open("wb") as out:
        while out.tell() < TEXT_BYTES:
            out.write(next(parts))
    return target


def book() -> None:
    """The large text: live view, top words, words per second, and a second opinion."""
    text = large_text()
    size = text.stat().st_size
    say(f"\n4. A large text: the Python standard library, repeated to {size / 1e6:.0f} MB")
    seconds = count(text, WORK / "text.db")
    found = counts_in(WORK / "text.db")
    words = sum(found.values())
    say(f"\n   {words:,} words, {len(found):,} different, in {seconds:.1f} s: {words / seconds:,.0f} words/s")
    say(f"   the {TOP} most frequent:")
    for word, number in sorted(found.items(), key=lambda item: -item[1])[:TOP]:
        say(f"   {number:>12,}  {word if word else '(nothing, between two spaces)'}")
    say("\n5. A second opinion: the same count in one line of plain Python")
    say(f"$ python3 -c {shlex.quote(ONE_LINER)} {text}")
    begin = time.perf_counter()
    answer = subprocess.run([sys.executable, "-c", ONE_LINER, str(text)], capture_output=True, text=True, check=True)
    other: dict[str, int] = json.loads(answer.stdout)
    expect(found, other)
    say(f"\n   it took {time.perf_counter() - begin:.1f} s, and all {len(found):,} counts agree")


def main() -> None:
    """The five steps."""
    if Path.cwd() != ROOT:
        raise SystemExit("run it as `make demo`, from the top of the checkout")
    WORK.mkdir(parents=True, exist_ok=True)
    own_sentence()
    book()


if __name__ == "__main__":
    main()
