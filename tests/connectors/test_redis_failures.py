"""What redis-py raises, as errors of ours."""

from __future__ import annotations

import inspect

import pytest
from redis import exceptions

from lightflus.connectors.redis.failures import answering, opening, refusal
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.retry import Passing
from lightflus.errors import BindingInvalid, SinkFailed

SERVER = Server("cache", 6379, password="hunter2")
CLUSTER = Server("cache", 6379, is_cluster=True)

PASSING = {
    "BusyLoadingError",
    "ClusterDownError",
    "ClusterError",
    "ConnectionError",
    "ExternalAuthProviderError",
    "MasterDownError",
    "MaxConnectionsError",
    "OutOfMemoryError",
    "ReadOnlyError",
    "RedisClusterException",
    "SlotNotCoveredError",
    "TimeoutError",
    "TryAgainError",
}
"""What may work later without anybody changing the job."""


def errors_of_the_library() -> dict[str, Exception]:
    classes = inspect.getmembers(exceptions, lambda item: inspect.isclass(item) and issubclass(item, Exception))
    return {name: made(kind) for name, kind in classes}


def made(kind: type[Exception]) -> Exception:
    if issubclass(kind, exceptions.AskError):
        return kind("12182 10.0.0.1:6381")
    return kind("something happened")


@pytest.mark.parametrize(("name", "error"), errors_of_the_library().items())
def test_every_error_of_the_library_is_one_of_ours(name: str, error: Exception) -> None:
    expected = Passing if name in PASSING else SinkFailed
    with pytest.raises(expected) as caught, answering(SERVER, SinkFailed):
        raise error
    assert caught.value.__cause__ is error
    assert str(caught.value).startswith("cache:6379 ")


@pytest.mark.parametrize(("name", "error"), errors_of_the_library().items())
def test_at_the_start_no_error_of_the_library_is_waited_for(name: str, error: Exception) -> None:
    with pytest.raises((BindingInvalid, SinkFailed)) as caught, opening(SERVER, SinkFailed):
        raise error
    assert caught.value.hint


@pytest.mark.parametrize("kind", [exceptions.MovedError, exceptions.AskError])
def test_a_moved_key_is_followed_in_a_cluster_and_explained_elsewhere(kind: type[exceptions.AskError]) -> None:
    assert refusal(made(kind), CLUSTER).passes
    assert refusal(made(kind), SERVER).hint == "add the option cluster=true"


@pytest.mark.parametrize("code", ["MISCONF", "NOREPLICAS", "BUSY"])
def test_a_server_that_is_not_well_is_waited_for(code: str) -> None:
    found = refusal(exceptions.ResponseError(f"{code} for some reason"), SERVER)
    assert (found.passes, found.hint) == (True, None)


def test_the_wrong_kind_of_a_key_is_final() -> None:
    error = exceptions.ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")
    assert not refusal(error, SERVER).passes
    assert "another kind" in str(refusal(error, SERVER).hint)


@pytest.mark.parametrize(
    ("reply", "help_"),
    [
        ("Protocol error: invalid bulk length", "`proto-max-bulk-len`"),
        ("value is not a valid float", "a score is a number"),
        ("The stream has exhausted the last possible ID, unable to add more items", "option `stream`"),
        ("unknown command 'XADD'", "new enough"),
    ],
)
def test_a_refusal_comes_with_what_would_help(reply: str, help_: str) -> None:
    found = refusal(exceptions.ResponseError(reply), SERVER)
    assert not found.passes
    assert help_ in str(found.hint)


def test_what_a_cluster_client_wraps_is_unwrapped() -> None:
    error = exceptions.RedisClusterException("Redis Cluster cannot be connected")
    error.__cause__ = exceptions.AuthenticationError("invalid username-password pair")
    found = refusal(error, CLUSTER)
    assert not found.passes
    assert found.reason == "the cluster of cache:6379 refuses the login: invalid username-password pair"


def test_a_password_is_in_no_message() -> None:
    found = refusal(exceptions.ResponseError("unknown command 'AUTH' with args 'hunter2'"), SERVER)
    assert "hunter2" not in found.reason
    assert "hunter2" not in repr(SERVER)
    assert "***" in found.reason


def test_the_systems_own_words_are_used() -> None:
    error = exceptions.ConnectionError("Error 111 connecting to cache:6379. Connection refused.")
    error.__context__ = ConnectionRefusedError(111, "Connection refused")
    assert refusal(error, SERVER).reason == "cache:6379 cannot be reached: connection refused"
