"""Dead letters as JSON lines in a file: what could not be decoded, why, and where it stood.

What it owns: the file, which is made with the first letter, the form of a line, and that a record which is read again
stands there once. From any thread, under a lock.
What it leaves: which records come here (`runtime/intake.py`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from io import RawIOBase
from threading import Lock

from lightflus.connectors.toolbox.failures import writing
from lightflus.errors import BindingInvalid
from lightflus.limits import KNOWN_DEAD_LETTERS
from lightflus.model.text import line
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
        self._known: dict[bytes, None] = {}
        self.count = 0
        """Letters that this run has written."""
        self.repeated = 0
        """Letters of this run that stood there already."""

    def check(self) -> None:
        """Whether the file can be made, without making it. Raises BindingInvalid."""
        folder = os.path.dirname(self.path) or "."
        if not os.access(self.path if os.path.exists(self.path) else folder, os.W_OK) or os.path.isdir(self.path):
            raise BindingInvalid(
                "dead letters cannot be written there",
                where=self.path,
                hint=f"name a file that can be written; is `{folder}` an existing directory?",
            )

    def put(self, source: str, rejected: Sequence[Rejected]) -> None:
        """Appends a line per record that is not there yet, and has the disk keep them. Raises SinkFailed."""
        letters = [self._letter(source, one) for one in rejected]
        with self._lock, writing(self.path):
            file = self._file or self._open()
            new = [letter for letter in letters if self._is_new(letter)]
            lines = memoryview(b"".join(map(_line, new)))
            while lines:
                lines = lines[file.write(lines) or 0 :]
            os.fsync(file.fileno())
            self.count += len(new)
            self.repeated += len(letters) - len(new)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _open(self) -> RawIOBase:
        """Opens the file to append, and learns what stands there; a last line that was cut off is ended."""
        end = b""
        if os.path.isfile(self.path):
            with open(self.path, "rb") as there:
                for line in there:
                    end = line[-1:]
                    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                        self._is_new(json.loads(line))
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115 (close() does)
        if end not in (b"", b"\n"):
            self._file.write(b"\n")
        return self._file

    def _is_new(self, letter: dict[str, str]) -> bool:
        """Whether it does not stand there yet, as far as that is remembered; it is remembered from now on."""
        whole = "\0".join(letter[name] for name in ("job", "source", "position", "raw"))
        mark = blake2b(whole.encode(errors="replace"), digest_size=16).digest()
        if mark in self._known:
            return False
        self._known[mark] = None
        if len(self._known) > KNOWN_DEAD_LETTERS:
            del self._known[next(iter(self._known))]
        return True

    def _letter(self, source: str, one: Rejected) -> dict[str, str]:
        letter = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "job": self._job,
            "source": line(source),
            "position": line(one.position),
            "reason": line(one.reason),
            "raw": base64.b64encode(one.raw).decode(),
        }
        with contextlib.suppress(UnicodeDecodeError):
            letter["text"] = one.raw.decode()
        return letter


def _line(letter: dict[str, str]) -> bytes:
    return json.dumps(letter).encode() + b"\n"  # escaped: whoever looks at the file has a terminal
