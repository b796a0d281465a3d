"""`file:` as source and sink."""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from connector_helpers import sink_spec, source_spec

from lightflus.connectors.contract.registry import open_sink, open_source, sink_kind
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.formats.registry import line_decoder
from lightflus.limits import READ_BYTES, RECORD_BYTES
from lightflus.model.graph import Connector, Delivery
from lightflus.model.types import Field, Scalar, ScalarType, StructType
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Rejected, Source
from lightflus.testing.connectors import QuietHealth, check_sink, check_source

SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])


def source(path: Path) -> Source:
    return open_source(source_spec(Connector("file", {"path": str(path)})))


def sink(path: Path, **options: str) -> Sink:
    return open_sink(sink_spec(Connector("file", {"path": str(path), **options}), Delivery.APPEND))


def lines(*texts: str) -> list[dict[str, object]]:
    return [{"value": text} for text in texts]


def read_all(opened: Source) -> list[object]:
    rows: list[object] = []
    with closing(opened.reader({opened.splits()[0]: None}, QuietHealth())) as reader:
        while (batch := reader.read()) is not None:
            rows += batch.columns.column("value").to_pylist()
    return rows


def test_a_file_is_a_source_with_one_split(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes("one\n\ntwo\r\nünï\n".encode() + b"x" * 10 + b"\n" + b"last")
    check_source(lambda: source(path), [lines("one", "", "two", "ünï", "x" * 10, "last")])


def test_a_file_of_many_blocks_can_be_resumed_between_them(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    texts = [f"{number} " + "word " * (number % 50) for number in range(20_000)]
    path.write_text("\n".join(texts))
    assert path.stat().st_size > 2 * READ_BYTES
    check_source(lambda: source(path), [lines(*texts)])


def test_a_directory_has_a_split_per_file_sorted_without_hidden_ones(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("b1\nb2\n")
    (tmp_path / "a.txt").write_text("a1\n")
    (tmp_path / ".hidden").write_text("no\n")
    (tmp_path / "sub").mkdir()
    assert source(tmp_path).splits() == ("a.txt", "b.txt")
    check_source(lambda: source(tmp_path), [lines("a1"), lines("b1", "b2")])


def test_a_pattern_has_a_split_per_file_that_matches(tmp_path: Path) -> None:
    for name in ("a.txt", "b.log", "sub/c.txt", "sub/deep/d.txt", ".e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n")
    assert source(tmp_path / "*.txt").splits() == ("a.txt",)
    assert source(tmp_path / "**" / "*.txt").splits() == ("a.txt", "sub/c.txt", "sub/deep/d.txt")
    assert source(tmp_path / "s?b" / "[c]*").splits() == ("sub/c.txt",)
    check_source(lambda: source(tmp_path / "**/*.txt"), [lines("a.txt"), lines("sub/c.txt"), lines("sub/deep/d.txt")])


def test_a_file_that_several_names_lead_to_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "deep" / "er" / "b.txt").write_text("b\n")
    for name in ("loop", "deep/round"):
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "current.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / ".hidden.txt").write_text("h\n")
    for pattern, expected in [
        ("**/*.txt", ["a.txt", "deep/er/b.txt"]),
        ("**", ["a.txt", "deep/er/b.txt"]),
        ("*/*.txt", ["loop/a.txt"]),
        ("**/.h*.txt", [".hidden.txt"]),
    ]:
        assert list(source(tmp_path / pattern).splits()) == expected


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("x\n")
    check_source(lambda: source(tmp_path / "a[1].txt"), [lines("x")])


def test_a_pattern_without_files_is_found_before_the_job_starts(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="no file matches"):
        source(tmp_path / "*.txt")


TRADE = StructType((Field("who", ScalarType(Scalar.UTF8)), Field("count", ScalarType(Scalar.INT64))))


def csv_source(path: Path) -> Source:
    spec = source_spec(Connector("file", {"path": str(path)}), TRADE)
    return open_source(replace(spec, line_decoder=lambda: line_decoder("csv", TRADE)))


def test_the_first_line_of_csv_names_its_columns_wherever_reading_begins(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    rows = [{"who": f"w{i}", "count": i} for i in range(100_000)]
    path.write_text("count,who\n" + "".join(f"{row['count']},{row['who']}\n" for row in rows))
    assert path.stat().st_size > READ_BYTES
    check_source(lambda: csv_source(path), [rows])


def test_lines_of_csv_are_counted_with_their_header(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_bytes(b"\xef\xbb\xbfwho,count\r\nann,1\r\nbob,x\r\n")
    with closing(csv_source(path).reader({"trades.csv": None}, QuietHealth())) as reader:
        batch = reader.read()
    assert batch is not None
    assert (batch.origin.position(0), batch.rejected[0].position) == (f"{path}:2", f"{path}:3:1")


@pytest.mark.parametrize("before", ["\n\n", "\r\n", "\ufeff\n"])
def test_empty_lines_before_a_header_are_skipped_and_counted(tmp_path: Path, before: str) -> None:
    path = tmp_path / "trades.csv"
    path.write_bytes(f"{before}count,who\n1,ann\n2,bob\n".encode())
    check_source(lambda: csv_source(path), [[{"who": "ann", "count": 1}, {"who": "bob", "count": 2}]])
    with closing(csv_source(path).reader({"trades.csv": None}, QuietHealth())) as reader:
        batch = reader.read()
    assert batch is not None
    assert batch.origin.position(0) == f"{path}:{before.count(chr(10)) + 2}"


def test_a_header_that_ends_in_a_carriage_return_is_told_before_the_job_starts(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_bytes(b"who,count\rann,1\rbob,2\r")
    with pytest.raises(BindingInvalid, match="a carriage return") as caught:
        csv_source(path)
    assert "tr '\\r' '\\n'" in str(caught.value.hint)


def test_a_header_that_does_not_fit_is_found_before_the_job_starts(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_text("who,price\n")
    with pytest.raises(BindingInvalid, match="no column `count`") as caught:
        csv_source(path)
    assert caught.value.where == f"{path}:1"


@pytest.mark.parametrize("content", ["", "\n\n", "who,count\n", "who,count"])
def test_a_csv_file_without_rows_is_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "trades.csv"
    path.write_text(content)
    check_source(lambda: csv_source(path), [[]])


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    check_source(lambda: source(path), [[]])


def test_a_line_of_10_mb_is_one_record(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("a\n" + "x" * 10_000_000 + "\nb")
    assert read_all(source(path)) == ["a", "x" * 10_000_000, "b"]


def test_json_lines_have_the_position_of_their_line(tmp_path: Path) -> None:
    path = tmp_path / "clicks.jsonl"
    path.write_text('\n{"v":1}\n\n{"v":2}\n')
    record = StructType((Field("v", ScalarType(Scalar.FLOAT64)),))
    opened = open_source(source_spec(Connector("file", {"path": str(path)}), record))
    with closing(opened.reader({"clicks.jsonl": None}, QuietHealth())) as reader:
        batch = reader.read()
    assert batch is not None
    assert [batch.origin.position(row) for row in range(2)] == [f"{path}:2", f"{path}:4"]


def rejected(opened: Source) -> list[Rejected]:
    with closing(opened.reader({opened.splits()[0]: None}, QuietHealth())) as reader:
        return [one for batch in iter(reader.read, None) for one in batch.rejected]


def test_a_bad_byte_far_inside_is_named_by_line_and_column_and_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(b"some words\n" * 200_000 + b"b\xe9te\nend\n")
    (bad,) = rejected(source(path))
    assert (bad.position, bad.raw) == (f"{path}:200001:2", b"b\xe9te")
    assert read_all(source(path)) == ["some words"] * 200_000 + ["end"]


def test_a_line_that_is_too_long_is_named_by_its_number_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(b"a\n" + b"x" * (RECORD_BYTES + 1) + b"\nb\n")
    (bad,) = rejected(source(path))
    assert bad.position == f"{path}:2"
    assert "16 MiB" in bad.reason
    assert read_all(source(path)) == ["a", "b"]


@pytest.mark.parametrize("missing", ["none.txt", "none/none.txt"])
def test_a_missing_file_is_found_before_the_job_starts(tmp_path: Path, missing: str) -> None:
    with pytest.raises(BindingInvalid, match="no such file or directory") as caught:
        source(tmp_path / missing)
    assert caught.value.where == str(tmp_path / missing)


def test_a_pipe_is_not_touched_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert source(path).splits() == ("pipe",)


def test_a_directory_without_files_is_found_before_the_job_starts(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="no files"):
        source(tmp_path)


def read_json(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_file_sink_appends_json_lines(tmp_path: Path) -> None:
    paths: list[Path] = []

    def make() -> Sink:
        paths.append(tmp_path / f"out-{len(paths)}.jsonl")
        return sink(paths[-1])

    check_sink(make, lambda: read_json(paths[-1]), SCHEMA)


@pytest.mark.parametrize(("options", "kept"), [({}, ""), ({"append": "true"}, "before\n"), ({"append": "false"}, "")])
def test_a_run_begins_with_an_empty_file_unless_told_to_append(
    tmp_path: Path, options: dict[str, str], kept: str
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("before\n")
    opened = sink(path, **options)
    assert path.read_text() == "before\n"
    kind = sink_kind("file")
    assert kind is not None
    assert kind.prepare is not None
    kind.prepare(Connector("file", {"path": str(path), **options}))
    for subtask in range(2):
        writer = opened.writer(subtask, QuietHealth())
        writer.write(pa.RecordBatch.from_pylist([{"key": "k", "value": str(subtask)}], schema=SCHEMA))
        writer.flush()
    opened.close()
    assert path.read_text() == kept + '{"key":"k","value":"0"}\n{"key":"k","value":"1"}\n'


def test_an_unwritable_file_is_found_before_the_job_starts(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="no such file or directory"):
        sink(tmp_path / "none" / "out.jsonl")
    with pytest.raises(BindingInvalid, match="is a directory"):
        sink(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_a_failure_of_the_sink() -> None:

    with closing(sink(Path("/dev/full"))) as opened, pytest.raises(SinkFailed, match="no space left"):
        opened.writer(0, QuietHealth()).write(pa.RecordBatch.from_pylist([{"key": "k", "value": "v"}], schema=SCHEMA))
