"""Dead letters of a job with checkpoints."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

from lightflus.compose.letters import open_epoch_letters
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.epoch_letters import EpochLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.connectors.files.letter_sink import SinkDeadLetters
from lightflus.ports.letters import DeadLetter
from lightflus.ports.sinks import Committable, SinkIdentity

STREAMS = Streams(0, BytesIO())


def opened(named: str, generation: int, *held: Committable) -> EpochLetters:
    """The letters of a run that goes on from what a checkpoint holds of two parts."""
    letters = open_epoch_letters(named, "unused", LetterForm("job", "digest"), STREAMS)
    assert isinstance(letters, EpochLetters)
    letters.begin(SinkIdentity("default", "job", "1", "dead-letters", generation))
    for part, committer in [(part, letters.committer(part)) for part in range(2)]:
        committer.recover([one for one in held if one.subtask == part])
        committer.close()
    return letters


def letter(position: str) -> DeadLetter:
    return DeadLetter("topic", "DecodeFailed", "is no JSON", position, b"{")


def positions(path: Path) -> list[str]:
    return [json.loads(line)["position"] for line in path.read_text().splitlines()]


def test_letters_that_are_put_again_after_a_failure_are_there_once(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    first = opened(str(path), 1)
    parts = [first.of(part) for part in range(2)]
    parts[0].put([letter("t[0]@1")])
    parts[1].put([letter("t[1]@1")])
    held = [part.prepare(1) for part in parts]
    parts[0].put([letter("t[0]@2"), letter("t[0]@3")])
    first.close()
    assert len(positions(path)) == 4
    second = opened(f"file:{path}", 2, *held)
    part = second.of(0)
    part.put([letter("t[0]@2"), letter("t[0]@3")])
    part.prepare(2)
    assert positions(path) == ["t[0]@1", "t[1]@1", "t[0]@2", "t[0]@3"]
    assert second.count == 2
    second.close()


def test_letters_of_earlier_jobs_stay(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    path.write_text('{"position": "older"}\n')
    letters = opened(str(path), 1)
    letters.of(0).put([letter("t[0]@1")])
    letters.close()
    assert positions(path) == ["older", "t[0]@1"]


def test_a_database_takes_them_with_the_epoch(tmp_path: Path) -> None:
    letters = opened(f"sqlite:{tmp_path}/letters.db", 1)
    part = letters.of(0)
    part.put([letter("t[0]@1")])
    assert part.staged_bytes > 0
    letters.committer(0).commit(part.prepare(1))
    part.close()
    letters.close()


def test_a_sink_that_takes_no_part_in_checkpoints_takes_letters_all_the_same() -> None:
    letters = open_epoch_letters("blackhole:", "unused", LetterForm("job", "digest"), STREAMS)
    assert isinstance(letters, SinkDeadLetters)
    letters.close()
