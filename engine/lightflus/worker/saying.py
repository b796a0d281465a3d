"""What one part of a job says: its guests' log lines, and the errors of records that it puts aside.

What it owns: their form as events; dead letters counted by operator, kind and place between two reports, so that a
million bad records are one line with a number. Any thread.
What it leaves: where events wait (`outbox.py`), keeping the letters themselves (`ports.DeadLetters`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Lock

from lightflus.cluster_limits import EVENT_TEXT, PART_ERRORS
from lightflus.model.text import counted, line
from lightflus.ports.letters import DeadLetter, DeadLetters
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.sandbox.world import LEVELS
from lightflus.worker.outbox import Outbox

_Group = tuple[str, str, str]
"""Operator, kind of error, place in the user's source."""


class Voice:
    """Of one part; its events name the job and generation of its wish."""

    def __init__(self, wish: pb.FragmentWish, outbox: Outbox) -> None:
        self._wish = wish
        self._outbox = outbox
        self._lock = Lock()
        self._aside: dict[_Group, tuple[int, DeadLetter]] = {}

    def log(self, level: int, text: str) -> None:
        """A line of a guest: `sandbox.LogSink`."""
        self._say("log", f"[{LEVELS[min(level, len(LEVELS) - 1)]}] {text}"[:EVENT_TEXT])

    def put_aside(self, letters: Sequence[DeadLetter]) -> None:
        """Counts letters that are kept; of each group the first one is told."""
        with self._lock:
            for letter in letters:
                group = (letter.operator, letter.kind, letter.where or "")
                if group not in self._aside and len(self._aside) >= PART_ERRORS:
                    group = ("", "", "")
                count, first = self._aside.get(group, (0, letter))
                self._aside[group] = (count + 1, first)

    def flush(self) -> None:
        """Says how many records were put aside since it was last called."""
        with self._lock:
            aside, self._aside = self._aside, {}
        for group, (count, first) in aside.items():
            said = f"{counted(count, 'record')} put aside" + ("" if any(group) else ", of kinds beyond the first ones")
            failure = pb.Failure(
                kind=first.kind,
                message=line(f"{said}; {first.operator}: {first.message}", EVENT_TEXT),
                where=first.where or "",
                hint=f"the record at {first.position}" if first.position else "",
            )
            self._say("error", said, failure)

    def _say(self, kind: str, text: str, failure: pb.Failure | None = None) -> None:
        wish = self._wish
        event = pb.Event(
            at_ms=time.time_ns() // 1_000_000,
            namespace=wish.namespace,
            job=wish.job,
            generation=wish.generation,
            kind=kind,
            text=text,
            failure=failure,
        )
        self._outbox.put([event])


class ToldLetters:
    """`ports.DeadLetters` of which is told what they are of."""

    def __init__(self, letters: DeadLetters, voice: Voice) -> None:
        self._letters = letters
        self._voice = voice

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See `ports.DeadLetters`. Raises SinkFailed."""
        self._letters.put(letters)
        self._voice.put_aside(letters)

    def close(self) -> None:
        """See `ports.DeadLetters`."""
        self._letters.close()
