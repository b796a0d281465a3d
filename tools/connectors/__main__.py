"""Writes what is made from proto/connectors: `python -m tools.connectors`; `--check` only says whether it is current.

What it owns: which file is made by which module beside this one. All of it is checked in, so that no build needs this.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.connectors import assembly, engine, pages, rust, typescript
from tools.connectors.schema import ROOT

SDK = ROOT / "udf_sdk"


def texts() -> Iterator[tuple[Path, str]]:
    """Every file that is made, with its text."""
    yield SDK / "typescript/src/generated.ts", typescript.text()
    yield SDK / "typescript/assembly/generated.ts", assembly.text()
    yield SDK / "typescript/compiler/generated.ts", assembly.compiler_text()
    yield SDK / "rust/lightflus/src/connectors/generated.rs", rust.text()
    yield ROOT / "engine/lightflus/model/schemas.py", engine.text()
    yield from pages.texts()


def main() -> int:
    """Writes, or with `--check` compares."""
    is_check = sys.argv[1:] == ["--check"]
    stale = [(path, text) for path, text in texts() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        if not is_check:
            path.write_text(text, encoding="utf-8")
            continue
        print(f"{path.relative_to(ROOT)} is not what proto/connectors says: run `make generated`", file=sys.stderr)
    return int(is_check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
