"""`lightflus run`, in this process, on a job by hand."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from job_modules import UNLUCKY

from lightflus.cli.running import run_job
from lightflus.errors import BindingInvalid, GuestError, LightflusError, RecordInvalid, UserError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(
    job: Path, *numbers: object, as_json: bool = False, has_stats: bool = True, sink: str = "sqlite:out.db"
) -> None:
    Path("in.txt").write_text("".join(f"{number}\n" for number in numbers))
    run_job(job, ["numbers=file:in.txt", f"redis={sink}"], 1, as_json=as_json, has_stats=has_stats)


def written() -> list[tuple[int, int]]:
    with closing(sqlite3.connect("out.db")) as connection:
        return connection.execute("SELECT key, value FROM redis ORDER BY key").fetchall()


def events(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_job_runs_from_its_source_to_its_sink(numbers_job: Path) -> None:
    run(numbers_job, 1, 2, "", 41)
    assert written() == [(2, 2), (3, 3), (42, 42)]


def test_a_summary_goes_to_standard_error(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, 1, 2, 3)
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.split()[1] for line in said.err.splitlines() if "3" in line and "│" in line] == [
        "numbers",
        "plus-one",
        "redis",
    ]


def test_quiet_says_nothing(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, 1, has_stats=False)
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_rows_for_standard_output_are_alone_there(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, 1, 2, sink="stdout:")
    assert capsys.readouterr().out == '{"key":2,"value":2}\n{"key":3,"value":3}\n'


def test_json_tells_the_beginning_and_the_end(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, 1, 2, as_json=True)
    first, *_, last = events(capsys.readouterr().out)
    assert (first["event"], first["job"], first["subtasks"]) == ("started", "numbers", 1)
    assert (last["event"], last["is_stopped"]) == ("ended", False)
    operators = last["operators"]
    assert isinstance(operators, list)
    assert [(o["name"], o["rows_in"], o["rows_out"]) for o in operators] == [
        ("numbers", 2, 2),
        ("plus-one", 2, 2),
        ("redis", 2, 2),
    ]


@pytest.mark.parametrize("number", UNLUCKY)
def test_a_guest_that_fails_is_named_with_function_record_and_place(
    numbers_job: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(GuestError) as caught:
        run(numbers_job, 1, 2, number, 4, as_json=True)
    error = caught.value
    assert (type(error).__name__, error.operator, error.function) == (UNLUCKY[number], "plus-one", 0)
    assert error.record == "in.txt:3"
    assert error.where is not None
    assert error.where.startswith("job.ts:")
    assert events(capsys.readouterr().out)[-1]["event"] == "failed"


def test_a_bad_record_ends_the_job_with_its_position(numbers_job: Path) -> None:
    with pytest.raises(RecordInvalid, match="the record should be int64") as caught:
        run(numbers_job, 1, 2, '"three"')
    assert caught.value.where == "in.txt:3:1"


def test_standard_output_cannot_be_data_and_report_at_once(numbers_job: Path) -> None:
    with pytest.raises(BindingInvalid, match="with --json"):
        run(numbers_job, 1, as_json=True, sink="stdout:")


def test_an_unwritable_sink_is_found_before_a_record_is_read(numbers_job: Path) -> None:
    with pytest.raises(BindingInvalid, match="unable to open"):
        run(numbers_job, 13, sink="sqlite:none/out.db")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "it is empty"),
        (b"#!/bin/sh\n", "not a WebAssembly file"),
        (b"\0asm\1\0\0\0\1", "truncated"),
        (b"\0asm\1\0\0\0", "does not export lf_abi_v1"),
    ],
)
def test_a_file_that_is_no_module_is_refused_with_its_name(folder: Path, content: bytes, text: str) -> None:
    path = folder / "job.wasm"
    path.write_bytes(content)
    with pytest.raises(LightflusError, match=text) as caught:
        run(path, 1)
    assert (caught.value.domain, caught.value.where) == ("user", str(path))


def test_a_missing_job_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        run(folder / "job.ts", 1)


def test_a_file_name_that_is_no_text_can_be_read_and_be_told(numbers_job: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"in\xff.txt")
    (tmp_path / name).write_text("1\n")
    run_job(numbers_job, [f"numbers=file:{name}", "redis=sqlite:out.db"], 1, as_json=True, has_stats=True)
    assert written() == [(2, 2)]
    with pytest.raises(BindingInvalid, match="no such file"):
        run_job(numbers_job, [f"numbers=file:no{name}", "redis=sqlite:out.db"], 1, as_json=False, has_stats=True)
