"""Finding Node.js and the compiler; `doctor`; what the compiler answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lightflus.build import toolchain
from lightflus.build.typescript import compile_typescript
from lightflus.cli import doctor
from lightflus.errors import BuildFailed, InternalError, ToolMissing


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH, and a folder to put things there."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr(toolchain, "_node_of_wheel", lambda: None)
    monkeypatch.setattr(toolchain, "_BUNDLED", tmp_path / "bundled")
    return path


def install_node(machine: Path, version: str, answer: str = "") -> None:
    """A program that says its version as Node.js does, and answers everything else with a text."""
    quoted = answer.replace("'", "'\\''")
    script = f"#!/bin/sh\nif [ \"$1\" = --version ]; then echo {version}; else printf '%s' '{quoted}'; fi\n"
    (machine / "node").write_text(script)
    (machine / "node").chmod(0o755)


def install_compiler(machine: Path) -> None:
    folder = machine.parent / "bundled"
    folder.mkdir()
    (folder / "lf-tsc.mjs").touch()
    (folder / "lightflus-api-0.1.0.tgz").touch()
    (machine.parent / "job.ts").touch()


def test_node_is_taken_from_the_path(machine: Path) -> None:
    install_node(machine, "v22.1.0")
    assert toolchain.find_node() == toolchain.Node(str(machine / "node"), "22.1.0")


def test_without_node_the_message_says_how_to_get_it(machine: Path) -> None:
    with pytest.raises(ToolMissing, match="there is none on this machine") as caught:
        toolchain.find_node()
    assert "pip install 'lightflus[node]'" in str(caught.value.hint)


@pytest.mark.parametrize(("version", "text"), [("v18.19.0", "is version 18.19.0"), ("hello", "is no working Node.js")])
def test_an_old_or_broken_node_is_named(machine: Path, version: str, text: str) -> None:
    install_node(machine, version)
    with pytest.raises(ToolMissing, match=text):
        toolchain.find_node()


def test_an_installation_without_compiler_says_so(machine: Path) -> None:
    with pytest.raises(ToolMissing, match="not in this installation") as caught:
        toolchain.find_compiler()
    assert "make sdk" in str(caught.value.hint)


def test_the_compilers_diagnostics_become_problems(machine: Path) -> None:
    install_compiler(machine)
    diagnostic = {"file": "job.ts", "line": 3, "column": 9, "code": "LF201", "message": "no", "source": "x", "hint": ""}
    install_node(machine, "v22.0.0", json.dumps({"ok": False, "diagnostics": [diagnostic]}))
    with pytest.raises(BuildFailed) as caught:
        compile_typescript(machine.parent / "job.ts")
    (problem,) = caught.value.problems
    assert (problem.where, problem.code, problem.text, problem.hint) == ("job.ts:3:9", "LF201", "no", None)


def test_a_compiler_that_breaks_is_a_bug_of_ours(machine: Path) -> None:
    install_compiler(machine)
    install_node(machine, "v22.0.0", "Segmentation fault")
    with pytest.raises(InternalError, match="Segmentation fault"):
        compile_typescript(machine.parent / "job.ts")


def test_doctor_names_what_is_missing_and_how_to_get_it(machine: Path) -> None:
    findings = {finding.name: finding for finding in doctor.examine()}
    assert [name for name, finding in findings.items() if finding.is_needed and not finding.is_fine] == [
        "node",
        "typescript compiler",
    ]
    assert all(finding.hint for finding in findings.values() if not finding.is_fine)


def test_doctor_is_content_with_a_whole_machine(machine: Path) -> None:
    install_node(machine, "v22.0.0")
    install_compiler(machine)
    assert not [f for f in doctor.examine() if f.is_needed and not f.is_fine]
