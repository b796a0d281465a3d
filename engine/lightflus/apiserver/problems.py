"""What a request is answered when it cannot be granted: `application/problem+json` (RFC 9457), all problems at once.

What it owns: the HTTP status and the type of every error; nothing of a bug of ours leaves but that there was one.
What it leaves: who raises them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from lightflus.cluster_limits import API_PROBLEMS
from lightflus.errors import (
    BuildFailed,
    CallFailed,
    Conflict,
    ExternalError,
    JobInvalid,
    LightflusError,
    NotFound,
    Problem,
    Superseded,
    UserError,
)
from lightflus.limits import SHOWN_CHARACTERS
from lightflus.model.text import line

MEDIA_TYPE: Final = "application/problem+json"
_STATUSES: Final = (
    (NotFound, 404),
    (Conflict, 409),
    (UserError, 422),
    (CallFailed, 503),
    (Superseded, 503),
    (ExternalError, 503),
)
TITLES: Final = {
    400: "The request cannot be read",
    401: "A token is needed",
    403: "The token does not reach so far",
    404: "There is no such thing",
    405: "Not by this method",
    408: "The request took too long to arrive",
    409: "Not legal now",
    413: "Too large",
    415: "Not of this media type",
    422: "It breaks its rules",
    429: "Too many requests at once",
    500: "A defect of Lightflus",
    503: "The coordinator is away",
}


class Refusal(LightflusError):
    """A request that the door itself refuses.

    Attributes:
        status: of HTTP.
        slug: the end of the problem's type.
        problems: all that is wrong, where there is more to say than the text.
        headers: that go with the answer.
    """

    def __init__(
        self,
        status: int,
        slug: str,
        text: str,
        *,
        problems: Sequence[Problem] = (),
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text, hint=hint)
        self.status = status
        self.slug = slug
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


def answer(error: Exception, path: str) -> Response:
    """The answer to a request that ended with an error."""
    status, slug = _kind(error)
    problems = _problems(error)
    body = {
        "type": f"/problems/{slug}",
        "title": TITLES[status],
        "status": status,
        "detail": _shown(_detail(error)) if status != 500 else TITLES[500],
        "instance": path,
        "problems": [
            {
                name: _shown(text)
                for name, text in (("where", p.where), ("what", p.text), ("hint", p.hint))
                if text is not None
            }
            for p in problems[:API_PROBLEMS]
        ],
    }
    headers = dict(error.headers) if isinstance(error, Refusal) else {}
    if status == 503:
        headers["Retry-After"] = "1"
    return Response(json.dumps(body), status, headers, MEDIA_TYPE)


def _detail(error: Exception) -> str:
    """The only one that this process calls is the coordinator."""
    return f"the coordinator is away: {error}" if isinstance(error, CallFailed) else str(error)


def _kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, Refusal):
        return error.status, error.slug
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    return status, _slug(type(error).__name__) if status != 500 else "internal-error"


def _problems(error: Exception) -> Sequence[Problem]:
    if isinstance(error, Refusal | JobInvalid | BuildFailed) and error.problems:
        return error.problems
    if isinstance(error, LightflusError) and not isinstance(error, Refusal) and _kind(error)[0] != 500:
        return (Problem(str(error), error.where, error.hint),)
    hint = error.hint if isinstance(error, LightflusError) else None
    return (Problem(str(error), None, hint),) if hint else ()


def _slug(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _shown(text: str) -> str:
    return line(text, SHOWN_CHARACTERS)
