"""The ABI's numbers stand in three places (the document, Python, AssemblyScript) and must be equal in all of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pytest
from repository import ROOT

STRUCTS = {"**Call**": "CALL", "**Result**": "RESULT", "6.1 A batch": "ARRAY"}
"""What opens a struct's table in docs/abi.md -> prefix of its constants."""
ROW = re.compile(r"^\| (\d+) \| `(\w+)` \|", re.MULTILINE)
SIZE = re.compile(r"(\d+) bytes")
BITS = re.compile(r"bits: (\d+) output, (\d+) state")


def documented() -> dict[str, int]:
    """CALL_SIZE ... ARRAY_PRIVATE_DATA (offsets), CALL_BYTES, RESULT_BYTES, ARRAY_BYTES, WANTED_*."""
    text = (ROOT / "docs/abi.md").read_text(encoding="utf-8")
    found: dict[str, int] = {}
    for opening, prefix in STRUCTS.items():
        part = text[text.index(opening) :]
        size = SIZE.search(part)
        assert size
        found[f"{prefix}_BYTES"] = int(size.group(1))
        table = part[part.index("| offset |") :].split("\n\n")[0]
        found |= {f"{prefix}_{field.upper()}": int(offset) for offset, field in ROW.findall(table)}
    bits = BITS.search(text)
    assert bits
    return found | {"WANTED_OUTPUT": int(bits.group(1)), "WANTED_STATE": int(bits.group(2))}


def in_assemblyscript() -> dict[str, int]:
    text = (ROOT / "udf_sdk/typescript/assembly/abi.ts").read_text(encoding="utf-8")
    return {name: int(value, 0) for name, value in re.findall(r"^export const (\w+): u32 = (\w+);", text, re.MULTILINE)}


def in_python() -> dict[str, int]:
    tree = ast.parse((ROOT / "engine/lightflus/codec/abi.py").read_text(encoding="utf-8"))
    return {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
    }


def test_the_document_gives_every_struct_without_holes() -> None:
    numbers = documented()
    assert len(numbers) > 30
    assert numbers["CALL_BYTES"] == 72
    assert numbers["ARRAY_N_BUFFERS"] == 24


@pytest.mark.parametrize("copy", [in_assemblyscript, in_python])
def test_a_copy_says_what_the_document_says(copy: Callable[[], dict[str, int]]) -> None:
    mirrored = copy()
    assert {name: mirrored.get(name) for name in documented()} == documented()


@pytest.mark.parametrize("copy", [in_assemblyscript, in_python])
def test_a_copy_has_no_number_of_its_own(copy: Callable[[], dict[str, int]]) -> None:
    prefixes = ("CALL_", "RESULT_", "ARRAY_", "WANTED_")
    assert not {name for name in copy() if name.startswith(prefixes)} - documented().keys()
