"""The wheel is enough: in an empty environment it builds and runs TypeScript jobs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command outside the checkout, with nothing of it on Python's path."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("lightflus-*.whl")
    return built


@pytest.fixture(scope="module")
def lightflus(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that has the wheel and what it depends on, and nothing else."""
    home = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    pip = (sys.executable, "-m", "pip", "--python", home / "venv/bin/python", "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=home)
    return home / "venv/bin/lightflus"


def test_the_wheel_carries_kernel_and_compiler_and_nothing_of_the_workshop(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "lightflus/kernel/kernel.wasm" in names
    assert any(n.startswith("lightflus/bundled/typescript/") and n.endswith(".mjs") for n in names)
    assert any(n.startswith("lightflus/bundled/typescript/lightflus-api-") and n.endswith(".tgz") for n in names)
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert not [n for n in names if not n.startswith(("lightflus/", "lightflus-"))]
    assert not [n for n in names if "node_modules" in n or "/tests/" in n or "__pycache__" in n]


def test_the_wheel_stays_small(wheel: Path) -> None:
    assert wheel.stat().st_size < 20 * 1024 * 1024


def test_the_published_program_runs_from_the_wheel(lightflus: Path, tmp_path: Path) -> None:
    for name in ("wordCount.ts", "lines.txt"):
        (tmp_path / name).write_bytes((ROOT / "examples/word_count" / name).read_bytes())
    binds = ["--bind", "topic=file:lines.txt", "--bind", "redis=sqlite:out.db"]
    run(lightflus, "run", "wordCount.ts", *binds, cwd=tmp_path)
    with sqlite3.connect(tmp_path / "out.db") as database:
        assert database.execute("select key, value from redis order by key").fetchall() == [
            ("hello", "3"),
            ("world", "3"),
        ]


def test_a_new_project_builds_from_the_wheel(lightflus: Path, tmp_path: Path) -> None:
    run(lightflus, "new", "counter", cwd=tmp_path)
    (job,) = [
        p
        for p in (tmp_path / "counter").rglob("*.ts")
        if not p.name.endswith(".d.ts") and "node_modules" not in p.parts
    ]
    run(lightflus, "build", job, "-o", "job.wasm", cwd=tmp_path)
    assert (tmp_path / "job.wasm").read_bytes().startswith(b"\0asm")


def test_doctor_finds_nothing_wrong_with_an_installed_wheel(lightflus: Path, tmp_path: Path) -> None:
    assert run(lightflus, "doctor", cwd=tmp_path)
