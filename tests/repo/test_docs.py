"""The documents tell the truth where a machine can tell: names, links, commands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repository import ROOT, engine_modules, name_of, tracked

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"[\"'](LIGHTFLUS_[A-Z_]+)[\"']")
PAGES = tracked(".md")


def docs_text() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in tracked(".md", under="docs/"))


def shell_lines(text: str) -> list[str]:
    """Commands in the shell snippets of a page, continuation lines joined."""
    blocks = [body for language, body in FENCE.findall(text) if language in {"sh", "shell", "bash", "console"}]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_resolves(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [t.split("#")[0] for t in LINK.findall(prose) if "://" not in t and not t.startswith("#")]
    assert not [t for t in targets if not (page.parent / t).exists()]


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_heading_that_a_link_names_is_there(page: Path) -> None:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    named = [t.partition("#") for t in LINK.findall(prose) if "://" not in t and "#" in t]
    targets = [(page.parent / path if path else page, anchor) for path, _, anchor in named]
    assert not [f"{name_of(p)}#{a}" for p, a in targets if p.suffix == ".md" and a not in anchors(p)]


def test_every_error_class_is_documented() -> None:
    tree = ast.parse((ROOT / "engine/lightflus/errors.py").read_text(encoding="utf-8"))
    classes = {n.name for n in tree.body if isinstance(n, ast.ClassDef) and n.bases and not n.name.startswith("_")}
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    assert not sorted(name for name in classes if f"`{name}`" not in page)


def test_every_limit_is_documented_with_its_reason() -> None:
    done = subprocess.run(
        [sys.executable, "tools/limits_page.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    without = [row for row in (ROOT / "docs/limits.md").read_text().splitlines() if row.endswith("|  |")]
    assert not without, "a limit lacks the docstring that says why"


def test_every_setting_is_documented() -> None:
    names = {name for p in engine_modules() for name in SETTING.findall(p.read_text(encoding="utf-8"))}
    text = docs_text()
    assert not sorted(name for name in names if f"`{name}`" not in text)


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    missing = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = [t for line in [*shell_lines(text), *re.findall(r"`([^`\n]+)`", text)] for t in make_targets(line)]
        missing |= {f"{name_of(page)}: make {t}" for t in named if t not in targets}
    assert not sorted(missing)


def make_targets(command: str) -> list[str]:
    """`make check test` -> check, test; nothing for other commands."""
    words = command.split()
    return [w for w in words[1:] if re.fullmatch(r"[a-z-]+", w)] if words[:1] == ["make"] else []


def test_every_file_that_the_architecture_page_names_exists() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w./-]+\.(?:py|ts|rs|mjs|proto|md|wasm))`", page))
    homes = (ROOT, ROOT / "engine/lightflus", ROOT / "engine/kernel", ROOT / "udf_sdk/typescript", ROOT / "docs")
    assert not sorted(n for n in named if not any((home / n).exists() for home in homes))


def test_every_decision_record_has_its_number_and_its_parts() -> None:
    records = tracked(".md", under="docs/decisions/")
    assert records
    for number, record in enumerate(records, 1):
        text = record.read_text(encoding="utf-8")
        assert record.name.startswith(f"{number:04d}-"), name_of(record)
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{name_of(record)} lacks {part}"
