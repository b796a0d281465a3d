"""Dead letters into any sink, a row each.

What it owns: the sink's writer, which is opened with the first letter. From any thread, under a lock.
What it leaves: which sink (`compose/letters.py`), the form of a letter (`letter_lines.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import pyarrow as pa

from lightflus.connectors.files.letter_lines import LetterForm, line_of
from lightflus.model.types import VALUE_COLUMN
from lightflus.ports.health import Health
from lightflus.ports.letters import DeadLetter
from lightflus.ports.sinks import Sink, SinkWriter

LETTER_SCHEMA = pa.schema([pa.field(VALUE_COLUMN, pa.utf8(), nullable=False)])
"""Of rows that are lines."""


class SinkDeadLetters:
    """`ports.DeadLetters` into a sink of one field, `value`: the line that a file would have."""

    def __init__(self, place: str, sink: Sink, form: LetterForm, health: Health) -> None:
        """`sink` is closed with it."""
        self.place = place
        self.count = 0
        """Letters that this run has written."""
        self.repeated = 0
        """Of a sink nobody knows what stands there already."""
        self._sink = sink
        self._form = form
        self._lock = Lock()
        self._health = health
        self._writer: SinkWriter | None = None

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Writes and flushes. Raises SinkFailed."""
        lines = [line_of(self._form.fields(letter)).decode().rstrip("\n") for letter in letters]
        with self._lock:
            if self._writer is None:
                self._writer = self._sink.writer(0, self._health)
            self._writer.write(pa.RecordBatch.from_arrays([pa.array(lines, pa.utf8())], schema=LETTER_SCHEMA))
            self._writer.flush()
            self.count += len(letters)

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
            self._sink.close()
