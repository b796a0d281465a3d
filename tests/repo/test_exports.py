"""What the package shows to the outside: every file imports by itself and quietly, and promises are kept."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest
from repository import PACKAGE, engine_modules, name_of, parsed

MODULES = [
    ".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__") for p in engine_modules()
]
HEAVY = {"pyarrow", "wasmtime", "google.protobuf", "trio"}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_and_has_what_it_promises(name: str) -> None:
    module = importlib.import_module(name)
    promised = getattr(module, "__all__", ())
    assert not [n for n in promised if not hasattr(module, n)]


def test_importing_everything_prints_nothing_and_starts_no_thread() -> None:
    lines = [*(f"import {name}" for name in MODULES), "import threading; print(threading.active_count())"]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_the_package_itself_loads_nothing_heavy() -> None:
    program = "import lightflus, lightflus.errors, lightflus.limits, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY.intersection(done.stdout.split())


def test_no_file_does_work_when_it_is_imported() -> None:
    found = []
    for path in engine_modules():
        for node in parsed(path).body:
            is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            is_hook = isinstance(node, ast.Expr) and ast.unparse(node).startswith("os.register_at_fork(")
            if isinstance(node, ast.For | ast.While | ast.With | ast.Expr) and not (is_text or is_hook):
                found.append(f"{name_of(path)}:{node.lineno}")
    assert not found
