"""The engine's copy of the ABI's numbers is what docs/abi.md says."""

from __future__ import annotations

import re
from pathlib import Path

from lightflus.codec import abi

PAGE = (Path(__file__).parents[2] / "docs" / "abi.md").read_text(encoding="utf-8")
LETTERS = {"i32": "i", "i64": "I"}


def table_after(heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its two head lines."""
    lines = PAGE[PAGE.index(heading) :].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = [line for line in lines[start:] if line.startswith("|") or not line]
    body = rows[2 : rows.index("")] if "" in rows else rows[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def letters(text: str) -> str:
    return "".join(LETTERS[kind] for kind in re.findall(r"i32|i64", text))


def test_structs_have_the_pages_fields_and_sizes() -> None:
    call = [(int(cells[0]), cells[1].strip("`")) for cells in table_after("**Call**")]
    assert tuple(name for _, name in call) == abi.CALL_FIELDS
    assert "**Call** (88 bytes" in PAGE
    assert abi.CALL.size == 88
    result = [cells[1].strip("`") for cells in table_after("**Result**")]
    assert tuple(result) == abi.RESULT_FIELDS
    assert "**Result** (28 bytes)" in PAGE
    assert abi.RESULT.size == 28
    assert abi.ARRAY.size == 64


def test_imports_are_the_pages() -> None:
    imports = {
        cells[0].strip("`").removeprefix(f"{abi.IMPORT_MODULE}."): letters(cells[1].split("->")[0])
        for cells in table_after("## 2. Imports")
    }
    assert imports == abi.IMPORTS


def test_exports_are_the_pages() -> None:
    found: dict[str, tuple[str, str]] = {}
    for cells in table_after("## 3. Exports"):
        if "->" in cells[1]:
            params, result = cells[1].split("->")
            found |= {name: (letters(params), letters(result)) for name in re.findall(r"`(\w+)`", cells[0])}
    assert found == abi.EXPORTS | abi.OPTIONAL_EXPORTS


def test_sections_are_the_pages() -> None:
    assert f"`{abi.JOB_SECTION}`" in PAGE
    assert f"`{abi.SOURCEMAP_SECTION}`" in PAGE
