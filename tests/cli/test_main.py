"""The command line's shape."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lightflus import __version__
from lightflus.cli.guard import guarded
from lightflus.cli.main import app

COMMANDS = ("new", "build", "inspect", "run", "verify", "doctor")


def answer(*arguments: str) -> int:
    return guarded(lambda: app(list(arguments), prog_name="lightflus"))


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("--help") == 0
    said = capsys.readouterr().out
    assert all(f" {command} " in said for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(command, "--help") == 0
    assert f"Example: lightflus {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_shows_no_type_beside_a_flag(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(*command, "--help") == 0
    assert "bool" not in capsys.readouterr().out


@pytest.mark.parametrize("group", [[], ["dead-letters"]])
def test_a_command_above_others_alone_shows_its_help(group: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(*group) == 2
    assert " ".join(["lightflus", *group, "[OPTIONS] COMMAND"]) in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("--version") == 0
    assert capsys.readouterr().out == f"lightflus {__version__}\n"


@pytest.mark.parametrize("arguments", [["frob"], ["run"], ["run", "--nope", "x"], ["run", "x.wasm", "-p", "0"]])
def test_a_wrong_command_line_is_the_users_fault(arguments: list[str]) -> None:
    assert answer(*arguments) == 2


@pytest.mark.parametrize("command", ["build", "inspect", "verify"])
def test_with_json_an_error_is_an_object_on_standard_output(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(command, "none.ts", "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["error"]["message"] == "there is no such file"


@pytest.mark.parametrize(
    "arguments", [["build"], ["inspect", "a.ts", "b.ts"], ["verify", "a.wasm", "--nope"], ["doctor", "x"], ["frob"]]
)
def test_with_json_wrong_use_is_an_object_too(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(*arguments, "--json") == 2
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is False
    assert said["error"]["kind"] == "UserError"


def test_with_json_wrong_use_of_run_is_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("run", "a.ts", "--json", "-p", "0") == 2
    said = json.loads(capsys.readouterr().out)
    assert said["event"] == "failed"
    assert "'--parallelism'" in said["error"]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_while_the_command_line_loads_ends_it_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("import sys; print('loading', flush=True); sys.stdin.read()")
    process = subprocess.Popen(
        [sys.executable, "-c", "from lightflus.cli.start import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == b""
    assert process.returncode == -signal.SIGINT


def test_help_loads_none_of_the_engine() -> None:
    program = (
        "import sys; from lightflus.cli.main import app\n"
        "print([m for m in ('pyarrow', 'trio', 'wasmtime', 'google.protobuf') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to this limit")
def test_a_machine_without_room_for_an_instance_is_no_bug_of_ours(numbers_job: Path) -> None:
    program = "from lightflus.cli.main import main; main()"
    limited = 'ulimit -v 4000000; exec "$@"'
    bindings = ["--bind", "numbers=generate:", "--bind", "redis=blackhole:"]
    done = subprocess.run(
        ["sh", "-c", limited, "sh", sys.executable, "-c", program, "run", str(numbers_job), *bindings],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: the system has no memory for another instance: ")
    assert "ulimit -v" in done.stderr


def test_sigterm_ends_any_command_as_ctrl_c_does() -> None:
    program = """
import os, signal, time
from lightflus.cli.main import app, main

@app.command()
def wait():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    finally:
        print("cleared away")

main()
"""
    done = subprocess.run([sys.executable, "-c", program, "wait"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (130, "cleared away\n"), done.stderr


@pytest.mark.parametrize("arguments", [["run", "{}"], ["build", "{}.ts"], ["inspect", "{}/job.wasm"]])
def test_a_name_that_no_file_can_have_is_the_users_fault(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(*(argument.format("x" * 300) for argument in arguments)) == 2
    assert capsys.readouterr().err.startswith("error: there is no such file")
