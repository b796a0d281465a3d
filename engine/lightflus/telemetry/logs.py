"""Logs of a cluster's processes on standard error: lines for people, or an object of JSON a line for programs.

What it owns: both forms, and that whatever others have written stays on its line. Any thread.
What it leaves: what is logged (each process, by Python's `logging`), what jobs say (`worker/saying.py`).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from lightflus.limits import TOLD_CHARACTERS
from lightflus.model.text import line, told

_ROOT: Final = "lightflus"
_KNOWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What each record has; what else one has was said with it (`extra`)."""


class LogForm(Enum):
    """How a line looks."""

    TEXT = "text"
    JSON = "json"


def log_to_stderr(form: LogForm, **about: str) -> None:
    """From now on this process logs: its own lines from INFO on, those of libraries from WARNING on.

    `about` stands in each object: which process this is, of which worker, for which namespace.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(about) if form is LogForm.JSON else _Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(_ROOT).setLevel(logging.INFO)


class _Text(logging.Formatter):
    """`2026-11-30T10:00:00.000Z warning a heartbeat failed`; a traceback stands below."""

    def format(self, record: logging.LogRecord) -> str:
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{_time(record)} {record.levelname.lower():7} {line(record.getMessage(), TOLD_CHARACTERS)}{trace}"


class _Json(logging.Formatter):
    """One object: `at`, `level`, `logger`, `message`, what the process is, what was said with it, `trace`."""

    def __init__(self, about: dict[str, str]) -> None:
        super().__init__()
        self._about = {**about, "pid": os.getpid()}

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **self._about,
            **{name: value for name, value in vars(record).items() if name not in _KNOWN},
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(told(said), default=str)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
