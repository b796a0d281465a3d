"""What a graph wishes, read from its options."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from lightflus.model.graph import Connector, JobGraph, Operator, OperatorId, Sink, Source
from lightflus.model.options import Address, Names, Option
from lightflus.model.policy import Right
from lightflus.model.schemas import SCHEMAS
from lightflus.model.wishes import Declared, wishes

THEIRS = Declared((Option("where", names=Names.HOST), Option("lib", names=Names.LIBRARY)), Address())


def declared(kind: str, is_source: bool) -> Declared | None:
    if kind == "theirs":
        return THEIRS
    found = SCHEMAS.get(kind)
    return None if found is None else Declared(found.source if is_source else found.sink, found.address)


def wished(
    kind: str, given: Mapping[str, str] | None = None, *, is_source: bool = True, bound: bool = False, **options: str
) -> set[tuple[Right, str]]:
    connector = Connector(kind, {name.replace("__", "."): value for name, value in options.items()} | dict(given or {}))
    node = Source(connector) if is_source else Sink(connector, ())
    graph = JobGraph("j", "n", (Operator(OperatorId(0), node, (), None),), ())
    names = {OperatorId(0): "it"}
    found = wishes(graph, names, {"it"} if bound else (), declared, lambda path: f"/cwd/{path}")
    return {(wish.right, wish.target) for wish in found if wish.right is not Right.KIND or wish.value not in SCHEMAS}


def test_a_path_is_read_by_a_source_and_written_by_a_sink() -> None:
    assert wished("file", path="x") == {(Right.READ, "/cwd/x")}
    assert wished("file", path="x", is_source=False) == {(Right.WRITE, "/cwd/x")}
    assert wished("sqlite", path="x", is_source=False) == {(Right.WRITE, "/cwd/x")}


def test_what_a_server_is_told_by_default_counts() -> None:
    assert wished("redis", is_source=False) == {(Right.NET, "localhost:6379")}
    assert wished("redis", is_source=False, host="::1", port="1") == {(Right.NET, "[::1]:1")}
    assert wished("mysql", is_source=False, host="DB.") == {(Right.NET, "db:3306")}


@pytest.mark.parametrize(
    ("brokers", "targets"),
    [
        ("a:1,b", {"a:1", "b:9092"}),
        ("a:1 b:2\tc:3", {"a:1", "b:2", "c:3"}),
        ("SASL_SSL://a:1", {"a:1"}),
        ("[::1]:5", {"[::1]:5"}),
        ("a:1;b:2", {""}),
        ("a:1\\b", {""}),
        ("a:99999", {""}),
    ],
)
def test_brokers_are_each_a_wish_and_strange_ones_have_no_target(brokers: str, targets: set[str]) -> None:
    assert wished("kafka", brokers=brokers) == {(Right.NET, target) for target in targets}


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://r", "r:80"),
        ("https://r/x?y#z", "r:443"),
        ("http://u:p%40w@r:8081/a", "r:8081"),
        ("http://a@b@r", ""),
        ("http://a\\@b", ""),
        ("http://a/ @b", ""),
        ("http://a,b", ""),
        ("r", ""),
    ],
)
def test_a_url_is_its_host_and_port_and_a_strange_one_has_no_target(url: str, target: str) -> None:
    assert wished("generate", format__registry=url) == {(Right.NET, target)}


def test_a_secret_is_named_or_lies_in_a_file_or_is_no_wish() -> None:
    host = (Right.NET, "localhost:6379")
    assert wished("redis", is_source=False, password="env:PW") == {host, (Right.SECRET, "PW")}
    assert wished("redis", is_source=False, password="file:/p") == {host, (Right.READ, "/cwd//p")}
    assert wished("redis", is_source=False, password="hunter2") == {host}
    assert wished("file", format__registry__password="env:PW") == {(Right.SECRET, "PW")}


@pytest.mark.parametrize(
    ("name", "value", "wish"),
    [
        ("plugin.library.paths", "/x.so", (Right.LIBRARY, "/x.so")),
        ("sasl.kerberos.kinit.cmd", "rm", (Right.LIBRARY, "rm")),
        ("ssl.crl.location", "x", (Right.READ, "/cwd/x")),
        ("offset.store.path", "x", (Right.WRITE, "/cwd/x")),
        ("ssl.keystore.password", "env:PW", (Right.SECRET, "PW")),
        ("sasl.oauthbearer.token.endpoint.url", "https://t", (Right.NET, "t:443")),
        ("sasl.oauthbearer.metadata.authentication.type", "azure_imds", (Right.NET, "169.254.169.254:80")),
    ],
)
def test_a_property_of_librdkafka_wishes_what_it_names(name: str, value: str, wish: tuple[Right, str]) -> None:
    assert wished("kafka", {f"librdkafka.{name}": value}) == {wish}


def test_a_bound_one_wishes_libraries_alone() -> None:
    options = {"brokers": "a", "tls.ca": "x", "librdkafka.plugin.library.paths": "/x.so"}
    assert wished("kafka", options, bound=True) == {(Right.LIBRARY, "/x.so")}


def test_a_package_that_declares_its_options_is_judged_by_them() -> None:
    assert wished("theirs", where="h:1", lib="x") == {(Right.NET, "h:1"), (Right.LIBRARY, "x")}


def test_one_that_declares_nothing_is_a_wish_itself() -> None:
    assert wished("unheard", where="h:1") == {(Right.KIND, "unheard")}
