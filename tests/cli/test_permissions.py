"""What a module from elsewhere may touch: nothing in silence."""

from __future__ import annotations

import json
import os
import pty
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
import typer.main
from job_modules import KAFKA, REDIS, write_job

from lightflus.cli.main import app
from lightflus.cli.permissions import Permissions
from lightflus.cli.problems import render
from lightflus.cli.running import run_job
from lightflus.errors import LightflusError, NotAllowed, UserError
from lightflus.model.graph import Connector
from lightflus.model.policy import Right

FROM_FILE = Connector("file", {"path": "in.txt"})
TO_FILE = Connector("sqlite", {"path": "out.db", "table": "redis"})
BLACKHOLE = Connector("blackhole", {})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.txt").write_text("1\n2\n")
    return tmp_path


def run(
    source: Connector,
    sink: Connector,
    *bindings: str,
    secrets: tuple[str, ...] = (),
    is_all: bool = False,
    **grants: str,
) -> None:
    job = write_job(Path("job.wasm"), source=source, sink=sink)
    rights: Mapping[Right, list[str]] = {Right(name): [value] for name, value in grants.items()}
    permissions = Permissions(rights, is_all, secrets)
    run_job(job, bindings, 1, permissions=permissions, as_json=False, has_stats=False)


def written() -> list[tuple[int]]:
    with closing(sqlite3.connect("out.db")) as connection:
        return connection.execute("SELECT value FROM redis ORDER BY key").fetchall()


def refusal(*args: Connector | str, **flags: str) -> LightflusError:
    source, sink, *bindings = args
    assert isinstance(source, Connector)
    assert isinstance(sink, Connector)
    with pytest.raises(NotAllowed) as caught:
        run(source, sink, *map(str, bindings), **flags)  # type: ignore[arg-type]
    return caught.value


def test_a_module_reads_and_writes_no_file_in_silence(folder: Path) -> None:
    error = refusal(FROM_FILE, TO_FILE)
    assert "may not read in.txt" in str(error)
    assert "--allow-read=in.txt --allow-write=out.db" in str(error.hint)
    assert sorted(path.name for path in folder.iterdir()) == ["in.txt", "job.wasm"]


def test_flags_allow_what_they_name() -> None:
    run(FROM_FILE, TO_FILE, read="in.txt", write=".")
    assert written() == [(2,), (3,)]


def test_everything_may_be_allowed() -> None:
    run(FROM_FILE, TO_FILE, is_all=True)
    assert written() == [(2,), (3,)]


def test_what_the_operator_binds_needs_no_flag() -> None:
    run(KAFKA, REDIS, "numbers=file:in.txt", "redis=sqlite:out.db")
    assert written() == [(2,), (3,)]


def test_a_link_is_what_it_leads_to(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "in.txt").symlink_to(folder / "in.txt")
    for path in ("data/in.txt", "data/../in.txt", "data", "data/*.txt", "data/*/../../in.txt"):
        error = refusal(Connector("file", {"path": path}), BLACKHOLE, read="data")
        assert "may not read" in str(error), path


def test_a_host_and_a_secret_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LF_TEST_PW", "hunter2")
    sink = Connector("redis", {"host": "127.0.0.1", "port": "1", "password": "env:LF_TEST_PW"})
    hint = str(refusal(Connector("generate", {"rows": "1"}), sink).hint)
    assert "--allow-net=127.0.0.1:1 --allow-secret=LF_TEST_PW" in hint
    with pytest.raises(LightflusError, match="cannot be reached"):
        run(Connector("generate", {}), sink, net="127.0.0.1:1", secret="LF_TEST_PW")


def test_a_secret_of_the_operators_is_known_by_its_name(folder: Path) -> None:
    (folder / "pw").write_text("hunter2\n")
    sink = Connector("redis", {"host": "127.0.0.1", "port": "1", "password": "env:PW"})
    with pytest.raises(LightflusError, match="cannot be reached"):
        run(Connector("generate", {}), sink, net="127.0.0.1", secrets=("PW=file:pw",))
    with pytest.raises(UserError, match="does not say where"):
        run(Connector("generate", {}), sink, secrets=("PW=hunter2",))


def test_a_name_that_leads_to_this_machine_is_refused_before_anything_is_opened() -> None:
    sink = Connector("redis", {"host": "2130706433", "port": "1"})
    error = refusal(FROM_FILE, sink, read="in.txt", net="2130706433:1")
    assert "leads to 127.0.0.1" in str(error)


@pytest.mark.parametrize("bindings", [(), ("numbers=kafka://127.0.0.1:1/t?librdkafka.plugin.library.paths=/x.so",)])
def test_code_outside_the_sandbox_takes_a_flag_of_its_own_also_in_a_binding(bindings: tuple[str, ...]) -> None:
    options = {"brokers": "127.0.0.1:1", "topic": "numbers", "librdkafka.plugin.library.paths": "/x.so"}
    error = refusal(Connector("kafka", options), BLACKHOLE, *bindings, net="127.0.0.1:1")
    assert "run code outside the sandbox: /x.so" in str(error)
    assert "--allow-library=/x.so" in str(error.hint)


