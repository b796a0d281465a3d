"""The rules that every source and sink keeps, and what is special about compressed files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest
from lightflus_gzip import GzipSink, GzipSource

from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.formats.registry import line_decoder, line_encoder
from lightflus.model.types import Field, Scalar, ScalarType
from lightflus.testing.connectors import QuietHealth, Record, check_sink, check_source, read_all

TEXT = ScalarType(Scalar.UTF8)
SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])


def source(path: Path) -> GzipSource:
    return GzipSource(str(path), line_decoder("", TEXT))


def test_it_is_a_source(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt.gz"
    lines = [f"line {number}" for number in range(200_000)]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    check_source(lambda: source(path), [[{"value": line} for line in lines]])


def test_it_is_a_sink(tmp_path: Path) -> None:
    paths: list[Path] = []

    def make() -> GzipSink:
        paths.append(tmp_path / f"{len(paths)}.jsonl.gz")
        return GzipSink(str(paths[-1]), line_encoder("", [Field("key", TEXT), Field("value", TEXT)]))

    def read() -> list[Record]:
        return [json.loads(line) for line in gzip.decompress(paths[-1].read_bytes()).splitlines()]

    check_sink(make, read, SCHEMA)


def test_several_members_are_one_text(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt.gz"
    path.write_bytes(gzip.compress(b"a\nb") + gzip.compress(b"c\nd\n"))
    batches = read_all(source(path).reader({path.name: None}, QuietHealth()))
    assert [row["value"] for batch in batches for row in batch.columns.to_pylist()] == ["a", "bc", "d"]


def test_a_file_that_is_not_compressed_is_found_before_the_start(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("a\n")
    with pytest.raises(BindingInvalid, match="a gzipped file"):
        source(path)


def test_a_file_that_ends_too_early_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt.gz"
    path.write_bytes(gzip.compress(b"a\n" * 1_000_000)[:-10])
    with pytest.raises(SourceFailed, match="is damaged"):
        read_all(source(path).reader({path.name: None}, QuietHealth()))
