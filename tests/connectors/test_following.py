"""`file:` with `follow=true`: files that grow, come, are renamed and cut short."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from connector_helpers import source_spec

from lightflus.connectors.contract.registry import open_source
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.model.graph import Connector
from lightflus.ports.sources import Source, SourceReader
from lightflus.testing.connectors import QuietHealth

TRIES = 100
"""Reads, each of which waits for up to a tenth of a second, before a test gives up."""


def source(path: Path | str) -> Source:
    return open_source(source_spec(Connector("file", {"path": str(path), "follow": "true"})))


class Followed:
    """What a reader has yielded so far."""

    def __init__(self, reader: SourceReader) -> None:
        self.reader = reader
        self.positions: dict[str, str] = {}
        self.places: list[str] = []

    def texts(self, count: int) -> list[object]:
        """The next `count` lines."""
        found: list[object] = []
        for _ in range(TRIES):
            batch = self.reader.read()
            assert batch is not None, "what is followed has no end"
            found += batch.columns.column("value").to_pylist()
            self.places += [batch.origin.position(row) for row in range(batch.columns.num_rows)]
            self.positions.update(batch.positions)
            if len(found) >= count:
                break
        return found

    def has_nothing(self) -> bool:
        batch = self.reader.read()
        return batch is not None and not batch.columns.num_rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def follow(path: Path, positions: Mapping[str, str | None] | None = None) -> Followed:
    opened = source(path)
    return Followed(opened.reader(positions or dict.fromkeys(opened.splits()), QuietHealth()))


@pytest.fixture
def followed(path: Path) -> Iterator[Followed]:
    """The log, which has one line."""
    path.write_text("one\n")
    found = follow(path)
    with closing(found.reader):
        assert found.texts(1) == ["one"]
        yield found


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_new_lines_are_read_as_they_come(path: Path, followed: Followed) -> None:
    assert followed.has_nothing()
    append(path, "two\nthr")
    assert followed.texts(1) == ["two"]
    assert followed.has_nothing(), "a line is handed on when it is whole"
    append(path, "ee\n")
    assert followed.texts(1) == ["three"]
    assert followed.places == [f"{path}:{number}" for number in (1, 2, 3)]


def test_a_file_that_was_renamed_is_read_to_its_end_before_its_successor(path: Path, followed: Followed) -> None:
    old = path.rename(path.with_name("app.log.1"))
    append(old, "two\nlast")
    path.touch()
    append(old, " of it")
    assert followed.texts(1) == ["two"], "while the new file is empty the old one is still written"
    path.write_text("new\n")
    assert followed.texts(2) == ["last of it", "new"]
    assert followed.places[-1] == f"{path}:1"


def test_a_file_that_was_cut_short_begins_again(path: Path, followed: Followed) -> None:
    path.write_text("")
    assert followed.has_nothing()
    append(path, "new\n")
    assert followed.texts(1) == ["new"]


def test_a_file_may_come_later(path: Path) -> None:
    found = follow(path)
    with closing(found.reader):
        assert found.has_nothing()
        path.write_text("one\n")
        assert found.texts(1) == ["one"]


def test_reading_goes_on_at_a_position(path: Path, followed: Followed) -> None:
    append(path, "two\nthree\n")
    again = follow(path, followed.positions)
    with closing(again.reader):
        assert again.texts(2) == ["two", "three"]
        assert again.places == [f"{path}:2", f"{path}:3"]


def test_a_position_is_found_in_a_file_that_was_renamed_meanwhile(path: Path, followed: Followed) -> None:
    append(path, "two\n")
    path.rename(path.with_name("app.log.1"))
    path.write_text("new\n")
    again = follow(path, followed.positions)
    with closing(again.reader):
        assert again.texts(2) == ["two", "new"]


def test_a_position_in_a_file_that_is_gone_is_the_beginning_of_its_successor(path: Path, followed: Followed) -> None:
    other = path.with_name("other")
    other.write_text("longer than one\n")
    other.replace(path)
    again = follow(path, followed.positions)
    with closing(again.reader):
        assert again.texts(1) == ["longer than one"]


def test_a_position_that_is_none_is_refused(path: Path, followed: Followed) -> None:
    with pytest.raises(SourceFailed, match="not a position"):
        follow(path, {"app.log": "1:2:3:4"})


def test_files_of_a_pattern_are_found_while_they_come(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("a\n")
    opened = source(tmp_path / "*.log")
    assert opened.is_growing
    found = Followed(opened.reader(dict.fromkeys(opened.splits()), QuietHealth()))
    with closing(found.reader):
        assert found.texts(1) == ["a"]
        (tmp_path / "b.log").write_text("b\n")
        assert opened.splits() == ("a.log", "b.log")
        found.reader.add(["b.log"])
        append(tmp_path / "a.log", "a2\n")
        assert sorted(map(str, found.texts(2))) == ["a2", "b"]


def test_a_directory_that_is_removed_is_told(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    opened = source(logs)
    logs.rmdir()
    with pytest.raises(SourceFailed, match="no such file or directory"):
        opened.splits()


def test_a_renamed_file_is_no_new_one(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("a\n")
    opened = source(tmp_path)
    assert opened.splits() == ("a.log",)
    (tmp_path / "a.log").rename(tmp_path / "a.log.1")
    (tmp_path / "a.log").write_text("new\n")
    assert opened.splits() == ("a.log",)
    assert opened.splits() == ("a.log",)


def test_a_pattern_without_files_yet_waits(tmp_path: Path) -> None:
    opened = source(tmp_path / "*.log")
    with closing(opened.reader({}, QuietHealth())) as reader:
        assert Followed(reader).has_nothing()


def test_one_file_does_not_grow_into_several(path: Path) -> None:
    path.touch()
    assert not source(path).is_growing


def test_a_directory_that_is_not_there_is_found_before_the_job_starts(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="no such file"):
        source(tmp_path / "none" / "app.log")


def test_what_cannot_be_opened_any_more_is_a_failure_of_the_source(path: Path) -> None:
    found = follow(path)
    path.mkdir()
    with pytest.raises(SourceFailed):
        found.reader.read()


def test_closing_leaves_no_file_open(path: Path) -> None:
    path.write_text("one\n")
    before = len(os.listdir("/dev/fd"))
    found = follow(path)
    assert found.texts(1) == ["one"]
    found.reader.close()
    found.reader.close()
    assert len(os.listdir("/dev/fd")) == before
