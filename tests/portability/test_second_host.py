"""Modules on a host that is not wasmtime: golden calls of every guest without SIMD, run on the JVM by Endive.

The host is tests/portability/host; Maven fetches its engine (pom.xml), javac compiles it, once per machine and change.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from guest_modules import NAMES

from lightflus.verify import write_golden
from lightflus.wasm import ArtefactCache

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
BUILD = ROOT / ".build" / "portability"
SOURCES = sorted((HERE / "host").glob("*.java"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def classpath() -> str:
    """The compiled host and its engine."""
    jars = BUILD / "jars"
    if not list(jars.glob("runtime-*.jar")):
        run("mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:16]
    classes = BUILD / f"classes-{digest}"
    if not classes.exists():
        run("javac", "-Xlint:all", "-Werror", "-cp", f"{jars}/*", "-d", str(classes), *map(str, SOURCES))
    return f"{classes}:{jars}/*"


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def played(classpath: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    command = ["java", "-cp", classpath, "host.Golden", *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def golden(guest: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A golden folder for each guest."""
    folders = []
    for name in NAMES:
        folder = tmp_path_factory.mktemp("golden")
        assert write_golden(guest(name).read_bytes(), folder, cache=ArtefactCache()) > 0
        folders.append(folder)
    return folders


def test_the_jvm_gives_what_the_engine_gives(classpath: str, golden: list[Path]) -> None:
    done = played(classpath, *golden)
    calls = sum(1 for folder in golden for _ in folder.glob("*.call"))
    assert (done.returncode, done.stdout) == (0, f"{calls} passed, 0 failed\n"), done.stderr


def test_the_second_host_sees_a_wrong_answer(classpath: str, golden: list[Path]) -> None:
    folder = golden[0]
    call = min(folder.glob("*-whole.call"))
    content = call.read_bytes()
    call.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        done = played(classpath, folder)
    finally:
        call.write_bytes(content)
    assert done.returncode == 1
    assert "the answer differs from byte" in done.stdout
