from __future__ import annotations

import inspect

import confluent_kafka
import pytest
from confluent_kafka import KafkaError, KafkaException

from lightflus.connectors.kafka.failures import is_hopeless, mapped, text_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.errors import SourceFailed

CLUSTER = Cluster("h:9092", {}, {}, ("hunter2",), 60)
CLASSES = [kind for _, kind in inspect.getmembers(confluent_kafka, inspect.isclass) if issubclass(kind, BaseException)]


def raised(kind: type[BaseException]) -> BaseException:
    return kind(KafkaError(KafkaError._TRANSPORT, "x")) if issubclass(kind, KafkaException) else kind("x")


@pytest.mark.parametrize("kind", [*CLASSES, BufferError], ids=lambda kind: kind.__name__)
def test_no_exception_of_the_library_leaves_its_edge(kind: type[BaseException]) -> None:
    with pytest.raises(SourceFailed), mapped(SourceFailed, "in", CLUSTER):
        raise raised(kind)


def test_the_library_has_the_exceptions_that_we_know() -> None:
    assert KafkaException in CLASSES


def test_what_the_library_adds_for_itself_is_left_out() -> None:
    text = "localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)"
    expected = "localhost:1: Connect to 127.0.0.1:1 failed: Connection refused"
    assert text_of(KafkaError(KafkaError._TRANSPORT, text), CLUSTER) == expected


def test_secrets_are_never_shown() -> None:
    assert text_of(KafkaError(KafkaError._FAIL, "password hunter2 is wrong"), CLUSTER) == "password *** is wrong"


def test_a_wrong_password_does_not_pass_by_itself() -> None:
    assert is_hopeless(KafkaError(KafkaError._AUTHENTICATION))
    assert not is_hopeless(KafkaError(KafkaError._TRANSPORT))
