"""`stdin:` and `stdout:`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
from connector_helpers import Recorder, sink_spec, source_spec

from lightflus.codec.schema import schema_of
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import open_sink, open_source
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.limits import STDOUT_TABLE_ROWS
from lightflus.model.extract import FieldPath
from lightflus.model.graph import Connector, Delivery, SinkField
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source
from lightflus.testing.connectors import QuietHealth, check_sink, check_source

SCHEMA = pa.schema([pa.field("key", pa.utf8(), nullable=False), pa.field("value", pa.utf8(), nullable=False)])
NOWHERE = BytesIO()


def stdin(descriptor: int) -> Source:
    return open_source(source_spec(Connector("stdin", {}), streams=Streams(stdin=descriptor, stdout=NOWHERE)))


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_standard_input_is_a_source_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("a\n\nb")

    def make() -> Source:
        return stdin(os.open(path, os.O_RDONLY))

    check_source(make, [[{"value": "a"}, {"value": ""}, {"value": "b"}]], can_resume=False)


def test_a_line_arrives_before_the_end_of_the_input(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    reader = stdin(reading).reader({"stdin": None}, QuietHealth())
    os.write(writing, b"hello\nwor")
    first = reader.read()
    os.write(writing, b"ld\n")
    second = reader.read()
    os.close(writing)
    assert first is not None
    assert second is not None
    assert (first.columns.to_pylist(), second.columns.to_pylist()) == ([{"value": "hello"}], [{"value": "world"}])
    assert second.origin.position(0) == "stdin:2"
    assert reader.read() is None


def test_standard_input_cannot_be_resumed() -> None:
    reader = stdin(0).reader({"stdin": "17:2"}, QuietHealth())
    with pytest.raises(SourceFailed, match="from the middle"):
        reader.read()


def test_in_a_pipe_standard_output_is_json_lines() -> None:
    outputs: list[BytesIO] = []

    def make() -> Sink:
        outputs.append(BytesIO())
        return open_sink(sink_spec(Connector("stdout", {}), Delivery.APPEND, Streams(stdin=0, stdout=outputs[-1])))

    check_sink(make, lambda: [json.loads(line) for line in outputs[-1].getvalue().splitlines()], SCHEMA)


@pytest.mark.parametrize("delivery", list(Delivery))
def test_on_a_screen_standard_output_is_a_table(delivery: Delivery) -> None:
    screens: list[Recorder] = []

    def make() -> Sink:
        screens.append(Recorder())
        return open_sink(sink_spec(Connector("stdout", {"form": "table"}), delivery, Streams(0, NOWHERE, screens[-1])))

    sink = make()
    writer = sink.writer(0, QuietHealth())
    writer.write(pa.RecordBatch.from_pylist([{"key": k, "value": str(n)} for n, k in enumerate("abac")], schema=SCHEMA))
    writer.flush()
    shown = screens[0].shown[-1]
    assert (sink.delivery, shown.names, shown.written) == (delivery, ("key", "value"), 4)
    rows = [("b", "1"), ("a", "2"), ("c", "3")]
    assert list(shown.rows) == (rows if delivery is Delivery.UPSERT else [("a", "0"), *rows])


def test_a_screen_shows_values_as_json_has_them_and_texts_as_they_are() -> None:
    kinds: dict[str, Type] = {
        "n": ScalarType(Scalar.FLOAT64),
        "big": ScalarType(Scalar.FLOAT64),
        "yes": ScalarType(Scalar.BOOL),
        "text": ScalarType(Scalar.UTF8, nullable=True),
        "list": ListType(ScalarType(Scalar.UTF8)),
        "at": ScalarType(Scalar.TIMESTAMP_MS),
        "object": StructType((Field("x", ScalarType(Scalar.FLOAT64)),)),
    }
    fields = tuple(SinkField(name, FieldPath((name,)), kind) for name, kind in kinds.items())
    schema = schema_of(StructType(tuple(Field(name, kind) for name, kind in kinds.items())))
    screen = Recorder()
    spec = sink_spec(Connector("stdout", {"form": "table"}), Delivery.APPEND, Streams(0, NOWHERE, screen), fields)
    writer = open_sink(spec).writer(0, QuietHealth())
    row = {"n": 3.0, "big": 1711845000000.0, "yes": True, "text": None, "list": ["a"], "at": 0, "object": {"x": 1.0}}
    writer.write(pa.RecordBatch.from_pylist([row, {**row, "text": 'say "hi"'}], schema=schema))
    writer.flush()
    first, second = screen.shown[-1].rows
    assert first == ("3", "1711845000000", "true", "null", '["a"]', '"1970-01-01T00:00:00.000Z"', '{"x":1}')
    assert second[3] == 'say "hi"'


def test_a_screen_shows_the_newest_rows() -> None:
    screen = Recorder()
    sink = open_sink(sink_spec(Connector("stdout", {"form": "table"}), streams=Streams(0, NOWHERE, screen)))
    writer = sink.writer(0, QuietHealth())
    pairs = [{"key": str(n), "value": "x"} for n in range(3 * STDOUT_TABLE_ROWS)]
    writer.write(pa.RecordBatch.from_pylist(pairs, schema=SCHEMA))
    writer.write(pa.RecordBatch.from_pylist([{"key": "119", "value": "y"}, {"key": "a", "value": "z"}], schema=SCHEMA))
    writer.flush()
    rows = screen.shown[-1].rows
    assert (len(rows), rows[-2:]) == (STDOUT_TABLE_ROWS, (("119", "y"), ("a", "z")))


def test_a_table_needs_a_terminal() -> None:
    with pytest.raises(BindingInvalid, match="`form` of `stdout:` is `table`") as caught:
        open_sink(sink_spec(Connector("stdout", {"form": "table"}), streams=Streams(0, NOWHERE)))
    assert caught.value.hint == "standard output is no terminal, where alone a table can be drawn anew"
