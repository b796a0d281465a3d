"""Rules that are checked without running anything: sections 1 and 2, and the table of section 3.

What it owns: the order of what `sandbox.inspect` finds, the source map, the portable profile. Any thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from lightflus.codec import abi
from lightflus.limits import PORTABLE_BODY_BYTES
from lightflus.sandbox.binary import body_sizes, function_names, section
from lightflus.sandbox.inspect import ModuleReport, broken_rules
from lightflus.sandbox.sourcemap import source_map
from lightflus.verify.report import RuleBroken
from lightflus.verify.subject import NotApplicable

CHECKED = {
    "1.1": "the sections, the memory, the size",
    "1.2": "every instruction, against the features that are accepted",
    "2": "the signatures of what it imports from `lightflus`",
    "2.1": "the signatures of what it imports from WASI",
    "2.2": "the names of its imports",
    "3": "the exports and their signatures",
}
"""The rules that `broken` looks at, and how."""


def broken(wasm: bytes) -> Iterator[RuleBroken]:
    """The static rules that a module breaks."""
    for one in broken_rules(wasm):
        yield RuleBroken(one.rule, one.text)


def check_source_map(wasm: bytes) -> None:
    """1.5. Raises RuleBroken, NotApplicable."""
    found = section(wasm, abi.SOURCEMAP_SECTION)
    if found is None:
        raise NotApplicable("it has no section lightflus.sourcemap")
    try:
        tree: object = json.loads(found)
    except ValueError as error:
        raise RuleBroken("1.5", f"the section is not JSON: {error}") from None
    version = tree.get("version") if isinstance(tree, dict) else None
    if version != 3:
        raise RuleBroken("1.5", f"the source map has version {version!r}", "3")
    offsets = source_map(found).offsets
    if not offsets:
        raise RuleBroken("1.5", "the source map maps nothing, or is damaged", "segments with byte offsets and sources")
    if offsets[-1] >= len(wasm):
        raise RuleBroken(
            "1.5", f"it maps byte {offsets[-1]} of a module of {len(wasm)} bytes", "byte offsets in the file"
        )


def portable_failures(wasm: bytes, report: ModuleReport) -> Iterator[RuleBroken]:
    """1.2, 1.3 and 1.7 for a module that says it is portable."""
    for reason in report.not_portable_because:
        rule = "1.2" if "SIMD" in reason else "1.3"
        yield RuleBroken(rule, reason, "the portable profile" if rule == "1.2" else "")
    sizes = body_sizes(wasm)
    large = [(size, index) for index, size in enumerate(sizes) if size > PORTABLE_BODY_BYTES]
    if large:
        size, index = max(large)
        imported = sum(wanted.kind == "function" for wanted in report.imports)
        others = f", and {len(large) - 1} more" if len(large) > 1 else ""
        name = function_names(wasm).get(index + imported, f"function {index + imported}")
        found = f"{name} has a body of {size:,} bytes{others}"
        yield RuleBroken("1.7", found, "split it: let an entry call its cases out of line")
