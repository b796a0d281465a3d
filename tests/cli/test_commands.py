"""The `lightflus` command as a process: the TypeScript compiler, signals, pipes, exit codes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from job_modules import write_job

from lightflus.model.graph import ResourceLimits

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORD_COUNT = ROOT / "examples" / "word_count" / "wordCount.ts"
COMMAND = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
PATIENCE = 300
"""Seconds that a program may take: far more than it needs, since other tests run beside it."""


def lightflus(folder: Path, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, input=stdin, capture_output=True, check=False, timeout=PATIENCE
    )


def rows(database: Path) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        return {str(key): str(value) for key, value in connection.execute("SELECT key, value FROM redis")}


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("module")
    done = lightflus(folder, "build", str(WORD_COUNT), "-o", "wordCount.wasm", "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["ok"] is True
    return folder / "wordCount.wasm"


def count(folder: Path, module: Path, text: bytes) -> dict[str, str]:
    (folder / "lines.txt").write_bytes(text)
    done = lightflus(folder, "run", str(module), "-b", "topic=file:lines.txt", "-b", "redis=sqlite:out.db")
    assert done.returncode == 0, done.stderr.decode()
    return rows(folder / "out.db")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"hello hello hello world world world\n", {"hello": "3", "world": "3"}),
        (b"hello hello hello world world world\n" * 2, {"hello": "6", "world": "6"}),
        ("héllo 日本 😀 😀\r\n\r\n日本".encode(), {"héllo": "1", "日本": "2", "😀": "2", "": "1"}),
        (b"\xef\xbb\xbfa a", {"a": "2"}),
        (b"a " * 5_000_000 + b"b\n", {"a": "5000000", "b": "1"}),
        (b"", {}),
    ],
    ids=["sentence", "twice", "unicode", "bom", "10-mb-line", "empty"],
)
def test_the_published_word_count_counts(tmp_path: Path, module: Path, text: bytes, expected: dict[str, str]) -> None:
    assert count(tmp_path, module, text) == expected


def test_a_source_is_built_once_and_run_from_anywhere(tmp_path: Path) -> None:
    arguments = ("run", str(WORD_COUNT), "-q", "-b", "topic=stdin:", "-b", "redis=stdout:")
    first = lightflus(tmp_path, *arguments, stdin=b"a b\n")
    second = lightflus(tmp_path, *arguments, stdin=b"a b\n")
    assert first.stdout == second.stdout == b'{"key":"a","value":"1"}\n{"key":"b","value":"1"}\n', first.stderr.decode()
    assert list(Path(os.environ["XDG_CACHE_HOME"]).glob("lightflus/builds/*.build"))


def test_a_program_that_typescript_refuses_shows_the_users_line(tmp_path: Path) -> None:
    text = WORD_COUNT.read_text().replace("v.t0.toString()", "v.t9.toString()")
    (tmp_path / "job.ts").write_text(text)
    done = lightflus(tmp_path, "build", "job.ts")
    said = done.stderr.decode()
    assert (done.returncode, "Traceback" in said) == (2, False)
    assert "error[TS2339]" in said
    assert "--> job.ts:21:30" in said
    assert ".valueExtractor((v) => v.t9.toString())" in said
    assert not (tmp_path / "job.wasm").exists()


def test_a_source_may_be_named_like_an_option(tmp_path: Path) -> None:
    (tmp_path / "--job.ts").write_bytes(WORD_COUNT.read_bytes())
    done = lightflus(tmp_path, "build", "-o", "job.wasm", "--", "--job.ts")
    assert done.returncode == 0, done.stderr.decode()


def test_a_new_project_runs_and_checks_as_one_types(tmp_path: Path) -> None:
    assert lightflus(tmp_path, "new", "clicks").returncode == 0
    project = tmp_path / "clicks"
    done = lightflus(project, "run", "job.ts", "-b", "lines=file:data/lines.txt", "-b", "redis=sqlite:out.db")
    assert done.returncode == 0, done.stderr.decode()
    assert rows(project / "out.db")["the"] == "4"
    quiet: Sequence[str] = ("--offline", "--no-audit", "--no-fund", "--silent")
    subprocess.run(["npm", "install", *quiet], cwd=project, check=True, timeout=PATIENCE)
    tsc = ROOT / "udf_sdk/typescript/node_modules/typescript-compiler-api/lib/tsc.js"
    checked = subprocess.run(
        ["node", str(tsc), "-p", "."], cwd=project, capture_output=True, check=False, timeout=PATIENCE
    )
    assert checked.returncode == 0, checked.stdout.decode()


def start_looping(folder: Path) -> subprocess.Popen[bytes]:
    """A job whose guest loops for ever on its first record; answers when it runs."""
    write_job(folder / "job.wasm", limits=ResourceLimits(memory_mib=8))
    (folder / "in.txt").write_text("15\n")
    arguments = ["run", "job.wasm", "--json", "-b", "numbers=file:in.txt", "-b", "redis=sqlite:out.db"]
    process = subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "started"
    assert json.loads(process.stdout.readline())["event"] == "progress"
    return process


@pytest.mark.parametrize("signals", [1, 2])
def test_ctrl_c_ends_even_a_guest_that_loops_for_ever(tmp_path: Path, signals: int) -> None:
    process = start_looping(tmp_path)
    began = time.monotonic()
    for _ in range(signals):
        process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said.decode()
    assert "Traceback" not in said.decode()
    assert json.loads(out.splitlines()[-1])["event"] == "cancelled"
    assert time.monotonic() - began < 9, "less than the deadline of the call, 10 s"


def test_sigterm_drains_what_was_read(tmp_path: Path) -> None:
    write_job(tmp_path / "job.wasm")
    arguments = ["run", "job.wasm", "--json", "-b", "numbers=stdin:", "-b", "redis=sqlite:out.db"]
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"1\n2\n")
    process.stdin.flush()
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["operators"][0]["rows_in"] == 2:
            break
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said.decode()
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["is_stopped"]) == ("ended", True)
    assert rows(tmp_path / "out.db") == {"2": "2", "3": "3"}


def test_a_reader_that_goes_away_ends_the_job_without_words(tmp_path: Path) -> None:
    write_job(tmp_path / "job.wasm")
    arguments = ["run", "job.wasm", "-q", "-b", "numbers=generate:rows=0,distinct=10", "-b", "redis=stdout:"]
    process = subprocess.Popen([*COMMAND, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=PATIENCE) == 1
    process.stderr.close()
