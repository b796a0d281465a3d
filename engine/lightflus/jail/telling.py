"""Errors of a child as plain data, and back.

What it owns: which classes may come back, and what each carries. Nothing else that a child says becomes an object.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final, cast

from lightflus import errors
from lightflus.errors import GuestError, InternalError, JobInvalid, LightflusError, Problem
from lightflus.limits import GRAPH_PROBLEMS, JAIL_ERROR_CHARACTERS, TRAP_FRAMES
from lightflus.model.text import line

_PLAIN: Final[dict[str, type[LightflusError]]] = {
    kind.__name__: kind for kind in (errors.ModuleInvalid, errors.UserError, errors.ExternalError, errors.ToolMissing)
}
_GUESTS: Final[dict[str, type[GuestError]]] = {
    kind.__name__: kind
    for kind in (
        *(errors.GuestAborted, errors.GuestTrapped, errors.GuestDeadlineExceeded, errors.GuestDisturbed),
        *(errors.GuestMemoryExceeded, errors.GuestProtocolError),
    )
}
_GUEST_TEXTS: Final = ("position", "operator", "record", "rule")


def to_plain(error: LightflusError) -> bytes:
    """An error as JSON."""
    plain: dict[str, object] = {"kind": type(error).__name__, "text": str(error)}
    plain |= {"where": error.where, "hint": error.hint}
    if isinstance(error, JobInvalid):
        plain["problems"] = [asdict(problem) for problem in error.problems[:GRAPH_PROBLEMS]]
    if isinstance(error, GuestError):
        plain |= {name: getattr(error, name) for name in (*_GUEST_TEXTS, "function", "row")}
        plain["frames"] = list(error.frames)
    return json.dumps(_cut(plain)).encode()


def from_plain(content: bytes) -> LightflusError:
    """The error that JSON of a child describes; what describes none is an InternalError."""
    try:
        return _error(cast("dict[str, object]", json.loads(content)))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return InternalError("a child of the jail ended with an error that cannot be read")


def _error(plain: dict[str, object]) -> LightflusError:
    text, hint, where = _text(plain["text"]) or "", _text(plain["hint"]), _text(plain["where"])
    kind = str(plain["kind"])
    if kind == JobInvalid.__name__:
        found = cast("list[dict[str, object]]", plain["problems"])[:GRAPH_PROBLEMS]
        return JobInvalid(text, tuple(map(_problem, found)), hint=hint)
    if kind not in _GUESTS:
        return _PLAIN.get(kind, InternalError)(text, where=where, hint=hint)
    made = _GUESTS[kind](
        text,
        function=_number(plain["function"]),
        row=_number(plain["row"]),
        position=_text(plain["position"]),
        frames=tuple(_text(frame) or "" for frame in cast("list[object]", plain["frames"])[:TRAP_FRAMES]),
        hint=hint,
        operator=_text(plain["operator"]),
        record=_text(plain["record"]),
        rule=_text(plain["rule"]),
    )
    made.where = where
    return made


def _problem(plain: dict[str, object]) -> Problem:
    text, where, hint, code, source = (_text(plain[name]) for name in ("text", "where", "hint", "code", "source"))
    return Problem(text or "", where, hint, code, source)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else line(value, JAIL_ERROR_CHARACTERS)
    raise TypeError(value)


def _number(value: object) -> int | None:
    if value is None or isinstance(value, int):
        return value
    raise TypeError(value)


def _cut(value: object) -> object:
    """The same with every text cut, so that an error fits its message."""
    if isinstance(value, str):
        return value[:JAIL_ERROR_CHARACTERS]
    if isinstance(value, dict):
        return {name: _cut(inner) for name, inner in cast("dict[str, object]", value).items()}
    return [_cut(inner) for inner in cast("list[object]", value)] if isinstance(value, list) else value
