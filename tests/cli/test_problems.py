"""Errors on a screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.cli.problems import exit_code, render, to_json
from lightflus.errors import (
    BindingInvalid,
    BuildFailed,
    GuestTrapped,
    InternalError,
    JobInvalid,
    LightflusError,
    Problem,
    RecordInvalid,
    SinkFailed,
    ToolMissing,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BindingInvalid("x"), 2),
        (RecordInvalid("x"), 2),
        (GuestTrapped("x"), 2),
        (ToolMissing("x"), 2),
        (SinkFailed("x"), 1),
        (InternalError("x"), 70),
    ],
)
def test_the_exit_code_says_whose_fault_it_is(error: LightflusError, code: int) -> None:
    assert exit_code(error) == code


def test_a_problem_shows_the_line_and_points_at_the_column() -> None:
    error = RecordInvalid("this is bad", where="book.txt:2:5", hint="mend it")
    error.source = "two words"
    assert render(error).plain == (
        "error: this is bad\n  --> book.txt:2:5\n  |\n2 | two words\n  |     ^\n  help: mend it\n"
    )


def test_no_file_is_read_for_a_place(tmp_path: Path) -> None:
    path = tmp_path / "passwd"
    path.write_text("hunter2\n")
    assert "hunter2" not in render(RecordInvalid("this is bad", where=f"{path}:1:1")).plain


def test_a_diagnostic_brings_its_own_line_and_code() -> None:
    problem = Problem("no regex", where="gone.ts:12:3", hint="use split", code="LF204", source="  f(/x/)")
    assert render(BuildFailed("x", (problem,))).plain == (
        "error[LF204]: no regex\n  --> gone.ts:12:3\n   |\n12 |   f(/x/)\n   |   ^\n  help: use split\n"
    )


def test_a_long_line_is_cut_around_its_column() -> None:
    text = render(BuildFailed("x", (Problem("bad", where="a.ts:1:5001", source="a" * 5_000 + "b" * 5_000),))).plain
    line, caret = text.splitlines()[3:5]
    assert len(line) < 120
    assert line[caret.index("^")] == "b"
    assert line[caret.index("^") - 1] == "a"


def test_all_problems_are_shown_up_to_a_screen() -> None:
    text = render(JobInvalid("x", tuple(Problem(f"problem {n}", where="reduce-1") for n in range(14)))).plain
    assert "problem 9\n" in text
    assert "problem 10" not in text
    assert text.endswith("... and 4 more\n")


def test_an_operator_is_no_place_to_open() -> None:
    assert render(SinkFailed("full", where="topic -> redis")).plain == "error: full\n  in: topic -> redis\n"


def test_a_guest_error_names_operator_and_record_once() -> None:
    error = GuestTrapped("unreachable", position="job.ts:3:9", operator="map-1", record="in.txt:7", frames=("f",))
    assert render(error).plain == ("error: unreachable\n  --> job.ts:3:9\n  operator: map-1\n  record: in.txt:7\n")
    told = GuestTrapped("map-1, record in.txt:7: unreachable", operator="map-1", record="in.txt:7")
    assert render(told).plain == "error: map-1, record in.txt:7: unreachable\n"


def test_text_of_others_cannot_move_the_cursor() -> None:
    assert "\x1b" not in render(RecordInvalid("\x1b[2J\x07", where="a\x1b[1m.txt:1", hint="\x9b2J")).plain


HOSTILE = "a\nerror: forged\x1b[2J\x9b1m\u202eb\ud800\u2028c\r\0"


@pytest.mark.parametrize(
    "error",
    [
        RecordInvalid(HOSTILE, where=HOSTILE, hint=HOSTILE),
        RecordInvalid(HOSTILE, where=f"{HOSTILE}:1:1"),
        GuestTrapped(HOSTILE, operator=HOSTILE, record=HOSTILE + "x", rule=HOSTILE, function=1, frames=(HOSTILE,) * 9),
        GuestTrapped("x", rule=HOSTILE, function=1, frames=(HOSTILE,) * 9, position=f"{HOSTILE}:1"),
        BuildFailed("x", (Problem(HOSTILE, f"{HOSTILE}:1:1", HOSTILE, HOSTILE, HOSTILE),)),
    ],
)
def test_text_of_others_begins_no_line_and_has_nothing_harmful(error: LightflusError) -> None:
    rows = render(error).plain.split("\n")
    assert not any(row.startswith("error: forged") for row in rows)
    assert all(row.isprintable() for row in rows)
    assert [row[:3] for row in rows].count("err") == 1


def test_json_has_everything_that_the_error_knows() -> None:
    error = GuestTrapped("boom", function=2, row=7, position="a.ts:1:2", frames=("f",), hint="mend")
    assert to_json(error) == {
        "kind": "GuestTrapped",
        "message": "boom",
        "where": "a.ts:1:2",
        "hint": "mend",
        "function": 2,
        "row": 7,
        "position": "a.ts:1:2",
        "frames": ["f"],
    }
    problems = to_json(JobInvalid("x", (Problem("a", code="LF1"), Problem("b"))))["problems"]
    assert problems == [{"text": "a", "code": "LF1"}, {"text": "b"}]


def test_a_message_of_any_length_fits_on_a_screen() -> None:
    huge = "x" * 100_000
    assert len(render(BindingInvalid(huge, where=huge, hint=huge)).plain) < 5_000