def test_a_binding_does_not_take_over_the_library_of_the_module() -> None:
    options = {"topic": "numbers", "librdkafka.plugin.library.paths": "/x.so"}
    with pytest.raises(LightflusError, match=r"no broker answers|cannot be reached|refused"):
        run(Connector("kafka", options), BLACKHOLE, "numbers=kafka://127.0.0.1:1/t")


def test_flags_bound_a_job_of_the_users_own_source_too() -> None:
    own = Permissions().policy(is_own=True)
    assert own.admits(Right.READ, "/etc/passwd")
    assert not own.admits(Right.LIBRARY, "/x.so")
    assert not Permissions({Right.NET: ["h"]}).policy(is_own=True).admits(Right.READ, "/etc/passwd")
    assert Permissions({Right.LIBRARY: ["/x.so"]}).policy(is_own=True).admits(Right.READ, "/etc/passwd")


@pytest.mark.parametrize(("right", "text"), [(Right.NET, "http://h"), (Right.READ, ""), (Right.NET, "a,")])
def test_a_flag_that_names_nothing_is_refused(right: Right, text: str) -> None:
    with pytest.raises(UserError):
        Permissions({right: [text]}).policy(is_own=False)


def test_inspect_lists_wishes_and_their_flags(capsys: pytest.CaptureFixture[str]) -> None:
    job = write_job(Path("job.wasm"), source=FROM_FILE, sink=TO_FILE)
    typer.main.get_command(app).main(["inspect", str(job)], standalone_mode=False)
    assert "wishes\n  read in.txt (" in capsys.readouterr().out
    typer.main.get_command(app).main(["inspect", str(job), "--json"], standalone_mode=False)
    wishes = json.loads(capsys.readouterr().out)["wishes"]
    assert [wish["flag"] for wish in wishes] == ["--allow-read=in.txt", "--allow-write=out.db"]
    typer.main.get_command(app).main(["inspect", str(job), "--json", "-b", "file=stdin:"], standalone_mode=False)
    wishes = json.loads(capsys.readouterr().out)["wishes"]
    assert [wish["right"] for wish in wishes] == ["write"]


def test_a_flag_alone_does_not_swallow_the_job() -> None:
    job = write_job(Path("job.wasm"), source=FROM_FILE, sink=TO_FILE)
    arguments = ["run", "-q", "--allow-read", "--allow-write", str(job)]
    typer.main.get_command(app).main(arguments, standalone_mode=False)
    assert written() == [(2,), (3,)]


def on_terminal(answer: bytes, source: Connector = FROM_FILE) -> tuple[int, str]:
    """Runs the job on a terminal; its exit code, and what the terminal has shown."""
    write_job(Path("job.wasm"), source=source, sink=TO_FILE)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from lightflus.cli.start import main; main()", "run", "-q", "job.wasm"]
    child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answer)
    shown = b""
    while True:
        try:
            more = os.read(ours, 4_096)
        except OSError:  # the child has closed its end
            break
        if not more:
            break
        shown += more
    os.close(ours)
    return child.wait(), shown.decode()


@pytest.mark.slow
def test_on_a_terminal_it_is_asked_once() -> None:
    code, shown = on_terminal(b"y\n")
    assert code == 0, shown
    assert "read in.txt" in shown
    assert "write out.db" in shown
    assert shown.count("[y/N]") == 1
    assert written() == [(2,), (3,)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [{"path": "a" * 300}, {"path": "in.txt", "format.registry": "odd"}], ids=["unreadable", "ambiguous"]
)
def test_what_nobody_can_judge_is_not_asked(options: dict[str, str]) -> None:
    code, shown = on_terminal(b"y\n", Connector("file", options))
    assert (code, "[y/N]" in shown) == (2, False), shown


@pytest.mark.slow
@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"])
def test_whatever_is_no_yes_is_a_no(answer: bytes, folder: Path) -> None:
    code, shown = on_terminal(answer)
    assert code == 2
    assert "--allow-read=in.txt" in shown.replace("\r\n", "")
    assert not (folder / "out.db").exists()


HOSTILE = "a\nerror: forged\x1b[2J\x9b1m\u202eb\u2028c\r"


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_what_a_module_names_is_shown_cleaned(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    options = dict.fromkeys(("brokers", "group", "format.schema"), HOSTILE)
    source = Connector("kafka", {"topic": "t", "sasl.password": f"env:{HOSTILE}", **options})
    job = write_job(Path("job.wasm"), source=source, sink=Connector("file", {"path": HOSTILE}))
    typer.main.get_command(app).main(["inspect", str(job), *more], standalone_mode=False)
    with pytest.raises(NotAllowed) as caught:
        typer.main.get_command(app).main(["run", str(job), *more], standalone_mode=False)
    shown = "".join(capsys.readouterr()) + render(caught.value).plain
    assert "forged" in shown
    assert not any(row.strip().startswith("error: forged") for row in shown.split("\n"))
    assert all(row.isprintable() for row in shown.split("\n"))
