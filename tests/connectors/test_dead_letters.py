"""Dead letters in a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pyarrow as pa
import pytest

from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm, line_of, parsed
from lightflus.errors import SinkFailed
from lightflus.ports.letters import DeadLetter

FORM = LetterForm("job", "sha256:1")


def letter(position: str, message: str, raw: bytes) -> DeadLetter:
    return DeadLetter("topic", "RecordInvalid", message, position=position, raw=raw)


def test_a_letter_holds_place_reason_and_bytes(tmp_path: Path) -> None:
    letters = FileDeadLetters(str(tmp_path / "dead.jsonl"), FORM)
    letters.put([letter("topic[0]@7", "no JSON", b"{"), letter("topic[0]@8", "no UTF-8", b"\xff")])
    letters.close()
    first, second = map(json.loads, (tmp_path / "dead.jsonl").read_text().splitlines())
    found = [first[name] for name in ("job", "digest", "operator", "kind", "position", "message")]
    assert found == ["job", "sha256:1", "topic", "RecordInvalid", "topic[0]@7", "no JSON"]
    assert (first["text"], base64.b64decode(first["raw"])) == ("{", b"{")
    assert base64.b64decode(second["raw"]) == b"\xff"
    assert "text" not in second


def test_a_run_without_letters_makes_no_file(tmp_path: Path) -> None:
    FileDeadLetters(str(tmp_path / "dead.jsonl"), FORM).close()
    assert not list(tmp_path.iterdir())


def put(path: Path, *bad: tuple[str, bytes], job: str = "job") -> tuple[int, int]:
    """One run; how many letters it wrote, and how many stood there already."""
    letters = FileDeadLetters(str(path), LetterForm(job, "sha256:1"))
    for position, raw in bad:
        letters.put([letter(position, "r", raw)])
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
    letters = FileDeadLetters(str(tmp_path / "no" / "dead.jsonl"), FORM)
    with pytest.raises(SinkFailed, match="no such file or directory"):
        letters.put([letter("p", "r", b"x")])


def test_a_letter_of_a_poison_record_holds_what_was_decoded_and_where_it_failed() -> None:
    found = FORM.fields(
        DeadLetter(
            "parse",
            "GuestAborted",
            "parse: no",
            position="topic[0]@7",
            record=pa.array([{"n": float("nan"), "b": b"\xff"}]),
            key=pa.array(["k"]),
            function="map function 0 at job.ts:3:9",
            where="job.ts:4:1",
            frames=("inner", "outer"),
        )
    )
    del found["time"]
    assert found == {
        "job": "job",
        "digest": "sha256:1",
        "operator": "parse",
        "kind": "GuestAborted",
        "message": "parse: no",
        "position": "topic[0]@7",
        "function": "map function 0 at job.ts:3:9",
        "where": "job.ts:4:1",
        "record": {"n": "nan", "b": "/w=="},
        "key": "k",
        "frames": ["inner", "outer"],
    }


def test_a_line_that_is_no_letter_is_told_apart() -> None:
    assert parsed(line_of(FORM.fields(letter("p", "r", b"x")))) is not None
    for line in (b"", b"{", b"[]", b'{"operator": 1, "kind": "x"}', b"[" * 100_000):
        assert parsed(line) is None


def test_a_value_that_python_does_not_have_is_kept_as_text() -> None:
    far = pa.array([2**62], pa.int64()).view(pa.timestamp("us"))
    found = FORM.fields(DeadLetter("parse", "GuestAborted", "no", record=far))["record"]
    assert "4611686018427387904" in str(found)
