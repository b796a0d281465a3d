"""Errors between processes: a LightflusError as a message, and back to an error of the same class.

What it owns: which class a message names (only those of `errors.py`), and bounds on what is carried. Any thread.
What it leaves: which errors are worth another try (`model/cluster/restarts.py`), gRPC's own codes (`wire/control.py`).
"""

from __future__ import annotations

from typing import Final

from lightflus import errors
from lightflus.cluster_limits import FAILURE_BYTES, FAILURE_PROBLEMS, FAILURE_TEXT
from lightflus.errors import ExternalError, LightflusError, Problem
from lightflus.model.cluster.restarts import is_final
from lightflus.proto.lightflus.v1 import cluster_pb2

_CLASSES: Final = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, LightflusError) and not name.startswith("_")
}


def to_failure(error: LightflusError) -> cluster_pb2.Failure:
    """The message for an error, cut to its bounds: a text that is too long ends with an ellipsis."""
    failure = cluster_pb2.Failure(
        kind=type(error).__name__,
        message=_cut(str(error)),
        where=_cut(error.where or ""),
        hint=_cut(error.hint or ""),
        is_final=is_final(error),
        problems=[
            cluster_pb2.Problem(where=_cut(one.where or ""), what=_cut(one.text), hint=_cut(one.hint or ""))
            for one in _problems(error)[:FAILURE_PROBLEMS]
        ],
    )
    while failure.problems and failure.ByteSize() > FAILURE_BYTES:
        del failure.problems[-1]
    return failure


def from_failure(failure: cluster_pb2.Failure) -> LightflusError:
    """The error that a message tells of; an unknown kind is an ExternalError that names it."""
    where, hint = failure.where or None, failure.hint or None
    found = _CLASSES.get(failure.kind)
    if found is None:
        return ExternalError(f"{failure.kind or 'error'}: {failure.message}", where=where, hint=hint)
    if found in (errors.BuildFailed, errors.JobInvalid):
        problems = tuple(Problem(one.what, one.where or None, one.hint or None) for one in failure.problems)
        return errors.JobInvalid(failure.message, problems, hint=hint)
    if issubclass(found, errors.GuestError):
        return found(failure.message, position=where, hint=hint)
    return found(failure.message, where=where, hint=hint)


def _problems(error: LightflusError) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, errors.BuildFailed | errors.JobInvalid) else ()


def _cut(text: str) -> str:
    return text if len(text) <= FAILURE_TEXT else text[: FAILURE_TEXT - 1] + "…"
