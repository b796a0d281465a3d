"""`sqlite:`."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pytest
from connector_helpers import FIELDS, sink_spec

from lightflus.codec.schema import schema_of
from lightflus.connectors.contract.registry import open_sink
from lightflus.connectors.sqlite.sink import SqliteSink
from lightflus.connectors.sqlite.table import Table
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.ports.sinks import Sink
from lightflus.testing.connectors import QuietHealth, check_sink

SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])


def sink(path: Path, delivery: Delivery = Delivery.UPSERT, **options: str) -> Sink:
    return open_sink(sink_spec(Connector("sqlite", {"path": str(path), **options}), delivery))


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def batch(**pairs: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"key": k, "value": v} for k, v in pairs.items()], schema=SCHEMA)


def write(opened: Sink, **pairs: str) -> None:
    writer = opened.writer(0, QuietHealth())
    writer.write(batch(**pairs))
    writer.flush()
    writer.close()
    opened.close()


def test_two_fields_that_are_one_column_are_both_named_before_the_start() -> None:
    fields = tuple(SinkField(n, FieldPath((n,)), ScalarType(Scalar.UTF8)) for n in ("id", "word", "Id"))
    with pytest.raises(BindingInvalid, match="`id` and `Id` are one column of a SQLite table"):
        Table("t", fields, ())


def test_letters_that_sqlite_does_not_fold_make_two_columns(tmp_path: Path) -> None:
    fields = tuple(SinkField(n, FieldPath((n,)), ScalarType(Scalar.UTF8)) for n in ("é", "É"))
    SqliteSink(str(tmp_path / "x.db"), Table("t", fields, ())).close()
    assert query(tmp_path / "x.db", 'SELECT "é", "É" FROM t') == []


@pytest.mark.parametrize("delivery", list(Delivery))
def test_it_is_a_sink(tmp_path: Path, delivery: Delivery) -> None:
    paths: list[Path] = []

    def make() -> Sink:
        paths.append(tmp_path / f"{len(paths)}.db")
        return sink(paths[-1], delivery)

    def read() -> list[dict[str, object]]:
        return [{"key": k, "value": v} for k, v in query(paths[-1], "SELECT key, value FROM redis")]

    check_sink(make, read, SCHEMA)


def test_the_table_is_named_after_the_sink_or_by_an_option(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    write(sink(path), a="1")
    write(sink(path, table='od"d na;me'), b="2")
    assert query(path, "SELECT * FROM redis") == [("a", "1")]
    assert query(path, 'SELECT * FROM "od""d na;me"') == [("b", "2")]


def test_a_second_run_goes_on_upserting(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    write(sink(path), a="1", b="2")
    write(sink(path), b="3", c="4")
    assert query(path, "SELECT * FROM redis ORDER BY key") == [("a", "1"), ("b", "3"), ("c", "4")]


def test_nothing_is_written_before_the_flush(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    opened = sink(path)
    writer = opened.writer(0, QuietHealth())
    writer.write(batch(a="1"))
    assert query(path, "SELECT * FROM redis") == []
    writer.close()
    writer.flush()
    assert query(path, "SELECT * FROM redis") == []
    opened.close()


def test_a_reader_does_not_stop_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    opened = sink(path)
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT * FROM redis").fetchall() == []
        write(opened, a="1")
    assert query(path, "SELECT * FROM redis") == [("a", "1")]


def test_columns_have_the_types_of_their_fields(tmp_path: Path) -> None:
    kinds = {
        "i": (Scalar.INT64, -(2**63)),
        "u": (Scalar.UINT64, 2**64 - 1),
        "f": (Scalar.FLOAT64, 0.5),
        "b": (Scalar.BOOL, True),
        "y": (Scalar.BINARY, b"\x00\xff"),
        "t": (Scalar.TIMESTAMP_MS, 1767323045678),
        "n": (Scalar.UTF8, None),
        "e": (Scalar.TIMESTAMP_US, 2**63 - 1),
    }
    fields = tuple(SinkField(n, FieldPath((n,)), ScalarType(s, v is None)) for n, (s, v) in kinds.items())
    opened = SqliteSink(str(tmp_path / "out.db"), Table("t", fields, ("i",)))
    row = {n: v for n, (_, v) in kinds.items()}
    schema = schema_of(StructType(tuple(Field(f.name, f.type) for f in fields)))
    writer = opened.writer(0, QuietHealth())
    writer.write(pa.RecordBatch.from_pylist([row], schema=schema))
    writer.flush()
    opened.close()
    found = query(tmp_path / "out.db", "SELECT * FROM t")
    assert found == [(-(2**63), str(2**64 - 1), 0.5, 1, b"\x00\xff", "2026-01-02 03:04:05.678", None, None)]


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE redis (word TEXT, n INTEGER)")
    with pytest.raises(BindingInvalid, match="`n`, `word` without a key, but this sink writes") as caught:
        sink(path)
    assert "table=other" in str(caught.value.hint)


def test_a_table_without_the_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    write(sink(path, Delivery.APPEND), a="1")
    with pytest.raises(BindingInvalid, match="without a key, but"):
        sink(path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("some words\n" * 500)
    with pytest.raises(BindingInvalid, match="not a database"):
        sink(path)
    assert path.read_text() == "some words\n" * 500


def test_an_unwritable_place_is_found_before_the_job_starts(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="unable to open"):
        sink(tmp_path / "none" / "out.db")
    with pytest.raises(BindingInvalid, match="unable to open"):
        sink(tmp_path)


def test_a_failing_write_is_a_failure_of_the_sink_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    opened = sink(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TRIGGER t BEFORE INSERT ON redis WHEN new.key = 'c' BEGIN SELECT RAISE(ABORT, 'no'); END")
    writer = opened.writer(0, QuietHealth())
    writer.write(batch(a="1", c="2"))
    with pytest.raises(SinkFailed, match="cannot be written: no"):
        writer.flush()
    assert query(path, "SELECT * FROM redis") == []
    opened.close()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (SinkField("key", FieldPath(()), ScalarType(Scalar.UTF8, nullable=True)), "may be null"),
        (SinkField("key", FieldPath(()), ListType(ScalarType(Scalar.UTF8))), "list<utf8>, which a SQLite table"),
    ],
)
def test_what_a_table_cannot_hold_is_refused(field: SinkField, text: str) -> None:
    with pytest.raises(BindingInvalid, match=text):
        Table("t", (field, FIELDS[1]), ("key",))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A limit of the process that looks to SQLite like a disk that cannot take more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_told_in_sqlites_first_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # so that it writes before COMMIT
    monkeypatch.setattr("lightflus.connectors.sqlite.sink.SQLITE_CACHE_BYTES", 64 * 1024)
    opened = sink(tmp_path / "out.db")
    writer = opened.writer(0, QuietHealth())
    writer.write(batch(**{f"{number:0100}": "1" for number in range(60_000)}))
    with files_of_at_most(1 << 20), pytest.raises(SinkFailed) as caught:
        writer.flush()
    opened.close()
    assert "rollback" not in str(caught.value)
    assert str(caught.value).startswith("cannot be written: ")


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(BindingInvalid, match="gone when the job ends"):
        sink(Path(":memory:"))


def test_a_file_that_another_program_holds_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightflus.connectors.sqlite.sink._BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(tmp_path / "out.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SinkFailed, match="locked") as caught:
            sink(tmp_path / "out.db")
    assert "another program" in str(caught.value.hint)
