"""Norms of size and of what may not stand in a tracked file."""

from __future__ import annotations

import ast
import hashlib
import re

from repository import ROOT, engine_modules, is_generated, name_of, parsed, tracked, tracked_files

FILE_LINES = 400
"""A file that needs a table of contents is two files."""
FUNCTION_LINES = 60
PUBLISHED_WORD_COUNT = "0b32e63458be19c93972f213a791b3afbb020bf408dc96d074475e4281758a26"
"""SHA-256 of the program as it was published."""
SOURCES = (".py", ".ts", ".mjs", ".rs", ".sh", ".c")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|opt/wheels)/")
ADDRESSES = re.compile(r"https?://([\w.-]+)")


def test_the_published_word_count_stands_unchanged() -> None:
    program = (ROOT / "examples/word_count/wordCount.ts").read_bytes()
    assert hashlib.sha256(program).hexdigest() == PUBLISHED_WORD_COUNT


def test_no_file_grows_too_long() -> None:
    long = {
        name_of(p): lines
        for p in tracked(*SOURCES)
        if not is_generated(p) and (lines := p.read_text(encoding="utf-8").count("\n")) > FILE_LINES
    }
    assert not long


def test_no_python_function_grows_too_long() -> None:
    long = []
    for path in tracked(".py"):
        if is_generated(path):
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{name_of(path)}:{node.lineno} {node.name}: {lines} lines")
    assert not long


def test_every_engine_file_says_what_it_is() -> None:
    silent = [
        name_of(p) for p in engine_modules() if p.name != "__init__.py" and len(ast.get_docstring(parsed(p)) or "") < 60
    ]
    assert not silent


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in tracked_files():
        if path == ROOT / "tests/repo/test_style.py" or path.suffix in {".wasm", ".png"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if MACHINE_PATHS.search(line):
                found.append(f"{name_of(path)}:{number}")
    assert not found


def test_no_lock_file_names_the_host_that_packages_came_from() -> None:
    locks = [p for p in tracked_files() if p.name in {"package-lock.json", "requirements.lock", "Cargo.lock"}]
    assert locks
    found = {
        f"{name_of(p)}: {host}"
        for p in locks
        for host in ADDRESSES.findall(p.read_text(encoding="utf-8"))
        if p.name != "Cargo.lock"
    }
    allowed = ("opencollective.com", "github.com", "www.patreon.com", "tidelift.com")
    assert not {line for line in found if not line.endswith(allowed)}


def test_no_code_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|pytest\.skip|@pytest\.mark\.xfail")
    found = [
        f"{name_of(p)}:{number}"
        for p in tracked(*SOURCES)
        if name_of(p) != "tests/repo/test_style.py" and not is_generated(p)
        for number, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not found
