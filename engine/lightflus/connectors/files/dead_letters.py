"""Dead letters as JSON lines in a file: what could not be read or worked on, why, and where it stood.

What it owns: the file, which is made with the first letter, and that a record which is read again stands there once.
From any thread, under a lock.
What it leaves: the form of a line (`letter_lines.py`), which records come here (`runtime/intake.py`,
`runtime/poison.py`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from io import RawIOBase
from threading import Lock

from lightflus.connectors.files.letter_lines import Fields, LetterForm, line_of, mark_of, parsed
from lightflus.connectors.toolbox.failures import writing
from lightflus.errors import BindingInvalid
from lightflus.limits import KNOWN_DEAD_LETTERS
from lightflus.ports.letters import DeadLetter


class FileDeadLetters:
    """`ports.DeadLetters` appended to one file."""

    def __init__(self, path: str, form: LetterForm) -> None:
        """Opens nothing yet."""
        self.place = path
        self._form = form
        self._lock = Lock()
        self._file: RawIOBase | None = None
        self._known: dict[bytes, None] = {}
        self.count = 0
        """Letters that this run has written."""
        self.repeated = 0
        """Letters of this run that stood there already."""

    def check(self) -> None:
        """Whether the file can be made, without making it. Raises BindingInvalid."""
        folder = os.path.dirname(self.place) or "."
        if not os.access(self.place if os.path.exists(self.place) else folder, os.W_OK) or os.path.isdir(self.place):
            raise BindingInvalid(
                "dead letters cannot be written there",
                where=self.place,
                hint=f"name a file that can be written; is `{folder}` an existing directory?",
            )

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Appends a line per letter that is not there yet, and has the disk keep them. Raises SinkFailed."""
        found = [self._form.fields(letter) for letter in letters]
        with self._lock, writing(self.place):
            file = self._file or self._open()
            new = [fields for fields in found if self._is_new(fields)]
            lines = memoryview(b"".join(map(line_of, new)))
            while lines:
                lines = lines[file.write(lines) or 0 :]
            os.fsync(file.fileno())
            self.count += len(new)
            self.repeated += len(found) - len(new)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _open(self) -> RawIOBase:
        """Opens the file to append, and learns what stands there; a last line that was cut off is ended."""
        end = b""
        if os.path.isfile(self.place):
            with open(self.place, "rb") as there:
                for line in there:
                    end = line[-1:]
                    if (fields := parsed(line)) is not None:
                        self._is_new(fields)
        self._file = open(self.place, "ab", buffering=0)  # noqa: SIM115 (close() does)
        if end not in (b"", b"\n"):
            self._file.write(b"\n")
        return self._file

    def _is_new(self, fields: Fields) -> bool:
        """Whether it does not stand there yet, as far as that is remembered; it is remembered from now on."""
        mark = mark_of(fields)
        if mark is None:
            return True
        if mark in self._known:
            return False
        self._known[mark] = None
        if len(self._known) > KNOWN_DEAD_LETTERS:
            del self._known[next(iter(self._known))]
        return True
