"""Writes docs/limits.md from the engine's files of limits, so that a bound and its reason stand once.

Usage: `tools/limits_page.py` writes the page, `--check` says whether it is current (exit code 1 if not).
Reads the source, imports nothing of Lightflus: a limit is a module-level `NAME: Final = value` and the docstring
after it.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = tuple(ROOT / "engine/lightflus" / f"{one}limits.py" for one in ("", "cluster_", "checkpoint_"))
PAGE = ROOT / "docs/limits.md"
HEAD = """# Limits

Every queue, buffer, name and loop has a bound. A job may ask for other values of guest memory and deadline in its graph
(`limits`). This page is written by `make generated` from `engine/lightflus/limits.py`, for a
cluster's processes `cluster_limits.py`, for checkpoints `checkpoint_limits.py`.

| name | value | what it bounds, and why |
|---|---|---|
"""
UNITS = {"KIB": 1024, "MIB": 1024 * 1024}


def value_of(node: ast.expr, known: Mapping[str, int]) -> int:
    """The number of a limit: literals, limits above it, products, sums and differences of those."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.BinOp):
        left, right = value_of(node.left, known), value_of(node.right, known)
        match node.op:
            case ast.Mult():
                return left * right
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
    raise SystemExit(f"line {node.lineno}: write a limit as a plain number of bytes, rows or milliseconds")


def in_words(name: str, value: int) -> str:
    """`16 MiB`, `8,192`, `10 ms`."""
    if name.endswith("_MS"):
        return f"{value:,} ms"
    if name.endswith("_SECONDS"):
        return f"{value:,} s"
    if name.endswith("_BYTES"):
        for unit, size in (("MiB", UNITS["MIB"]), ("KiB", UNITS["KIB"])):
            if value >= size and value % size == 0:
                return f"{value // size:,} {unit}"
        return f"{value:,} B"
    return f"{value:,}"


def page() -> str:
    """The text of docs/limits.md."""
    body = [node for source in SOURCES for node in ast.parse(source.read_text(encoding="utf-8")).body]
    rows = []
    known: dict[str, int] = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
            continue
        name = node.target.id
        known[name] = value_of(node.value, known)
        if name in UNITS:
            continue
        reason = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            reason = " ".join(after.value.value.split())
        rows.append(f"| `{name}` | {in_words(name, known[name])} | {reason} |\n")
    return HEAD + "".join(rows)


def main() -> int:
    """Writes or checks."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/limits.md is not what the limits in engine/lightflus say: run `make generated`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
