"""Dead letters in a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.errors import SinkFailed
from lightflus.ports.sources import Rejected


def test_a_letter_holds_place_reason_and_bytes(tmp_path: Path) -> None:
    letters = FileDeadLetters(str(tmp_path / "dead.jsonl"), "job")
    bad = [Rejected("topic[0]@7", "no JSON", None, b"{"), Rejected("topic[0]@8", "no UTF-8", "x", b"\xff")]
    letters.put("topic", bad)
    letters.close()
    first, second = map(json.loads, (tmp_path / "dead.jsonl").read_text().splitlines())
    found = [first[name] for name in ("job", "source", "position", "reason")]
    assert found == ["job", "topic", "topic[0]@7", "no JSON"]
    assert (first["text"], base64.b64decode(first["raw"])) == ("{", b"{")
    assert base64.b64decode(second["raw"]) == b"\xff"
    assert "text" not in second


def test_a_run_without_letters_makes_no_file(tmp_path: Path) -> None:
    FileDeadLetters(str(tmp_path / "dead.jsonl"), "job").close()
    assert not list(tmp_path.iterdir())


def put(path: Path, *bad: tuple[str, bytes], job: str = "job") -> tuple[int, int]:
    """One run; how many letters it wrote, and how many stood there already."""
    letters = FileDeadLetters(str(path), job)
    for position, raw in bad:
        letters.put("topic", [Rejected(position, "r", None, raw)])
    letters.close()
    return letters.count, letters.repeated


def test_a_second_run_goes_on_in_the_same_file(tmp_path: Path) -> None:
    assert put(tmp_path / "dead.jsonl", ("t[0]@1", b"x")) == (1, 0)
    assert put(tmp_path / "dead.jsonl", ("t[0]@2", b"x")) == (1, 0)
    found = [json.loads(line)["position"] for line in (tmp_path / "dead.jsonl").read_text().splitlines()]
    assert found == ["t[0]@1", "t[0]@2"]


def test_a_record_that_is_read_again_stands_there_once(tmp_path: Path) -> None:
    for expected in ((2, 1), (0, 3)):
        assert put(tmp_path / "dead.jsonl", ("t[0]@1", b"x"), ("t[0]@2", b"x"), ("t[0]@1", b"x")) == expected
    assert len((tmp_path / "dead.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("other", [("t[0]@1", b"y"), ("t[1]@1", b"x")])
def test_another_record_or_place_is_another_letter(tmp_path: Path, other: tuple[str, bytes]) -> None:
    assert put(tmp_path / "dead.jsonl", ("t[0]@1", b"x"), other) == (2, 0)


def test_letters_of_other_jobs_are_others(tmp_path: Path) -> None:
    put(tmp_path / "dead.jsonl", ("t[0]@1", b"x"))
    assert put(tmp_path / "dead.jsonl", ("t[0]@1", b"x"), job="another") == (1, 0)


def test_a_file_that_was_cut_off_or_holds_something_else_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "dead.jsonl").write_bytes(b'[]\n\xff\n{"job":1}\n{"jo')
    assert put(tmp_path / "dead.jsonl", ("t[0]@1", b"x")) == (1, 0)
    assert json.loads((tmp_path / "dead.jsonl").read_bytes().splitlines()[-1])["position"] == "t[0]@1"


def test_only_so_many_letters_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.files.dead_letters.KNOWN_DEAD_LETTERS", 2)
    assert put(tmp_path / "dead.jsonl", *[(str(n), b"x") for n in (1, 2, 3, 3, 1)]) == (4, 1)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    letters = FileDeadLetters(str(tmp_path / "no" / "dead.jsonl"), "job")
    with pytest.raises(SinkFailed, match="no such file or directory"):
        letters.put("topic", [Rejected("p", "r", None, b"x")])
