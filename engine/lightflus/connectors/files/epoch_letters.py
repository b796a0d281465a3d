"""Dead letters with checkpoints: each is there once, as the output of a sink that takes part in them.

What it owns: a writer for each part of a job that puts letters, and their lines. Parts put and prepare under a lock,
from any thread. What it leaves: the sink (`compose/letters.py`), the form of a letter (`letter_lines.py`), when an
epoch ends and what a checkpoint keeps (the runtime, as with any sink).
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

import pyarrow as pa

from lightflus.connectors.files.letter_lines import LetterForm, line_of
from lightflus.connectors.files.letter_sink import LETTER_SCHEMA
from lightflus.ports.health import Health
from lightflus.ports.letters import DeadLetter
from lightflus.ports.sinks import Committable, Committer, SinkIdentity, TransactionalSink


class EpochLetters:
    """The letters of one run: a sink whose subtasks are the parts of the job that put letters, by their own numbers."""

    def __init__(self, place: str, sink: TransactionalSink, form: LetterForm, health: Health) -> None:
        """`sink` is closed with it."""
        self.place = place
        self.count = 0
        """Letters that this run has put."""
        self.repeated = 0
        """What a restart puts again is there once."""
        self._sink = sink
        self._form = form
        self._health = health
        self._lock = Lock()

    def begin(self, identity: SinkIdentity) -> None:
        """See `ports.TransactionalSink`. Raises SinkFailed."""
        self._sink.begin(identity)

    def committer(self, part: int) -> Committer:
        """See `ports.TransactionalSink`. Raises SinkFailed."""
        return self._sink.committer(part, self._health)

    def of(self, part: int) -> PartLetters:
        """The letters of one part, once the sink has recovered. Raises SinkFailed."""
        return PartLetters(self, self._sink, part, self._health)

    def lines(self, letters: Sequence[DeadLetter]) -> pa.RecordBatch:
        """A row for each; they are counted."""
        lines = [line_of(self._form.fields(letter)).decode().rstrip("\n") for letter in letters]
        with self._lock:
            self.count += len(letters)
        return pa.RecordBatch.from_arrays([pa.array(lines, pa.utf8())], schema=LETTER_SCHEMA)

    def close(self) -> None:
        """After all parts are closed. Idempotent."""
        self._sink.close()


class PartLetters:
    """`ports.DeadLetters` of one part, whose letters belong to the epoch in which it puts them.

    They need not be durable when `put` returns: a job that goes back to a checkpoint puts them again.
    """

    def __init__(self, letters: EpochLetters, sink: TransactionalSink, part: int, health: Health) -> None:
        """Raises SinkFailed."""
        self._letters = letters
        self._lock = Lock()
        self._writer = sink.staging_writer(part, health)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See `ports.DeadLetters`. Raises SinkFailed."""
        lines = self._letters.lines(letters)
        with self._lock:
            self._writer.write(lines)

    def prepare(self, epoch: int) -> Committable:
        """See `ports.StagingWriter`. Raises SinkFailed."""
        with self._lock:
            return self._writer.prepare(epoch)

    @property
    def staged_bytes(self) -> int:
        """See `ports.StagingWriter`."""
        return self._writer.staged_bytes

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            self._writer.close()
