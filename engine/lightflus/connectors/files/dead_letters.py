"""Dead letters as JSON lines in a file: what could not be decoded, why, and where it stood.

What it owns: the file, which is made with the first letter, and the form of a line. From any thread, under a lock.
What it leaves: which records come here (`runtime/intake.py`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from io import RawIOBase
from threading import Lock

from lightflus.connectors.toolbox.failures import writing
from lightflus.ports.sources import Rejected


class FileDeadLetters:
    """`ports.DeadLetters` appended to one file.

    A line is an object with `time` (ISO 8601), `job`, `source`, `position`, `reason`, `raw` (base64 of the record's
    bytes) and, where they are UTF-8, `text`.
    """

    def __init__(self, path: str, job: str) -> None:
        """Opens nothing yet."""
        self.path = path
        self._job = job
        self._lock = Lock()
        self._file: RawIOBase | None = None
        self.count = 0
        """Letters that this run has written."""

    def put(self, source: str, rejected: Sequence[Rejected]) -> None:
        """Appends a line per record and has the disk keep them. Raises SinkFailed."""
        lines = memoryview(b"".join(self._line(source, one) for one in rejected))
        with self._lock, writing(self.path):
            if self._file is None:
                self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 (close() does)
            while lines:
                lines = lines[self._file.write(lines) or 0 :]
            os.fsync(self._file.fileno())
            self.count += len(rejected)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _line(self, source: str, one: Rejected) -> bytes:
        letter = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "job": self._job,
            "source": source,
            "position": one.position,
            "reason": one.reason,
            "raw": base64.b64encode(one.raw).decode(),
        }
        with contextlib.suppress(UnicodeDecodeError):
            letter["text"] = one.raw.decode()
        return json.dumps(letter, ensure_ascii=False).encode(errors="replace") + b"\n"
