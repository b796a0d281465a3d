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


def test_a_second_run_goes_on_in_the_same_file(tmp_path: Path) -> None:
    for _ in range(2):
        letters = FileDeadLetters(str(tmp_path / "dead.jsonl"), "job")
        letters.put("topic", [Rejected("p", "r", None, b"x")])
        letters.close()
    assert len((tmp_path / "dead.jsonl").read_text().splitlines()) == 2


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    letters = FileDeadLetters(str(tmp_path / "no" / "dead.jsonl"), "job")
    with pytest.raises(SinkFailed, match="no such file or directory"):
        letters.put("topic", [Rejected("p", "r", None, b"x")])
