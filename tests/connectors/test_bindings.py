"""`--bind` and connector URIs."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from connector_helpers import FIELDS, TEXT, Recorder

from lightflus.connectors.bindings import bind, parse_bindings
from lightflus.connectors.registry import Streams
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector, Delivery, Input, JobGraph, Operator, OperatorId, Sink, Source
from lightflus.model.names import operator_names

STREAMS = Streams(stdin=0, stdout=BytesIO())
SCREEN = Streams(stdin=0, stdout=BytesIO(), screen=Recorder())
KAFKA = Connector("kafka", {"brokers": "localhost:9092", "topic": "topic"})
GRAPH = JobGraph(
    "wordCount",
    "default",
    (
        Operator(OperatorId(0), Source(KAFKA), (), TEXT),
        Operator(
            OperatorId(1),
            Sink(Connector("redis", {"host": "localhost"}), FIELDS, Delivery.UPSERT, ("key",)),
            (Input(OperatorId(0)),),
            None,
        ),
    ),
    (),
)


def bound(*texts: str, streams: Streams = STREAMS) -> JobGraph:
    return bind(GRAPH, operator_names(GRAPH), parse_bindings(texts), streams)


@pytest.mark.parametrize(
    ("uri", "kind", "options"),
    [
        ("file:book.txt", "file", {"path": "book.txt"}),
        ("file:/abs/my book.txt", "file", {"path": "/abs/my book.txt"}),
        ("file:///abs/b.txt", "file", {"path": "/abs/b.txt"}),
        ("file://localhost/abs/b.txt", "file", {"path": "/abs/b.txt"}),
        ("file:a%3Fb", "file", {"path": "a?b"}),
        ("file:out?append=true", "file", {"path": "out", "append": "true"}),
        ("sqlite:out.db?table=x", "sqlite", {"path": "out.db", "table": "x"}),
        ("generate:rows=10,seed=2", "generate", {"rows": "10", "seed": "2"}),
        ("generate:?rows=10", "generate", {"rows": "10"}),
        ("stdin:", "stdin", {}),
    ],
)
def test_a_uri_is_a_scheme_and_its_options(uri: str, kind: str, options: dict[str, str]) -> None:
    assert parse_bindings([f"a={uri}"]) == {"a": Connector(kind, options)}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("topic", "`topic` is not a binding", "name=uri"),
        ("=file:x", "is not a binding", "name=uri"),
        ("topic=book.txt", "`book.txt` has no scheme", "file:book.txt"),
        ("topic=ftp:x", "no connector `ftp:`", "blackhole:, file:, generate:, sqlite:, stdin: and stdout:"),
        ("topic=generate:rows", "`rows` is not an option", "name=value"),
        ("topic=file://host/x", "`host` would be a host", "file:///absolute"),
    ],
)
def test_a_wrong_binding_says_what_would_be_right(text: str, message: str, hint: str) -> None:
    with pytest.raises(BindingInvalid, match=message) as caught:
        parse_bindings([text])
    assert hint in str(caught.value.hint)


def test_a_name_is_bound_once() -> None:
    with pytest.raises(BindingInvalid, match="`topic` is bound twice"):
        parse_bindings(["topic=stdin:", "topic=file:x"])


def test_bound_operators_have_their_connector_and_keep_their_name() -> None:
    graph = bound("topic=file:book.txt", "redis=sqlite:counts.db")
    source, sink = graph.operators
    assert (source.name, source.kind) == ("topic", Source(Connector("file", {"path": "book.txt"})))
    assert sink.name == "redis"
    assert isinstance(sink.kind, Sink)
    assert (sink.kind.delivery, sink.kind.key_fields) == (Delivery.UPSERT, ("key",))


@pytest.mark.parametrize(
    ("uri", "streams", "delivery"),
    [
        ("file:out.jsonl", STREAMS, Delivery.APPEND),
        ("stdout:", STREAMS, Delivery.APPEND),
        ("stdout:", SCREEN, Delivery.UPSERT),
        ("blackhole:", STREAMS, Delivery.UPSERT),
    ],
)
def test_a_sink_that_cannot_upsert_appends_every_update(uri: str, streams: Streams, delivery: Delivery) -> None:
    sink = bound("topic=stdin:", f"redis={uri}", streams=streams).operators[1].kind
    assert isinstance(sink, Sink)
    assert (sink.delivery, bool(sink.key_fields)) == (delivery, delivery is Delivery.UPSERT)


def test_an_unknown_name_lists_the_names_of_the_job() -> None:
    with pytest.raises(BindingInvalid, match="no source or sink named `topik`") as caught:
        bound("topik=stdin:")
    assert caught.value.hint == "its sources: `topic`; its sinks: `redis`"


@pytest.mark.parametrize(
    ("texts", "message", "hint"),
    [
        (["redis=stdout:"], "source `topic` is kafka .*cannot read", "--bind topic=file:input.txt"),
        (["topic=stdin:"], "sink `redis` is redis .*cannot write", "--bind redis=sqlite:out.db"),
    ],
)
def test_what_is_left_unbound_says_which_binding_to_give(texts: list[str], message: str, hint: str) -> None:
    with pytest.raises(BindingInvalid, match=message) as caught:
        bound(*texts)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["topic=stdout:", "redis=stdout:"], "`stdout:` cannot be a source"),
        (["topic=stdin:", "redis=stdin:"], "`stdin:` cannot be a sink"),
    ],
)
def test_a_source_is_no_sink(texts: list[str], message: str) -> None:
    with pytest.raises(BindingInvalid, match=message):
        bound(*texts)


def test_a_file_is_not_read_and_written_by_one_job() -> None:
    with pytest.raises(BindingInvalid, match="`redis` would write a file that `topic` uses"):
        bound("topic=file:a/../book.txt", "redis=file:book.txt")


@pytest.mark.parametrize("sink", ["file:{}/out.jsonl", "file:{}/../in/old.txt", "sqlite:{}/out.db"])
def test_a_sink_cannot_write_into_the_directory_that_the_job_reads(sink: str, tmp_path: Path) -> None:
    directory = tmp_path / "in"
    directory.mkdir()
    with pytest.raises(BindingInvalid, match="`redis` would write a file that `topic` uses"):
        bound(f"topic=file:{directory}", f"redis={sink.format(directory)}")


@pytest.mark.parametrize(
    "texts", [("topic=file:a%00b",), ("topic=file:a", "redis=sqlite:a%00b"), ("topic=file:a", "redis=file:%00")]
)
def test_an_option_with_a_nul_byte_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(BindingInvalid, match="has a NUL byte"):
        bound(*texts)


@pytest.mark.parametrize(
    "uri", ["generate:rows=1,rows=2", "generate:rows=1?rows=2", "file:a?path=b", "file:?path=a&path=b"]
)
def test_an_option_is_given_once(uri: str) -> None:
    with pytest.raises(BindingInvalid, match="stands there twice"):
        parse_bindings([f"topic={uri}"])
