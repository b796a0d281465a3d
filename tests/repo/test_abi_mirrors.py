"""The ABI's numbers stand in four places (document, Python, AssemblyScript, Rust) and must be equal in all of them."""

from __future__ import annotations

import re
from struct import Struct, calcsize

from repository import ROOT

from lightflus.codec import abi

STRUCTS = {"**Call**": "CALL", "**Result**": "RESULT", "6.1 A batch": "ARRAY"}
"""What opens a struct's table in docs/abi.md -> prefix of its constants."""
ROW = re.compile(r"^\| (\d+) \| `(\w+)` \|", re.MULTILINE)
SIZE = re.compile(r"(\d+) bytes")
BITS = re.compile(r"bits: (\d+) output, (\d+) state")
SIGNATURE = re.compile(r"^\| ((?:`[\w.]+` ?)+)\| `\(([^)]*)\) -> (\(\)|i32)`", re.MULTILINE)
DOCUMENT = (ROOT / "docs/abi.md").read_text(encoding="utf-8")


def documented() -> dict[str, int]:
    """CALL_SIZE ... ARRAY_PRIVATE_DATA (offsets), CALL_BYTES, RESULT_BYTES, ARRAY_BYTES, WANTED_*."""
    found: dict[str, int] = {}
    for opening, prefix in STRUCTS.items():
        part = DOCUMENT[DOCUMENT.index(opening) :]
        size = SIZE.search(part)
        assert size
        found[f"{prefix}_BYTES"] = int(size.group(1))
        table = part[part.index("| offset |") :].split("\n\n")[0]
        found |= {f"{prefix}_{field.upper()}": int(offset) for offset, field in ROW.findall(table)}
    bits = BITS.search(DOCUMENT)
    assert bits
    return found | {"WANTED_OUTPUT": int(bits.group(1)), "WANTED_STATE": int(bits.group(2))}


def signatures() -> dict[str, tuple[str, str]]:
    """Imports and exports as in codec/abi.py: a letter per parameter and result."""
    found = {}
    for names, parameters, result in SIGNATURE.findall(DOCUMENT):
        for name in re.findall(r"`([\w.]+)`", names):
            found[name] = ("i" * parameters.count("i32"), "i" if result == "i32" else "")
    return found


def in_assemblyscript() -> dict[str, int]:
    text = (ROOT / "udf_sdk/typescript/assembly/abi.ts").read_text(encoding="utf-8")
    return {name: int(value, 0) for name, value in re.findall(r"^export const (\w+): u32 = (\w+);", text, re.MULTILINE)}


def in_rust() -> dict[str, int]:
    text = (ROOT / "udf_sdk/rust/lightflus/src/abi.rs").read_text(encoding="utf-8")
    return {
        name: int(value) for name, value in re.findall(r"^pub const (\w+): (?:usize|u32) = (\d+);", text, re.MULTILINE)
    }


def offsets(layout: Struct) -> list[int]:
    """Where each field of a struct begins."""
    formats = layout.format.removeprefix("<")
    return [calcsize("<" + formats[:k]) for k, letter in enumerate(formats) if letter != "x"]


def named(prefix: str, layout: Struct, fields: tuple[str, ...]) -> dict[str, int]:
    places = zip(fields, offsets(layout), strict=True)
    return {f"{prefix}_{name.upper()}": at for name, at in places if name} | {f"{prefix}_BYTES": layout.size}


def test_the_document_gives_every_struct() -> None:
    assert len(documented()) == 38
    assert len(signatures()) == 13


def test_assemblyscript_says_what_the_document_says() -> None:
    assert in_assemblyscript() == documented()


def test_rust_says_what_the_document_says() -> None:
    assert in_rust() == documented()


def test_python_says_what_the_document_says() -> None:
    array_fields = tuple(name.removeprefix("ARRAY_").lower() for name in documented() if name.startswith("ARRAY_"))
    copy = (
        named("CALL", abi.CALL, abi.CALL_FIELDS)
        | named("RESULT", abi.RESULT, abi.RESULT_FIELDS)
        | named("ARRAY", abi.ARRAY, array_fields[1:])
        | {"WANTED_OUTPUT": abi.WANTS_OUTPUT, "WANTED_STATE": abi.WANTS_STATE}
    )
    assert copy == documented()


def test_python_knows_the_documented_imports_and_exports() -> None:
    imports = {f"{abi.IMPORT_MODULE}.{name}": (parameters, "") for name, parameters in abi.IMPORTS.items()}
    assert imports | abi.EXPORTS | abi.OPTIONAL_EXPORTS == signatures()


def test_python_knows_the_documented_sections() -> None:
    assert f"`{abi.JOB_SECTION}`" in DOCUMENT
    assert f"`{abi.SOURCEMAP_SECTION}`" in DOCUMENT
