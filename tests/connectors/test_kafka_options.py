from __future__ import annotations

import pytest

from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.options import Cluster, invalid_property, read_cluster
from lightflus.connectors.kafka.positions import Beginning, Start, read_beginning
from lightflus.errors import BindingInvalid


def options(**values: str) -> Options:
    return Options("kafka", {name.replace("_", "."): value for name, value in values.items()}, "in")


def cluster(**values: str) -> Cluster:
    return read_cluster(options(brokers="h:9092", **values))


def beginning(is_stateful: bool = False, has_group: bool = True, /, **values: str) -> Beginning:
    return read_beginning(options(**values), is_stateful=is_stateful, has_group=has_group)


def test_without_options_there_is_neither_tls_nor_sasl() -> None:
    assert cluster().security == {"security.protocol": "plaintext"}


def test_a_certificate_turns_tls_on() -> None:
    assert cluster(tls_ca="ca.pem").security == {"security.protocol": "ssl", "ssl.ca.location": "ca.pem"}


def test_a_user_turns_sasl_on() -> None:
    found = cluster(sasl_user="u", sasl_password="p", tls="true").security
    assert found == {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "u",
        "sasl.password": "p",
    }


def test_a_password_can_lie_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_PASSWORD", "hidden")
    found = cluster(sasl_user="u", sasl_password="env:KAFKA_PASSWORD")
    assert found.security["sasl.password"] == "hidden"
    assert found.scrubbed("it was hidden here") == "it was *** here"


@pytest.mark.parametrize(
    "values",
    [
        {"sasl_mechanism": "KERBEROS"},
        {"sasl_mechanism": "PLAIN"},
        {"sasl_user": "u"},
        {"tls": "false", "tls_ca": "ca.pem"},
        {"tls": "yes"},
        {"retry": "soon"},
    ],
)
def test_options_that_do_not_fit_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(BindingInvalid):
        cluster(**values)


def test_properties_of_librdkafka_can_be_set() -> None:
    assert read_cluster(Options("kafka", {"brokers": "h", "librdkafka.linger.ms": "9"}, "in")).extra == {
        "linger.ms": "9"
    }


@pytest.mark.parametrize("name", ["group.id", "enable.auto.commit", "bootstrap.servers", "sasl.password", "error_cb"])
def test_properties_that_the_engine_keeps_are_refused_with_the_option_to_use(name: str) -> None:
    with pytest.raises(BindingInvalid) as caught:
        read_cluster(Options("kafka", {"brokers": "h", f"librdkafka.{name}": "secret"}, "in"))
    assert "instead" in (caught.value.hint or "")
    assert "secret" not in str(caught.value)


def test_secrets_among_properties_are_never_shown() -> None:
    for name in ("ssl.keystore.password", "ssl.key.pem", "sasl.oauthbearer.client.secret"):
        made = read_cluster(Options("kafka", {"brokers": "h", f"librdkafka.{name}": "hidden"}, "in"))
        assert made.scrubbed("hidden") == "***"


def test_a_secret_that_is_empty_hides_nothing() -> None:
    made = read_cluster(Options("kafka", {"brokers": "h", "librdkafka.ssl.keystore.password": ""}, "in"))
    assert made.scrubbed("a text") == "a text"


def test_a_refused_property_names_its_option() -> None:
    error = invalid_property("Failed to create consumer: ssl.ca.location failed: No such file", "in")
    assert str(error) == "`tls.ca` failed: No such file"
    assert "PEM" in (error.hint or "")


def test_auto_goes_on_from_the_group_for_a_job_without_state() -> None:
    assert beginning().start is Start.GROUP


def test_auto_begins_at_the_beginning_where_state_must_be_built_again() -> None:
    assert beginning(True).start is Start.EARLIEST
    assert beginning(False, False).start is Start.EARLIEST


def test_times_are_iso_8601_or_milliseconds() -> None:
    assert beginning(start_timestamp="1970-01-01T00:00:01Z").timestamp_ms == 1_000
    assert beginning(start_timestamp="1970-01-01T02:00:01+02:00").timestamp_ms == 1_000
    assert beginning(start_timestamp="1970-01-01T00:00:01").timestamp_ms == 1_000
    assert beginning(start="timestamp", start_timestamp="1000") == Beginning(Start.TIMESTAMP, 1_000)


def test_offsets_are_partition_and_offset() -> None:
    assert beginning(start_offsets="0:12, 1:40").offsets == {0: 12, 1: 40}


@pytest.mark.parametrize(
    "values",
    [
        {"start": "never"},
        {"start": "timestamp"},
        {"start": "latest", "start_offsets": "0:1"},
        {"start_offsets": "0"},
        {"start_offsets": "0:x"},
        {"start_timestamp": "yesterday"},
    ],
)
def test_beginnings_that_make_no_sense_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(BindingInvalid, match="start"):
        beginning(**values)


def test_a_start_at_the_group_needs_one() -> None:
    with pytest.raises(BindingInvalid) as caught:
        beginning(False, False, start="group")
    assert caught.value.hint == "it needs option `group`"


def test_a_property_that_librdkafka_has_not_is_refused_with_one_that_it_has() -> None:
    with pytest.raises(BindingInvalid) as caught:
        read_cluster(Options("kafka", {"brokers": "h", "librdkafka.linger": "9"}, "in"))
    assert caught.value.hint == "use a property that librdkafka has instead; there is `librdkafka.linger.ms`"
