"""Guests built from source, for tests: the toolchain is brought by tools/setup.sh, or the test fails saying how."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lightflus.model.graph import Function, JobGraph
from lightflus.proto.convert import graph_to_json

ROOT = Path(__file__).resolve().parents[2]
HEADER = ROOT / "udf_sdk" / "c"
PORTABLE = ["-mbulk-memory", "-msign-ext", "-mnontrapping-fptoint", "-mmutable-globals"]
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
LINK = ["-Wl,--no-entry", "-Wl,-z,stack-size=65536", "-Wl,--stack-first"]


def graph_of(*functions: Function) -> bytes:
    """A graph of functions without operators: enough to call them."""
    return graph_to_json(JobGraph(job="guest", namespace="default", operators=(), functions=functions))


def c_guest(source: Path, graph: bytes, folder: Path) -> bytes:
    """Compiles a C guest that includes `graph.h`."""
    subprocess.run([ROOT / "tools/setup.sh", "clang"], check=True)
    numbers = ",".join(map(str, graph))
    (folder / "graph.h").write_text(f"static const char GRAPH[] = {{{numbers},0}};\n", encoding="utf-8")
    target = folder / f"{source.stem}.wasm"
    features = ["--target=wasm32", "-std=c11", "-O2", "-nostdlib", "-ffreestanding", *PORTABLE]
    places = [f"-I{HEADER}", f"-I{folder}"]
    subprocess.run(["clang", *features, *WARNINGS, *places, *LINK, "-o", target, source], check=True)
    return target.read_bytes()
