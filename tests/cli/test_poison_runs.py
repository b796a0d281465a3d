"""`lightflus run --poison`, and looking at what it has put aside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from job_modules import UNLUCKY

from lightflus.cli.dead_letters import Choice, export_letters, list_letters, show_letter
from lightflus.cli.running import letters_file, run_job
from lightflus.compose.resuming import Wanted
from lightflus.errors import BindingInvalid, GuestError, UserError
from lightflus.model.graph import BadRecords

LETTERS = Path("numbers.dead-letters.jsonl")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(
    job: Path,
    numbers: list[int],
    poison: BadRecords | None,
    *,
    letters_to: str | None = None,
    checkpoints: Wanted | None = None,
    as_json: bool = False,
) -> list[int]:
    """Runs and answers the keys that reached the sink."""
    Path("in.txt").write_text("".join(f"{number}\n" for number in numbers))
    run_job(
        job,
        ["numbers=file:in.txt", "redis=sqlite:out.db"],
        1,
        poison=poison,
        dead_letters=letters_to,
        checkpoints=checkpoints,
        as_json=as_json,
        has_stats=True,
    )
    with closing(sqlite3.connect("out.db")) as database:
        return [key for (key,) in database.execute("SELECT key FROM redis ORDER BY key")]


def letters() -> list[dict[str, object]]:
    return [json.loads(line) for line in LETTERS.read_text().splitlines()]


@pytest.mark.parametrize(("number", "kind"), UNLUCKY.items())
def test_whatever_a_record_does_to_its_guest_only_it_is_put_aside(numbers_job: Path, number: int, kind: str) -> None:
    numbers = [*range(100, 3_000), number, *range(3_000, 5_000)]
    assert run(numbers_job, numbers, BadRecords.DEAD_LETTER) == list(range(101, 5_001))
    (letter,) = letters()
    assert (letter["kind"], letter["operator"], letter["position"]) == (kind, "plus-one", "in.txt:2901")
    place = "job.ts:7:3" if kind == "GuestAborted" else "job.ts:3:9"  # its own word, else where the function stands
    assert (letter["record"], letter["job"], letter["where"]) == (number, "numbers", place)
    assert str(letter["function"]) == "map function 0 at job.ts:3:9"


def test_behind_a_file_a_poison_record_ends_the_job_where_nothing_is_said(numbers_job: Path) -> None:
    with pytest.raises(GuestError, match=r"record in.txt:2"):
        run(numbers_job, [1, 13, 2], None)
    assert not LETTERS.exists()


def test_poison_records_are_counted_for_programs(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, [1, 13, 13, 2], BadRecords.DROP, as_json=True)
    ended = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {one["name"]: one["poisoned"] for one in ended["operators"]}["plus-one"] == 2


def test_a_run_says_how_many_were_put_aside_and_where(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER)
    said = capsys.readouterr().err
    assert "records put aside: 2, in numbers.dead-letters.jsonl" in said
    assert "poison records: 2" in said


def test_list_has_a_line_for_each(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER)
    capsys.readouterr()
    list_letters(LETTERS, Choice(), as_json=False)
    said = "".join(capsys.readouterr().out.split())
    assert "2letters" in said
    assert "in.txt:3" in said


def test_show_has_all_of_one(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER)
    capsys.readouterr()
    show_letter(LETTERS, 2, as_json=False)
    said = capsys.readouterr().out
    assert "record: 14" in said
    assert "kind: GuestAborted" in said
    with pytest.raises(UserError, match="there is no letter 3"):
        show_letter(LETTERS, 3, as_json=False)


def test_export_has_those_that_are_meant_and_leaves_out_what_is_no_letter(
    numbers_job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER)
    with LETTERS.open("a") as file:
        file.write("no letter\n")
    capsys.readouterr()
    export_letters(LETTERS, Choice(kind="GuestTrapped"))
    said = capsys.readouterr()
    assert [json.loads(line) for line in said.out.splitlines()] == letters_of(13)
    assert "left out 1 line without a dead letter" in said.err


def letters_of(number: int) -> list[dict[str, object]]:
    lines = LETTERS.read_text().splitlines()
    return [found for line in lines if line.startswith("{") and (found := json.loads(line))["record"] == number]


def test_letters_may_go_to_any_sink(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER, letters_to="sqlite:letters.db")
    with closing(sqlite3.connect("letters.db")) as database:
        (rows,) = zip(*database.execute('SELECT value FROM "dead-letters"'), strict=True)
    assert [json.loads(row)["record"] for row in rows] == [13, 14]
    assert not LETTERS.exists()
    assert "records put aside: 2, in sqlite:" in capsys.readouterr().err


def test_with_checkpoints_they_may_go_to_a_sink_that_takes_part(numbers_job: Path) -> None:
    kept = Wanted("checkpoints", every=1)
    run(numbers_job, [1, 13, 14], BadRecords.DEAD_LETTER, letters_to="sqlite:letters.db", checkpoints=kept)
    with closing(sqlite3.connect("letters.db")) as database:
        (rows,) = zip(*database.execute('SELECT value FROM "dead-letters"'), strict=True)
    assert [json.loads(row)["record"] for row in rows] == [13, 14]


def test_of_a_sink_that_takes_none_it_is_said_that_letters_may_come_twice(
    numbers_job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Wanted("checkpoints", every=1)
    run(numbers_job, [1, 13], BadRecords.DEAD_LETTER, letters_to="blackhole:", checkpoints=kept)
    assert "dead letters are written to blackhole: at least once: it takes no part in checkpoints" in (
        capsys.readouterr().err
    )


def test_with_checkpoints_there_is_no_file_for_letters_where_none_can_come(numbers_job: Path) -> None:
    run(numbers_job, [1, 2], None, checkpoints=Wanted("checkpoints", every=1))
    assert not LETTERS.exists()


def test_letters_do_not_go_where_the_report_of_the_job_goes(numbers_job: Path) -> None:
    with pytest.raises(BindingInvalid, match="cannot go to standard output"):
        run(numbers_job, [1], None, letters_to="stdout:")


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match="cannot be read"):
        export_letters(Path("nowhere"), Choice())


@pytest.mark.parametrize(
    ("job", "file"),
    [
        ("word count", "word-count.dead-letters.jsonl"),
        ("../../etc/cron.d/x", "etc-cron.d-x.dead-letters.jsonl"),
        ("-rf", "rf.dead-letters.jsonl"),
        ("..", "job.dead-letters.jsonl"),
        ("n" * 256, "n" * 200 + ".dead-letters.jsonl"),
        ("漢" * 80, "漢" * 66 + ".dead-letters.jsonl"),
    ],
)
def test_letters_lie_in_a_file_of_a_name_that_every_system_takes(job: str, file: str) -> None:
    assert letters_file(job) == file
