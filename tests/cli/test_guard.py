"""The boundary of every command."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lightflus.cli.guard import guarded
from lightflus.errors import BindingInvalid, InternalError, SinkFailed


def raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SystemExit(0), 0),
        (SystemExit(None), 0),
        (SystemExit(130), 130),
        (KeyboardInterrupt(), 130),
        (BindingInvalid("x"), 2),
        (SinkFailed("x"), 1),
        (PermissionError(13, "Permission denied", "/tmp"), 1),
        (MemoryError(), 1),
    ],
)
def test_every_end_has_its_exit_code(error: BaseException, code: int) -> None:
    assert guarded(raising(error)) == code


def test_a_command_that_returns_is_a_success() -> None:
    assert guarded(lambda: None) == 0


@pytest.mark.parametrize("error", [RuntimeError("odd"), InternalError("odd"), AssertionError("odd")])
def test_a_bug_of_ours_is_a_few_words_and_a_report_in_a_file(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == 70
    said = capsys.readouterr().err
    assert "this is a bug in Lightflus" in said
    assert "Traceback" not in said
    found = re.search(r"report it with (\S+);", said)
    assert found is not None
    report = Path(found[1])
    assert "Traceback" in report.read_text()
    report.unlink()


@pytest.mark.parametrize("error", [RuntimeError("odd"), BindingInvalid("odd")])
def test_a_traceback_is_shown_to_who_asks_for_it(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIGHTFLUS_DEBUG", "1")
    guarded(raising(error))
    assert "Traceback" in capsys.readouterr().err


def test_what_the_system_refuses_is_no_bug_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(OSError(errno.ENOSPC, "No space left on device", "/tmp/x.y")))
    said = capsys.readouterr().err
    assert said.startswith("error: the system refuses: No space left on device\n  --> /tmp/x.y\n")


def test_an_error_that_cannot_be_shown_is_not_lost_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    error = SinkFailed("the disk is full")
    error.hint = NotText()
    assert guarded(raising(error)) == 1
    assert "error: the disk is full" in capsys.readouterr().err


class NotText(str):
    """What no screen can show."""

    def translate(self, _table: object) -> str:
        raise RecursionError
