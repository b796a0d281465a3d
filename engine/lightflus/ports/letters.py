"""Dead letters: what is kept of a record that could not be read or worked on, so that nothing is lost.

What it owns: the value and the Protocols of where letters go, with and without checkpoints. From any thread.
What it leaves: which records come here (`runtime/intake.py`, `runtime/poison.py`), how a letter is written
(`connectors/files/dead_letters.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import pyarrow as pa

from lightflus.ports.sinks import Committable, Committer, SinkIdentity

AnyArray: TypeAlias = "pa.Array[pa.Scalar[pa.DataType]]"
"""An array of any type."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that was put aside.

    Attributes:
        operator: the name of the source that could not decode it, or of the operator whose function failed.
        kind: the class of `errors.py` that says what happened.
        message: what was wrong.
        position: its place in its source, where that is known: `topic[3]@1077`.
        raw: its bytes as the source read them, where they are known.
        record: the record that came to the operator, as an array of one value; None = it could not be decoded.
        key: its key, in the same way, where it has one.
        function: the function that failed, for people.
        where: the user's `file:line:col`.
        frames: wasm frames by name, innermost first.
    """

    operator: str
    kind: str
    message: str
    position: str | None = None
    raw: bytes | None = None
    record: AnyArray | None = None
    key: AnyArray | None = None
    function: str | None = None
    where: str | None = None
    frames: tuple[str, ...] = ()


class DeadLetters(Protocol):
    """Where dead letters go, so that the job goes on."""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Keeps letters; durable when it returns. From any thread. Raises SinkFailed."""
        ...

    def close(self) -> None:
        """Idempotent."""
        ...


class StagingLetters(DeadLetters, Protocol):
    """The letters of one part of a job, epoch by epoch: they need not be durable when `put` returns."""

    def prepare(self, epoch: int) -> Committable:
        """See `ports.StagingWriter`. Raises SinkFailed."""
        ...

    @property
    def staged_bytes(self) -> int:
        """See `ports.StagingWriter`."""
        ...


@runtime_checkable
class TransactionalLetters(Protocol):
    """Where the letters of a job with checkpoints go, each once: a sink whose subtasks are the job's parts."""

    def begin(self, identity: SinkIdentity) -> None:
        """See `ports.TransactionalSink`. Raises SinkFailed."""
        ...

    def committer(self, part: int) -> Committer:
        """See `ports.TransactionalSink`. Raises SinkFailed."""
        ...

    def of(self, part: int) -> StagingLetters:
        """The letters of one part, once all have recovered. Raises SinkFailed."""
        ...

    def close(self) -> None:
        """After all parts are closed. Idempotent."""
        ...
