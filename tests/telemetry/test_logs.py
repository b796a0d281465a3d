"""Logs of a cluster's processes: a line each, whatever stands in them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SAYING = """
import logging
from lightflus.telemetry.logs import LogForm, log_to_stderr
log_to_stderr(LogForm(%r), process="worker", worker="w1")
log = logging.getLogger("lightflus.worker")
log.info("job %%s: running", "a\\nb\\x1b[31m", extra={"namespace": "team", "process_count": 2})
log.debug("nobody wants to know")
logging.getLogger("of.a.library").info("nor this")
logging.getLogger("of.a.library").warning("but this")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("a part failed")
"""


def said(form: str) -> list[str]:
    """On standard error, by a process of its own."""
    told = subprocess.run([sys.executable, "-c", SAYING % form], capture_output=True, text=True, check=True)
    assert not told.stdout
    return told.stderr.splitlines()


def test_each_line_is_an_object_that_says_which_process_it_is() -> None:
    first, second, third = map(json.loads, said("json"))
    assert (first["level"], first["logger"], first["process"]) == ("info", "lightflus.worker", "worker")
    assert (first["worker"], first["namespace"], first["process_count"]) == ("w1", "team", 2)
    assert (second["logger"], second["message"]) == ("of.a.library", "but this")
    assert "ZeroDivisionError" in third["trace"]
    assert first["at"].endswith("Z")


def test_what_others_have_written_moves_no_cursor_and_begins_no_line() -> None:
    assert "\x1b" not in json.loads(said("json")[0])["message"]
    line = said("text")[0]
    assert "\x1b" not in line
    assert "info    job a" in line


def test_for_people_a_traceback_stands_below_its_line() -> None:
    lines = said("text")
    assert [line.split(" ", 2)[1:] for line in lines[1:3]] == [["warning", "but this"], ["error", "  a part failed"]]
    assert lines[-1] == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize(("form", "is_object"), [("text", False), ("json", True)])
def test_the_error_that_ends_a_process_has_the_form_of_its_log(form: str, is_object: bool) -> None:
    program = "from lightflus.cli.start import main; main()"
    command = [sys.executable, "-c", program, "coordinator", "--listen", "nowhere", "--log-format", form]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr.startswith("{") is is_object
    if is_object:
        (line,) = told.stderr.splitlines()
        assert json.loads(line)["error"]["kind"] == "UserError"
