"""Writes the Python code of the protocol files: `python proto/generate.py`; `--check` only says whether it is current.

What it owns: the way from `proto/**/*.proto` to `engine/lightflus/proto/**` (code by grpcio-tools, types by
mypy-protobuf; both are development tools). The result is checked in, so that an installation needs neither.
What it leaves: turning messages into the engine's own values (`lightflus/proto/convert.py`).
"""

from __future__ import annotations

import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent
TARGET = ROOT.parent / "engine" / "lightflus" / "proto"
PACKAGES = ("coordinator", "lightflus", "lightflus/v1", "worker")


def generate(target: Path) -> list[Path]:
    """Writes the code of every protocol file below `target` and returns the files, relative to it."""
    sources = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.proto"))
    includes = resources.files("grpc_tools") / "_proto"
    plugin = Path(sys.executable).parent / "protoc-gen-mypy"
    arguments = [f"-I{ROOT}", f"-I{includes}", f"--plugin=protoc-gen-mypy={plugin}"]
    arguments += [f"--python_out={target}", f"--mypy_out=quiet:{target}"]
    if protoc.main(["protoc", *arguments, *sources]) != 0:
        raise SystemExit("protoc failed")
    return sorted(path.relative_to(target) for path in target.rglob("*_pb2.py*") if path.suffix in {".py", ".pyi"})


def stale() -> list[str]:
    """Names of checked-in files that differ from what the protocol files say now."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = generate(Path(folder))
        return [str(name) for name in fresh if not _is_equal(Path(folder) / name, TARGET / name)]


def _is_equal(fresh: Path, kept: Path) -> bool:
    return kept.exists() and fresh.read_bytes() == kept.read_bytes()


def main() -> None:
    """Generates, or with `--check` compares."""
    if sys.argv[1:] == ["--check"]:
        if names := stale():
            raise SystemExit(f"not current: {', '.join(names)}; run: python proto/generate.py")
        return
    for package in PACKAGES:
        (TARGET / package).mkdir(parents=True, exist_ok=True)
        (TARGET / package / "__init__.py").write_text('"""Generated code; see proto/generate.py."""\n')
    generate(TARGET)


if __name__ == "__main__":
    main()
