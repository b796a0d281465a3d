"""The jail: work in a child is like a call, and ends at its bounds, with its asker, and by nothing else's fault."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import jail_tasks
import pytest
from jail_tasks import BOUNDS, SIGNALS

from lightflus.errors import GuestTrapped, InternalError, JobInvalid, ModuleInvalid, Problem
from lightflus.jail import Bounds, Exceeded, Jail, Task, ask
from lightflus.jail.telling import from_plain
from lightflus.limits import JAIL_ERROR_CHARACTERS


def landlock_version() -> int:
    """0 and less: there is none."""
    return int(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is started as a program gets the search path of this process."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def test_work_answers_what_it_would_here() -> None:
    request = os.urandom(900_000)
    assert ask(jail_tasks.echo, request, BOUNDS) == request


@pytest.mark.parametrize(
    ("task", "what"), [(jail_tasks.spin, "time"), (jail_tasks.hoard, "memory"), (jail_tasks.grow, "answer")]
)
def test_work_ends_at_its_bounds(task: Task, what: str) -> None:
    with pytest.raises(Exceeded) as caught:
        ask(task, b"", Bounds(1, 64 << 20, 1 << 20))
    assert caught.value.what == what


def test_work_that_waits_is_given_up() -> None:
    begun = time.monotonic()
    with pytest.raises(Exceeded, match="time"):
        ask(jail_tasks.sleep, b"", Bounds(1, 64 << 20, 1 << 20))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(("number", "what"), SIGNALS.items())
def test_a_child_that_the_system_ends_has_exceeded_something(number: int, what: str) -> None:
    with pytest.raises(Exceeded) as caught:
        ask(jail_tasks.die, str(int(number)).encode(), BOUNDS)
    assert caught.value.what == what


def test_a_child_that_crashes_is_our_own_bug_and_no_other_child_notices() -> None:
    with pytest.raises(InternalError, match="ended with code -11"):
        ask(jail_tasks.die, str(int(signal.SIGSEGV)).encode(), BOUNDS)
    assert ask(jail_tasks.echo, b"next", BOUNDS) == b"next"


def test_errors_come_back_as_what_they_are() -> None:
    with pytest.raises(GuestTrapped, match="trapped") as trapped:
        ask(jail_tasks.fail, b"trap", BOUNDS)
    error = trapped.value
    assert (error.function, error.row, error.position, error.frames, error.hint) == (
        *(3, 4, "job.ts:1:2"),
        ("f", "g"),
        "look",
    )
    with pytest.raises(JobInvalid) as invalid:
        ask(jail_tasks.fail, b"job", BOUNDS)
    assert invalid.value.problems == (Problem("one", "a", "b", "c", "d"), Problem("two"))
    with pytest.raises(InternalError, match="ZeroDivisionError in the jail: oh"):
        ask(jail_tasks.fail, b"bug", BOUNDS)


def test_a_long_error_is_cut() -> None:
    with pytest.raises(ModuleInvalid) as caught:
        ask(jail_tasks.fail, b"long", BOUNDS)
    assert len(str(caught.value)) <= JAIL_ERROR_CHARACTERS + 3
    assert caught.value.where == "here"


@pytest.mark.parametrize("said", [b"", b"{}", b"[]", b'{"kind": 1}', b'{"kind": "JobInvalid", "text": 3}', b"\xff"])
def test_an_error_that_cannot_be_read_is_our_own_bug(said: bytes) -> None:
    assert type(from_plain(said)) is InternalError


def test_a_child_can_name_no_other_class() -> None:
    assert type(from_plain(b'{"kind": "SystemExit", "text": "x", "where": null, "hint": null}')) is InternalError


def test_lines_come_while_it_works_and_are_harmless() -> None:
    heard: list[tuple[int, str]] = []
    assert ask(jail_tasks.lines, b"", BOUNDS, lambda level, text: heard.append((level, text))) == b"done"
    assert heard == [(2, "�[2Jone⏎error: two")]


def test_a_child_that_talks_without_end_is_ended() -> None:
    with pytest.raises(Exceeded, match="answer"):
        ask(jail_tasks.flood, b"", BOUNDS)


def test_a_child_has_no_environment_and_few_files() -> None:
    assert ask(jail_tasks.look, b"", BOUNDS) == repr((["RAYON_NUM_THREADS"], 5, (0, 0), True)).encode()


@pytest.mark.skipif(landlock_version() < 6, reason="this kernel has no Landlock, or an early one: Linux 6.12 has")
def test_a_child_reads_writes_runs_and_reaches_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = f"{secret}:{listening.getsockname()[1]}".encode()
        assert ask(jail_tasks.touch, asked, BOUNDS).split() == [b"PermissionError"] * 7
    assert secret.read_text() == "s"


def test_a_child_finds_what_is_installed_when_it_first_needs_it() -> None:
    assert ask(jail_tasks.late_import, b"", BOUNDS) == b"Decimal"


def test_inside_the_jail_work_is_done_by_the_same_child() -> None:
    found = ask(jail_tasks.nested, b"7:", BOUNDS)
    assert found.startswith(b"7:")
    assert int(found[2:]) != os.getpid()


def test_children_of_many_askers_work_at_the_same_time() -> None:
    found: list[bytes] = []

    def one(number: int) -> None:
        found.append(ask(jail_tasks.echo, str(number).encode(), BOUNDS))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, found)) == list(range(20))


class Enough(Exception):
    """What ends the asker in the middle of a conversation."""


def test_a_child_ends_with_its_asker() -> None:
    pids: list[int] = []

    def heard(_level: int, text: str) -> None:
        pids.append(int(text))
        raise Enough

    with pytest.raises(Enough):
        ask(jail_tasks.sleep, b"", BOUNDS, heard)
    assert is_gone_soon(pids[0])


def test_a_server_that_was_ended_is_started_again() -> None:
    own = Jail()
    assert own.ask(jail_tasks.echo, b"one", BOUNDS, print) == b"one"
    own.close()
    assert own.ask(jail_tasks.echo, b"two", BOUNDS, print) == b"two"
    own.close()


PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv[1])
import jail_tasks
from lightflus.jail import ask
ask(jail_tasks.sleep, b"", jail_tasks.BOUNDS, lambda _level, text: print(text, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_program_with_one_thread_forks_and_its_end_is_the_end_of_all(number: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        begun = time.monotonic()
        program.send_signal(number)
        program.wait()
        assert time.monotonic() - begun < 1
    assert is_gone_soon(pid)


def test_the_threads_of_a_command_line_do_not_keep_it_from_forking() -> None:
    loaded = "import pyarrow, lightflus.cli.inspecting; from lightflus.jail import asking"
    program = f"{loaded}; print(asking._has_one_thread())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def is_gone_soon(pid: int) -> bool:
    """Whether a process ends within some seconds."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            continue
        return True
    return False
