"""`--bind` and connector URIs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from connector_helpers import FIELDS, TEXT

from lightflus.compose.conflicts import check_files
from lightflus.connectors.contract.bindings import Defaults, bind, parse_bindings
from lightflus.connectors.contract.kinds import Address
from lightflus.connectors.contract.uri import parse_uri
from lightflus.errors import BindingInvalid
from lightflus.model.extract import FieldPath
from lightflus.model.graph import (
    BadRecords,
    Connector,
    Delivery,
    Input,
    JobGraph,
    Operator,
    OperatorId,
    Sink,
    SinkField,
    Source,
)
from lightflus.model.names import operator_names

NATS = Connector("nats", {"servers": "localhost:4222", "topic": "topic"})
"""What this version has not."""
GRAPH = JobGraph(
    "wordCount",
    "default",
    (
        Operator(OperatorId(0), Source(NATS), (), TEXT),
        Operator(
            OperatorId(1),
            Sink(Connector("cassandra", {"host": "localhost"}), FIELDS, Delivery.UPSERT, ("key",)),
            (Input(OperatorId(0)),),
            None,
            "redis",
        ),
    ),
    (),
)


def bound(*texts: str, defaults: Defaults | None = None) -> JobGraph:
    graph = bind(GRAPH, operator_names(GRAPH), parse_bindings(texts), defaults or {})
    check_files(graph)
    return graph


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
        ("topic=ftp:x", "no connector `ftp:`", "there is blackhole:, file:, generate:, "),
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
    ("uri", "delivery"),
    [
        ("file:out.jsonl", Delivery.APPEND),
        ("stdout:", Delivery.APPEND),
        ("stdout:form=table", Delivery.UPSERT),
        ("blackhole:", Delivery.UPSERT),
    ],
)
def test_a_sink_that_cannot_upsert_appends_every_update(uri: str, delivery: Delivery) -> None:
    sink = bound("topic=stdin:", f"redis={uri}").operators[1].kind
    assert isinstance(sink, Sink)
    assert (sink.delivery, bool(sink.key_fields)) == (delivery, delivery is Delivery.UPSERT)


@pytest.mark.parametrize(("uri", "delivery"), [("stdout:", Delivery.UPSERT), ("stdout:form=lines", Delivery.APPEND)])
def test_a_default_counts_where_nobody_has_named_the_option(uri: str, delivery: Delivery) -> None:
    sink = bound("topic=stdin:", f"redis={uri}", defaults={"stdout": {"form": "table"}}).operators[1].kind
    assert isinstance(sink, Sink)
    assert sink.delivery is delivery


def test_an_unknown_name_lists_the_names_of_the_job() -> None:
    with pytest.raises(BindingInvalid, match="no source or sink named `topik`") as caught:
        bound("topik=stdin:")
    assert caught.value.hint == "its sources: `topic`; its sinks: `redis`"


@pytest.mark.parametrize(
    ("texts", "message", "hint"),
    [
        (["redis=stdout:"], "source `topic` is nats .*cannot read", "--bind topic=file:input.txt"),
        (["topic=stdin:"], "sink `redis` is cassandra .*cannot write", "--bind redis=sqlite:out.db"),
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


def test_a_sink_cannot_write_a_file_that_a_pattern_of_the_job_matches(tmp_path: Path) -> None:
    with pytest.raises(BindingInvalid, match="`redis` would write a file that `topic` uses"):
        bound(f"topic=file:{tmp_path}/**/*.jsonl", f"redis=file:{tmp_path}/a/out.jsonl")


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


@pytest.mark.parametrize(
    ("uri", "options"),
    [
        ("redis://localhost:6379/2?hash=h", {"host": "localhost", "port": "6379", "database": "2", "hash": "h"}),
        ("redis://me:p%40ss@[::1]:1", {"user": "me", "password": "p@ss", "host": "::1", "port": "1"}),
        ("redis://localhost", {"host": "localhost"}),
        ("redis:3", {"database": "3"}),
    ],
)
def test_a_server_is_spelled_with_its_authority(uri: str, options: dict[str, str]) -> None:
    address = Address(main="database", host="host", port="port", user="user", password="password")
    assert parse_uri(uri, ["redis"], lambda _: address) == Connector("redis", options)


def test_a_cluster_is_spelled_with_all_its_hosts() -> None:
    address = Address(main="topic", hosts="brokers")
    found = parse_uri("kafka://a:9092,b:9092/words?group=g", ["kafka"], lambda _: address)
    assert found == Connector("kafka", {"brokers": "a:9092,b:9092", "topic": "words", "group": "g"})


def test_a_user_without_a_place_in_the_address_is_refused() -> None:
    with pytest.raises(BindingInvalid, match="`me` has no place"):
        parse_uri("kafka://me@a:9092/t", ["kafka"], lambda _: Address(main="topic", hosts="brokers"))


def test_format_and_policy_of_a_binding_are_the_sources_own() -> None:
    source = bound("topic=file:x.txt?bad=drop&format=json&format.x=1", "redis=blackhole:").operators[0].kind
    assert isinstance(source, Source)
    assert (source.bad_records, source.format) == (BadRecords.DROP, "json")
    assert source.connector == Connector("file", {"path": "x.txt", "format.x": "1"})


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(BindingInvalid, match="`bad` is `ignore`") as caught:
        bound("topic=file:x.txt?bad=ignore", "redis=blackhole:")
    assert caught.value.hint == "it is one of fail, dead-letter, drop"


def test_a_statement_names_the_columns_of_whatever_the_sink_is_bound_to() -> None:
    statement = "INSERT INTO counts (word, n) VALUES (?, ?) ON DUPLICATE KEY UPDATE n = VALUES(n)"
    fields = tuple(replace(field, name=str(number)) for number, field in enumerate(FIELDS, 1))
    sink = Sink(Connector("mysql", {"statement": statement}), fields)
    graph = replace(GRAPH, operators=(GRAPH.operators[0], replace(GRAPH.operators[1], kind=sink)))
    for uri, delivery, key in [("sqlite:x.db", Delivery.UPSERT, ("word",)), ("file:x.jsonl", Delivery.APPEND, ())]:
        found = bind(graph, operator_names(graph), parse_bindings(["topic=file:a", f"redis={uri}"]), {})
        written = found.operators[1].kind
        assert isinstance(written, Sink)
        assert ([field.name for field in written.fields], written.delivery, written.key_fields) == (
            ["word", "n"],
            delivery,
            key,
        )


@pytest.mark.parametrize(
    ("statement", "delivery", "key"),
    [
        ("INSERT INTO t (k, v) VALUES (?, ?) ON DUPLICATE KEY UPDATE v = VALUES(v)", Delivery.UPSERT, ("key",)),
        ("INSERT INTO t (k, v) VALUES (?, ?)", Delivery.APPEND, ()),
    ],
)
def test_a_statement_in_a_uri_says_what_a_write_means(statement: str, delivery: Delivery, key: tuple[str, ...]) -> None:
    graph = bound("topic=file:a", f"redis=mysql://u@h/d?statement={quote(statement)}")
    sink = graph.operators[1].kind
    assert isinstance(sink, Sink)
    assert (sink.delivery, sink.key_fields) == (delivery, key)


@pytest.mark.parametrize(
    "text",
    [
        "redis=mysqll://u:hunter2@h/d",
        "redis=//u:hunter2@h/d",
        "redis=///u:hunter2@h/d?password=hunter2",
        "mysql://u:hunter2@h/d",
        "mysql://u:hunter2@h/d?table=file:x",
        "redis=sqlite://u:hunter2@h/d",
        "redis=mysqll:x?a=b&sasl.password=hunter2&c=d",
        "redis=mysqll://u:hun@ter2/hunter2@h/d",
        "redis=mysql://u:hunter2/x@h/d?table=t",
        "redis=mysql://u:7/hunter2@h/d?table=t",
        "redis=mysql://u:hunter2?x@h/d?table=t",
        "redis=mysql://u:hunter2#x@h:port/d?table=t",
    ],
)
def test_a_password_in_an_address_that_is_wrong_is_not_shown(text: str) -> None:
    with pytest.raises(BindingInvalid) as caught:
        bound("topic=file:a", text)
    assert "hunter2" not in f"{caught.value} {caught.value.where} {caught.value.hint}"


def test_special_characters_of_a_password_are_told_to_be_escaped() -> None:
    for text in ("redis=mysql://u:a/b@h/d", "redis=mysql://u:1/b@h/d", "redis=mysql://u:a?b@h/d"):
        with pytest.raises(BindingInvalid, match="is no host") as caught:
            bound("topic=file:a", text)
        assert "`/` is %2F" in str(caught.value.hint)


MYSQL = {"host": "db", "user": "me", "password": "pw", "statement": "insert into t (a) values (?)", "tls": "true"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"tls": "false"}, {"statement": MYSQL["statement"], "tls": "false"}),
        ({"host": "other"}, {"host": "other", "statement": MYSQL["statement"], "tls": "true"}),
        ({"host": "other", "user": "you", "table": "u"}, {"host": "other", "user": "you", "tls": "true", "table": "u"}),
    ],
)
def test_a_binding_to_the_same_kind_of_system_keeps_what_it_does_not_name(
    options: dict[str, str], expected: dict[str, str]
) -> None:
    sink = Sink(Connector("mysql", MYSQL), (SinkField("1", FieldPath(("t0",)), TEXT),))
    graph = replace(GRAPH, operators=(GRAPH.operators[0], replace(GRAPH.operators[1], kind=sink)))
    bindings = {"topic": Connector("file", {"path": "x"}), "redis": Connector("mysql", options)}
    found = bind(graph, operator_names(graph), bindings, {}).operators[1].kind
    assert isinstance(found, Sink)
    assert found.connector.options == expected


KAFKA = {
    "brokers": "theirs:9092",
    "topic": "t",
    "group": "g",
    "format.subject": "s",
    "sasl.user": "u",
    "sasl.password": "env:HOME",
    "sasl.mechanism": "PLAIN",
    "tls.ca": "/etc/passwd",
    "format.schema": "/etc/passwd",
    "format.registry": "http://theirs",
    "format.registry.user": "u",
    "format.registry.password": "env:HOME",
    "librdkafka.plugin.library.paths": "/x.so",
    "librdkafka.ssl.ca.pem": "theirs",
    "librdkafka.enable.ssl.certificate.verification": "false",
    "librdkafka.fetch.min.bytes": "1",
    "librdkafka.not.known": "x",
    "not.known": "x",
}


@pytest.mark.parametrize(
    ("uri", "kept"),
    [
        ("kafka://ours/t2", {"group", "format.subject", "librdkafka.fetch.min.bytes"}),
        ("file:x", {"format.subject"}),
    ],
)
def test_a_binding_inherits_nothing_that_names_a_file_host_library_or_secret(uri: str, kept: set[str]) -> None:
    graph = replace(GRAPH, operators=(replace(GRAPH.operators[0], kind=Source(Connector("kafka", KAFKA))),))
    bindings = parse_bindings([f"t={uri}"])
    source = bind(graph, operator_names(graph), bindings, {}).operators[0].kind
    assert isinstance(source, Source)
    assert source.connector.options == {**{name: KAFKA[name] for name in kept}, **bindings["t"].options}


def test_the_rest_of_a_password_is_not_shown_where_it_looks_like_an_option() -> None:
    with pytest.raises(BindingInvalid) as caught:
        parse_bindings(["topic=kafka://h/t?sasl.password=hunter2&hunter3"])
    assert "hunter" not in f"{caught.value}{caught.value.hint}{caught.value.where}"
    assert "%26" in str(caught.value.hint)
