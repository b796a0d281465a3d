"""Modules on a host that is not wasmtime: golden calls of the portable guests, run on the JVM by Endive.

The host is tests/portability/host; Maven fetches its engine (pom.xml), javac compiles it, once per machine and change.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from lightflus.sandbox.inspect import inspect
from lightflus.verify import write_golden
from lightflus.wasm import ArtefactCache

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
BUILD = ROOT / ".build" / "portability"
SOURCES = sorted((HERE / "host").glob("*.java"))
LIGHTFLUS = Path(sys.executable).with_name("lightflus")
WITHOUT_SDK = [ROOT / "examples" / folder / "build.sh" for folder in ("c_word_count", "wat_word_count")]
JOBS = sorted(
    [
        *ROOT.glob("examples/*/*.ts"),
        *ROOT.glob("examples/*/Cargo.toml"),
        *ROOT.glob("udf_sdk/samples/*.wasm"),
        *WITHOUT_SDK,
    ],
    key=str,
)

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
def golden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Golden folders by name, of every job that is portable."""
    folder = tmp_path_factory.mktemp("golden")
    found = {}
    for job in JOBS:
        module = folder / f"{job.parent.name}-{job.stem}.wasm"
        if job.suffix == ".wasm":
            module.write_bytes(job.read_bytes())
        elif job.suffix == ".sh":
            run(str(job), str(module))
        else:
            run(str(LIGHTFLUS), "build", str(job), "-o", str(module))
        wasm = module.read_bytes()
        if inspect(wasm).is_portable:
            assert write_golden(wasm, folder / module.stem, cache=ArtefactCache()) > 0
            found[module.stem] = folder / module.stem
    return found


def test_the_jvm_gives_what_the_engine_gives(classpath: str, golden: dict[str, Path]) -> None:
    assert len(golden) >= 4
    done = played(classpath, *golden.values())
    calls = sum(1 for folder in golden.values() for _ in folder.glob("*.call"))
    assert (done.returncode, done.stdout) == (0, f"{calls} passed, 0 failed\n"), done.stderr


def test_the_second_host_sees_a_wrong_answer(classpath: str, golden: dict[str, Path]) -> None:
    folder = next(iter(golden.values()))
    call = min(folder.glob("*-whole.call"))
    content = call.read_bytes()
    call.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        done = played(classpath, folder)
    finally:
        call.write_bytes(content)
    assert done.returncode == 1
    assert "the answer differs from byte" in done.stdout
