"""`file:` as a sink with checkpoints."""

from __future__ import annotations

import json
import os
import threading
from functools import partial
from io import FileIO
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest
from connector_helpers import FIELDS

from lightflus.connectors.files.file import FileSink
from lightflus.errors import SinkFailed
from lightflus.formats.registry import line_encoder
from lightflus.model.types import Field
from lightflus.ports.sinks import Committable, SinkIdentity, StagingWriter
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import Killed, Pair, check_transactional_sink

NUMBERS = count()
HEALTH = QuietHealth()


class Mortal(FileIO):
    """A file whose process dies after some of its writes, and perhaps in the middle of one."""

    left = -1

    def write(self, data: object) -> int:
        Mortal.left -= 1
        whole = bytes(data)  # type: ignore[call-overload]
        if Mortal.left == 0:
            super().write(whole[: len(whole) // 2])
            raise Killed
        return super().write(whole)


class Lines:
    """`testing.transactions.Place`."""

    is_staged = False

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{next(NUMBERS)}.jsonl"
        self._open: list[FileSink] = []

    def sink(self, dies_after: int | None = None) -> FileSink:
        made = opened(self.path)
        made._file.close()
        made._file = Mortal(self.path, "a")
        Mortal.left = dies_after or -1
        self._open.append(made)
        return made

    def bury(self) -> None:
        Mortal.left = -1
        for sink in self._open:
            sink.close()

    def read(self) -> list[Pair]:
        return [(row["key"], row["value"]) for row in map(json.loads, self.path.read_text().splitlines())]


def opened(path: Path, *, is_appending: bool = False) -> FileSink:
    return FileSink(str(path), line_encoder("", [Field(f.name, f.type) for f in FIELDS], {}), is_appending=is_appending)


def begun(path: Path, generation: int = 1, *, is_appending: bool = False) -> FileSink:
    sink = opened(path, is_appending=is_appending)
    sink.begin(SinkIdentity("default", "job", "1", "out", generation))
    return sink


def write(writer: StagingWriter, *keys: str) -> None:
    writer.write(pa.RecordBatch.from_pydict({"key": list(keys), "value": list(keys)}))


def keys_of(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    check_transactional_sink(partial(Lines, tmp_path), HEALTH)


def test_whichever_write_its_process_dies_in_lines_are_there_once(tmp_path: Path) -> None:
    check_deaths(partial(Lines, tmp_path), HEALTH, rests=(None, 1, 2, 3, 4))


def test_lines_behind_a_barrier_wait_until_all_subtasks_have_come_to_it(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path)
    first, second = sink.staging_writer(0, HEALTH), sink.staging_writer(1, HEALTH)
    write(first, "a1")
    staged = [first.prepare(1)]
    write(first, "a2")
    assert first.staged_bytes > 0
    write(second, "b1")
    assert keys_of(path) == ["a1", "b1"]
    staged.append(second.prepare(1))
    assert first.staged_bytes == 0
    assert keys_of(path) == ["a1", "b1", "a2"]
    sink.close()
    again = begun(path, 2)
    for committer, committable in zip([again.committer(n, HEALTH) for n in range(2)], staged, strict=True):
        committer.recover([committable])
    assert keys_of(path) == ["a1", "b1"]
    again.close()


def test_one_that_ends_ahead_of_the_others_waits_for_their_epoch_to_end(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path)
    first, second = sink.staging_writer(0, HEALTH), sink.staging_writer(1, HEALTH)
    staged = [first.prepare(1)]
    write(first, "a2")
    last: list[Committable] = []
    ending = threading.Thread(target=lambda: last.append(first.prepare(2)))
    ending.start()
    write(second, "b1")
    staged.append(second.prepare(1))
    ending.join(60)
    assert len(last) == 1
    assert keys_of(path) == ["b1", "a2"]
    sink.close()
    again = begun(path, 2)
    for committer, committable in zip([again.committer(n, HEALTH) for n in range(2)], staged, strict=True):
        committer.recover([committable])
    assert keys_of(path) == ["b1"]
    again.close()


def test_a_subtask_that_has_ended_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path)
    first, second = sink.staging_writer(0, HEALTH), sink.staging_writer(1, HEALTH)
    first.prepare(1)
    write(first, "a2")
    second.close()
    second.close()
    assert keys_of(path) == ["a2"]
    sink.close()


def test_a_file_that_is_shorter_than_its_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path)
    writer = sink.staging_writer(0, HEALTH)
    write(writer, "a")
    staged = writer.prepare(1)
    sink.close()
    os.truncate(path, 3)
    again = begun(path, 2)
    with pytest.raises(SinkFailed, match="has 3 bytes, and had"):
        again.committer(0, HEALTH).recover([staged])
    again.close()


def test_a_file_that_another_run_writes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path)
    other = opened(path)
    with pytest.raises(SinkFailed, match="another process writes this file with checkpoints"):
        other.begin(SinkIdentity("default", "job", "1", "out", 2))
    other.close()
    sink.close()
    begun(path, 2).close()


def test_what_stood_in_a_file_to_append_to_stays(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"key": "old"}\n')
    sink = begun(path, is_appending=True)
    sink.committer(0, HEALTH).recover([])
    assert keys_of(path) == ["old"]
    sink.close()


def test_a_file_to_append_to_is_cut_to_nothing_where_it_was_empty_at_the_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = begun(path, is_appending=True)
    writer = sink.staging_writer(0, HEALTH)
    staged = writer.prepare(1)
    write(writer, "a")
    sink.close()
    again = begun(path, 2, is_appending=True)
    again.committer(0, HEALTH).recover([staged])
    assert keys_of(path) == []
    again.close()


def test_a_pipe_is_written_and_never_cut(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(path.read_text().splitlines()))
    reader.start()
    sink = begun(path)
    sink.committer(0, HEALTH).recover([])
    writer = sink.staging_writer(0, HEALTH)
    write(writer, "a")
    writer.prepare(1)
    sink.close()
    reader.join()
    assert len(read) == 1
