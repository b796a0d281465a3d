"""What redis-py raises and Redis replies, as errors of ours: what was refused, whether that passes, what would help.

What it owns: the one mapping at this edge; a test goes through all classes of redis-py. Any thread.
What it leaves: trying again what passes (`connectors/toolbox/retry.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from redis import exceptions

from lightflus.connectors.redis.guard import SHUT_OUT
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.retry import Passing
from lightflus.errors import BindingInvalid, ExternalError, RecordRefused, SinkFailed

_LIBRARY = (
    exceptions.RedisError,
    exceptions.RedisClusterException,
    exceptions.ChildDeadlockedError,
    exceptions.IncorrectPolicyType,
    OSError,
)
"""Everything that redis-py raises: its classes have no common base."""

_OWN_WORDS: dict[type[Exception], str] = {
    exceptions.BusyLoadingError: "is loading its data",
    exceptions.MasterDownError: "is a replica that has lost its primary",
    exceptions.ReadOnlyError: "is a read-only replica",
    exceptions.OutOfMemoryError: "has reached its `maxmemory`",
    exceptions.ClusterDownError: "says that its cluster is down",
    exceptions.TryAgainError: "is moving these keys to another node",
}
"""States of a server that pass: a restart, a failover, a rebalance, an operator who makes room."""
_PASSING_CODES = {
    "MISCONF": "cannot save to its disk and refuses writes",
    "NOREPLICAS": "has too few replicas to take writes",
    "BUSY": "is busy running a script",
    "UNBLOCKED": "ended the read: the stream is gone, or it has become a replica",
}
"""The same, by the first word of a reply that redis-py has no class for."""
_TOO_LONG = "the server takes no values that long: raise its `proto-max-bulk-len`, or write smaller ones"
_NO_SCORE = "a score is a number, at most about 1.8e308: filter other records, or map them to one"
_OF_RECORDS = (_TOO_LONG, _NO_SCORE)
_HINTS = {
    "bulk length": _TOO_LONG,
    "exceeds maximum": _TOO_LONG,
    "valid float": _NO_SCORE,
    "last possible ID": "name another stream with the option `stream`, or delete it: its ids are used up",
}
"""What helps, by words of a reply."""
_LATER = "start the job when the server is well"
_OLD = "is the server's version new enough for this command?"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What became of a command or connection.

    Attributes:
        reason: `localhost:6379 cannot be reached: connection refused`.
        passes: whether it may work later without anybody changing the job.
        hint: which option or setting helps; None where only waiting does.
        is_tls: whether it is about TLS: at the start an option is wrong then, later it may pass.
        is_of_record: whether a value is at fault.
    """

    reason: str
    passes: bool
    hint: str | None = None
    is_tls: bool = False
    is_of_record: bool = False


@contextmanager
def answering(server: Server, failure: type[ExternalError]) -> Iterator[None]:
    """While the job runs. Raises Passing for what passes, else `failure`."""
    try:
        yield
    except _LIBRARY as error:
        raise_refusal(error, server, failure)


def raise_refusal(error: Exception, server: Server, failure: type[ExternalError]) -> None:
    """Raises what `answering` would."""
    refused = refusal(error, server)
    if refused.passes:
        raise Passing(refused.reason) from error
    kind = RecordRefused if refused.is_of_record and issubclass(failure, SinkFailed) else failure
    raise kind(refused.reason, where=server.where, hint=refused.hint) from error


@contextmanager
def opening(server: Server, failure: type[ExternalError]) -> Iterator[None]:
    """Before the job starts. Raises BindingInvalid where an option is wrong, `failure` for what may pass."""
    try:
        yield
    except _LIBRARY as error:
        refused = refusal(error, server)
        if refused.passes and not refused.is_tls:
            raise failure(refused.reason, where=server.where, hint=refused.hint or _LATER) from error
        raise BindingInvalid(refused.reason, where=server.where, hint=refused.hint) from error


def refusal(error: BaseException, server: Server) -> Refusal:
    """What an exception of redis-py means."""
    found = _login(error) or _state(error) or _cluster(error, server) or _connection(error, server) or _command(error)
    name = f"the cluster of {server.name}" if server.is_cluster else server.name
    return replace(found, reason=server.without_secrets(f"{name} {found.reason}"))


def _login(error: BaseException) -> Refusal | None:
    if isinstance(error, exceptions.NoPermissionError):
        hint = "grant it to that user (ACL SETUSER), or name another one with the options `user` and `password`"
        return Refusal(f"refuses: {_said(error)}", passes=False, hint=hint)
    if isinstance(error, exceptions.ExternalAuthProviderError):
        return Refusal(f"cannot check the login: {_said(error)}", passes=True, hint="check `user` and `password`")
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        hint = "check the options `user` and `password`; password=env:NAME takes it from a variable"
        return Refusal(f"refuses the login: {_said(error)}", passes=False, hint=hint)
    return None


