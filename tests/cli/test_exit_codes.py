"""The table of exit codes in docs/cli.md: each of its rows by the command itself, with real servers."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from job_modules import write_job
from tools.servers import MariaDb, Redis
from tools.servers.mariadb import PASSWORD, USER
from tools.servers.ports import free_port

from lightflus.cli.guard import guarded
from lightflus.cli.main import app
from lightflus.model.graph import ResourceLimits

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMAND = [sys.executable, "-c", "from lightflus.cli.main import main; main()"]
PATIENCE = 60
TABLE = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", (DOCS / "cli.md").read_text(encoding="utf-8"), re.MULTILINE))


def code_of(*arguments: object) -> int:
    return guarded(lambda: app(list(map(str, arguments)), prog_name="lightflus"))


def run(job: Path, source: str, sink: str = "blackhole:", *options: str) -> int:
    return code_of("run", job, "--quiet", *options, "--bind", f"numbers={source}", "--bind", f"redis={sink}")


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_has_the_codes_that_are_tried_here() -> None:
    assert sorted(map(int, TABLE)) == [0, 1, 2, 70, 130]


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_0_what_was_asked_is_done(arguments: Sequence[str]) -> None:
    assert code_of(*arguments) == 0


def test_0_a_job_whose_sources_have_ended(numbers_job: Path) -> None:
    assert run(numbers_job, "generate:rows=9") == 0


@pytest.mark.parametrize(
    ("source", "sink"),
    [
        ("kafka://127.0.0.1:PORT/topic", "blackhole:"),
        ("kafka://no-such-host.invalid/topic", "blackhole:"),
        ("redis-stream://127.0.0.1:PORT/0?stream=s", "blackhole:"),
        ("generate:rows=9", "kafka://127.0.0.1:PORT/topic"),
        ("generate:rows=9", "redis://127.0.0.1:PORT/0?hash=h"),
        ("generate:rows=9", "redis://no-such-host.invalid/0?hash=h"),
        ("generate:rows=9", "mysql://me@127.0.0.1:PORT/d?table=t"),
        ("generate:rows=9", "mysql://me@no-such-host.invalid/d?table=t"),
    ],
)
def test_1_a_server_that_is_away_at_the_start(numbers_job: Path, source: str, sink: str) -> None:
    port = str(free_port())
    assert run(numbers_job, source.replace("PORT", port), sink.replace("PORT", port)) == 1


def test_1_a_database_file_that_another_program_holds(
    numbers_job: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.sqlite.sink._BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(inside / "held.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert run(numbers_job, "generate:rows=9", "sqlite:held.db") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["rum"],
        ["run"],
        ["run", "no-such-job.wasm"],
        ["run", "JOB", "--parallelism", "0"],
        ["run", "JOB", "--bind", "nobody=stdin:"],
        ["run", "JOB", "--bind", "numbers=file:no-such-file.txt", "--bind", "redis=blackhole:"],
        ["run", "JOB", "--bind", "numbers=generate:rows=9", "--bind", "redis=file:no/such/folder/out.jsonl"],
        ["run", "JOB", "--bind", "numbers=file:bad.txt", "--bind", "redis=blackhole:"],
        ["run", "JOB", "--bind", "numbers=file:13.txt", "--bind", "redis=blackhole:"],
        [
            "run",
            "JOB",
            "--bind",
            "numbers=generate:rows=9",
            "--bind",
            "redis=blackhole:",
            "--dead-letters",
            "no/such/x",
        ],
        ["build", "job.py"],
        ["inspect", "bad.txt"],
        ["verify", "bad.txt"],
        ["new", "folder"],
    ],
)
def test_2_what_the_person_can_mend(numbers_job: Path, inside: Path, arguments: Sequence[str]) -> None:
    (inside / "bad.txt").write_text("1\nx\n")
    (inside / "13.txt").write_text("13\n")
    (inside / "folder").mkdir()
    (inside / "folder" / "job.ts").touch()
    assert code_of(*(str(numbers_job) if word == "JOB" else word for word in arguments)) == 2


@pytest.mark.slow
@pytest.mark.parametrize("option", ["password=wrong", "table=nowhere", "table=small"])
def test_2_what_mysql_does_not_take(
    numbers_job: Path, inside: Path, mariadb: MariaDb, unique: Callable[[str], str], option: str
) -> None:
    (inside / "in.txt").write_text("1\n1000\n")
    database = mariadb.create_database(unique("codes"))
    with mariadb.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE small (`key` BIGINT PRIMARY KEY, value TINYINT)")
    right = {"host": "127.0.0.1", "port": str(mariadb.port), "user": USER, "password": PASSWORD, "table": "small"}
    options = {**right, "database": database, **dict([option.split("=")])}
    assert run(numbers_job, "file:in.txt", "mysql:?" + "&".join(f"{n}={quote(v)}" for n, v in options.items())) == 2


@pytest.mark.slow
@pytest.mark.parametrize("sink", ["redis://:wrong@127.0.0.1:PORT/0?hash=h", "redis://127.0.0.1:PORT/99?hash=h"])
def test_2_what_redis_does_not_take(numbers_job: Path, redis: Redis, sink: str) -> None:
    assert run(numbers_job, "generate:rows=9", sink.replace("PORT", str(redis.port))) == 2


def test_70_a_bug_of_ours(numbers_job: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("lightflus.cli.running.planned", lambda *_, **__: 1 / 0)
    assert run(numbers_job, "generate:rows=9") == 70


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_job_that_was_stopped(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    write_job(tmp_path / "job.wasm")
    bindings = ["-b", "numbers=stdin:", "-b", "redis=file:out.jsonl"]
    process = subprocess.Popen(
        [*COMMAND, "run", "job.wasm", "--json", *bindings],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"1\n")
    process.stdin.flush()
    events = map(json.loads, process.stdout)
    next(event for event in events if event["event"] == "progress" and event["operators"][0]["rows_in"])
    process.send_signal(sent)
    last = list(events)[-1]
    process.communicate(timeout=PATIENCE)
    assert (process.returncode, last["event"], last["is_stopped"]) == (code, "ended", True)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_130_a_job_that_was_cut_off(tmp_path: Path, sent: signal.Signals) -> None:
    write_job(tmp_path / "job.wasm", limits=ResourceLimits(memory_mib=8))
    (tmp_path / "in.txt").write_text("15\n")
    bindings = ["-b", "numbers=file:in.txt", "-b", "redis=blackhole:"]
    process = subprocess.Popen([*COMMAND, "run", "job.wasm", "--json", *bindings], cwd=tmp_path, stdout=subprocess.PIPE)
    assert process.stdout is not None
    next(line for line in process.stdout if b"progress" in line)
    process.send_signal(sent)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
