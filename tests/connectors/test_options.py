"""What connectors are told: values of the right kind, secrets that are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.connectors.contract.options import Options
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector
from lightflus.model.options import Names, Option


def options(**values: str) -> Options:
    return Options("redis", values, "redis")


def test_a_secret_may_be_a_variable_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDIS_PASSWORD", "s3cret")
    (tmp_path / "pw").write_text("from a file\n")
    assert options(password="env:REDIS_PASSWORD").secret("password") == "s3cret"
    assert options(password=f"file:{tmp_path / 'pw'}").secret("password") == "from a file"
    assert options(password="plain").secret("password") == "plain"
    assert options().secret("password") is None


def test_a_secret_that_is_not_there_is_named_by_its_place() -> None:
    with pytest.raises(BindingInvalid, match="variable NOT_SET_ANYWHERE, which is not set"):
        options(password="env:NOT_SET_ANYWHERE").secret("password")
    with pytest.raises(BindingInvalid, match="/no/such/file, which cannot be read"):
        options(password="file:/no/such/file").secret("password")


def test_secrets_are_not_shown() -> None:
    connector = Connector("kafka", {"sasl.password": "x", "sasl.user": "u", "format.registry.password": "y"})
    assert connector.shown_options == {"sasl.password": "***", "sasl.user": "u", "format.registry.password": "***"}


@pytest.mark.parametrize(
    "name",
    [
        "ssl.key.pem",
        "ssl.key.password",
        "ssl.keystore.password",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.assertion.private.key.pem",
        "sasl.oauthbearer.assertion.private.key.passphrase",
    ],
)
def test_what_librdkafka_keeps_to_itself_is_not_shown(name: str) -> None:
    assert Connector("kafka", {f"librdkafka.{name}": "x"}).shown_options == {f"librdkafka.{name}": "***"}


@pytest.mark.parametrize("name", ["sasl.oauthbearer.token.endpoint.url", "ssl.key.location", "ssl.certificate.pem"])
def test_where_a_secret_is_and_what_is_public_is_shown(name: str) -> None:
    assert Connector("kafka", {f"librdkafka.{name}": "x"}).shown_options == {f"librdkafka.{name}": "x"}


def test_the_login_in_an_address_is_not_shown() -> None:
    connector = Connector("kafka", {"format.registry": "https://ann:pw@h:8081/x"})
    assert connector.shown_options == {"format.registry": "https://ann:***@h:8081/x"}


def test_a_choice_says_what_there_is() -> None:
    assert options(command="hset").choice("command", ("set", "hset"), "set") == "hset"
    with pytest.raises(BindingInvalid, match="`command` of `redis:` is `get`") as caught:
        options(command="get").choice("command", ("set", "hset"), "set")
    assert caught.value.hint == "it is set or hset"


def test_options_under_a_prefix_are_taken_together() -> None:
    given = Options("kafka", {"librdkafka.fetch.min.bytes": "1", "topic": "t"}, "topic")
    assert given.prefixed("librdkafka.") == {"fetch.min.bytes": "1"}
    given.text("topic")
    given.end()


def test_a_secret_under_a_prefix_may_be_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "s3cret")
    given = Options("kafka", {"librdkafka.a.client.secret": "env:CLIENT_SECRET", "librdkafka.b": "env:B"}, "topic")
    assert given.prefixed("librdkafka.") == {"a.client.secret": "s3cret", "b": "env:B"}


def declared(**values: str) -> Options:
    """As a package that declares its options gets them."""
    parts = (
        Option("level", "6", 1, 9),
        Option("mode", "fast", choices=("fast", "small")),
        Option("x.", names=Names.HOST),
    )
    return Options("theirs", {name.replace("_", "."): value for name, value in values.items()}, "in", parts)


def test_defaults_bounds_and_words_are_those_that_are_declared() -> None:
    assert (declared().number("level"), declared().choice("mode")) == (6, "fast")
    with pytest.raises(BindingInvalid) as caught:
        declared(level="10").number("level")
    assert caught.value.hint == "it is a whole number from 1 to 9"
    with pytest.raises(BindingInvalid) as caught:
        declared(mode="big").choice("mode")
    assert caught.value.hint == "it is fast or small"


def test_what_is_not_declared_is_refused_before_anybody_asks() -> None:
    assert declared(x_y="1").prefixed("x.") == {"y": "1"}
    with pytest.raises(BindingInvalid, match="`theirs:` has no option `levl`") as caught:
        declared(levl="1")
    assert caught.value.hint == "it has `level`, `mode`, `x...`"


def test_a_connector_that_declares_nothing_says_its_options_as_it_asks() -> None:
    given = Options("theirs", {"level": "3", "other": "1"}, "in", ())
    assert given.number("level", 6, least=1, most=9) == 3
    with pytest.raises(BindingInvalid, match="has no option `other`") as caught:
        given.end()
    assert caught.value.hint == "it has `level`"