def _state(error: BaseException) -> Refusal | None:
    for kind, words in _OWN_WORDS.items():
        if isinstance(error, kind):
            hint = "name its primary with the option `host`" if kind is exceptions.ReadOnlyError else None
            return Refusal(words, passes=True, hint=hint)
    code = str(error).partition(" ")[0]
    if isinstance(error, exceptions.ResponseError) and code in _PASSING_CODES:
        return Refusal(f"{_PASSING_CODES[code]} ({code})", passes=True)
    return None


def _cluster(error: BaseException, server: Server) -> Refusal | None:
    if isinstance(error, exceptions.AskError | exceptions.ClusterCrossSlotError) and not server.is_cluster:
        return Refusal("is a node of a cluster", passes=False, hint="add the option cluster=true")
    if isinstance(error, exceptions.AskError | exceptions.ClusterError | exceptions.SlotNotCoveredError):
        return Refusal(f"has no node for some keys now: {_said(error)}", passes=True)
    return _cluster_client(error, server) if type(error) is exceptions.RedisClusterException else None


def _cluster_client(error: BaseException, server: Server) -> Refusal:
    """redis-py wraps what became of the last node that it asked."""
    inner = error.__cause__ or error.__context__
    if type(inner) is exceptions.RedisClusterException:
        return _cluster_client(inner, server)
    if inner is not None and (found := _login(inner) or _state(inner) or _connection(inner, server)):
        return found
    if "not enabled" in str(error):
        return Refusal("is not a node of a cluster", passes=False, hint="leave out the option cluster=true")
    return Refusal(f"cannot use its cluster now: {_said(error)}", passes=True)


def _connection(error: BaseException, server: Server) -> Refusal | None:
    hint = "check the options `host` and `port`; does a Redis server run there?"
    if isinstance(error, exceptions.InvalidResponse):
        return Refusal("does not speak Redis' protocol", passes=False, hint=hint)
    if isinstance(error, exceptions.TimeoutError):
        hint += " Does it speak TLS?" if server.is_tls else ""
        return Refusal("does not answer in time", passes=True, hint=hint)
    if not isinstance(error, exceptions.ConnectionError | OSError):
        return None
    reason = _said(error)
    if "CERTIFICATE" in reason or "SSL" in reason:
        hint = "check the options `tls` and `tls.ca`"
        return Refusal(f"cannot be used with TLS: {reason}", passes=True, hint=hint, is_tls=True)
    if "closed by server" in reason or "reset by peer" in reason:
        tls = "does this server speak TLS?" if server.is_tls else "does this server want tls=true?"
        return Refusal(
            "closed the connection", passes=True, hint=f"check the options `host` and `port`; {tls}", is_tls=True
        )
    return Refusal(f"cannot be reached: {reason}", passes=True, hint=hint)


def _command(error: BaseException) -> Refusal:
    said = _said(error)
    if SHUT_OUT in said:
        hint = "a run that was replaced must not go on; stop it"
        text = said.partition(SHUT_OUT)[2].partition(" script:")[0].strip()
        return Refusal(f"lets another run of this job write: {text}", passes=False, hint=hint)
    if "DB index" in said or "SELECT" in said or said == "Invalid Database":
        return Refusal(f"has no such database: {said}", passes=False, hint="change the option `database`")
    if said.startswith("WRONGTYPE"):
        hint = "what is stored at that name is of another kind: name another one, or delete it"
        return Refusal(f"refuses: {said}", passes=False, hint=hint)
    if said.startswith("NOGROUP"):
        return Refusal(f"has lost the group: {said}", passes=False, hint="start the job again: it makes the group anew")
    helps = [help_ for words, help_ in _HINTS.items() if words in said]
    is_of_record = bool(helps) and helps[0] in _OF_RECORDS
    return Refusal(f"refuses: {said}", passes=False, hint=[*helps, _OLD][0], is_of_record=is_of_record)


def _said(error: BaseException) -> str:
    """The system's own words, without redis-py's numbers and addresses around them."""
    cause = error if isinstance(error, OSError) else error.__context__
    if isinstance(cause, OSError) and cause.strerror:
        text = cause.strerror
        return text[0].lower() + text[1:] if text[1:2].islower() else text
    return str(error).strip().rstrip(".") or type(error).__name__
