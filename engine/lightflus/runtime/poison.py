"""What becomes of a record on which a user's function fails whenever it is tried: a poison record.

What it owns: the policy at work for the operators of one guest: failing, dropping, putting aside, counting, ending a
job whose deploy is simply bad; the budget of what failed calls may cost a job. On the slot's thread.
What it leaves: finding the record (`guest_host.py`), when it is one too many (`model/poison.py`), where letters go
(`ports.DeadLetters`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import pyarrow as pa

from lightflus.errors import GuestError
from lightflus.limits import FAILED_CALLS_SECONDS, FAILED_CALLS_SHARE, LETTER_BYTES
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import BadRecords, Function
from lightflus.model.operators import function_label
from lightflus.model.poison import Tally
from lightflus.model.types import Type
from lightflus.ports.batch import Batch
from lightflus.ports.letters import AnyArray, DeadLetter
from lightflus.runtime.counters import Counters
from lightflus.runtime.fields import as_column
from lightflus.runtime.intake import BadRecordPolicy

SHOWN_KEY = 80
"""Characters of a key that an error shows."""


@dataclass(frozen=True, slots=True)
class Called:
    """An operator whose functions a guest is called for.

    Attributes:
        name: its name, or the task's for failures outside functions.
        policy: what it does with poison records.
        counters: where they are counted.
    """

    name: str
    policy: BadRecordPolicy
    counters: Counters


@dataclass(frozen=True, slots=True)
class Callers:
    """The operators of one guest.

    Attributes:
        task: who answers for what fails outside functions.
        functions: the operator that each function is called for.
        graph: the functions of the whole job, by number.
    """

    task: Called
    functions: Mapping[FunctionNumber, Called]
    graph: Sequence[Function]

    def of(self, error: GuestError) -> Called:
        """Whose call it was that failed."""
        return self.task if error.function is None else self.functions.get(FunctionNumber(error.function), self.task)

    def label(self, error: GuestError) -> str | None:
        """The function that failed, for people."""
        function = self._function(error)
        return None if function is None or error.function is None else function_label(error.function, function)

    def where(self, error: GuestError) -> str | None:
        """The place in the user's source: where it failed, else where the function stands."""
        function = self._function(error)
        return error.position or (str(function.position) if function is not None and function.position else None)

    def _function(self, error: GuestError) -> Function | None:
        is_known = error.function is not None and error.function < len(self.graph)
        return self.graph[error.function] if is_known and error.function is not None else None


class RetryBudget:
    """What calls that fail may cost one job in this process: some seconds, and some share of those that succeed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left_ns = FAILED_CALLS_SECONDS * 1_000_000_000
        self._failed_ns = 0

    def earn(self, taken_ns: int) -> None:
        """A call succeeded and took so much CPU time."""
        with self._lock:
            self._left_ns += taken_ns * FAILED_CALLS_SHARE

    def spend(self, taken_ns: int) -> str | None:
        """A call failed and took so much. Why no other may be tried, in words; else None."""
        with self._lock:
            self._left_ns -= taken_ns
            self._failed_ns += taken_ns
            if self._left_ns > 0:
                return None
            return f"calls that failed have taken {self._failed_ns // 1_000_000_000} s of this job"


@dataclass(frozen=True, slots=True)
class Screen:
    """What a stage knows of the rows that come to it.

    Attributes:
        record: their type.
        key: the type of their keys, where they have some.
        is_raw: whether a record is text or bytes as a source has read them.
        tally: counts them.
    """

    record: Type
    key: Type | None = None
    is_raw: bool = False
    tally: Tally = field(default_factory=Tally)


class Settling:
    """The poison records of one batch: put aside together, when all of its rows have been worked on."""

    def __init__(self, callers: Callers, batch: Batch, screen: Screen) -> None:
        """`screen` is the stage's."""
        self._callers = callers
        self._batch = batch
        self._screen = screen
        self._letters: list[tuple[BadRecordPolicy, DeadLetter]] = []

    def is_tolerant(self, error: GuestError) -> bool:
        """Whether the job goes on without the record that caused `error`."""
        return self._callers.of(error).policy.action is not BadRecords.FAIL

    def passed(self, rows: int) -> None:
        """So many rows were worked on."""
        self._screen.tally.good(rows)

    def settle(self, error: GuestError, row: int) -> None:
        """A row on which a call fails even alone. Raises GuestError if it is one too many."""
        called = self._callers.of(error)
        why = self._screen.tally.poison()
        if called.policy.action is BadRecords.DEAD_LETTER:
            self._letters.append((called.policy, self._letter(called, error, row)))
        called.counters.poisoned += 1
        if why is not None:
            raise ended(
                error,
                f"{called.name}: {why} failed; of this one: {error}",
                "the code of this operator does not fit what it reads",
            )

    def close(self) -> None:
        """Has what was put aside kept. Raises SinkFailed."""
        found, self._letters = self._letters, []
        for policy in {id(policy.letters): policy for policy, _ in found}.values():
            assert policy.letters is not None
            policy.letters.put([letter for other, letter in found if other.letters is policy.letters])

    def _letter(self, called: Called, error: GuestError, row: int) -> DeadLetter:
        batch, screen = self._batch, self._screen
        position = position_of(batch, row)
        record = _value(batch.columns, screen.record, row)
        key = None if batch.keys is None or screen.key is None else _value(batch.keys, screen.key, row)
        raw = cast("pa.BinaryArray", record) if screen.is_raw and record is not None else None
        return DeadLetter(
            operator=called.name,
            kind=type(error).__name__,
            message=str(error),
            position=position,
            raw=raw[0].as_buffer().to_pybytes() if raw is not None and raw[0].is_valid else None,
            record=record,
            key=key,
            function=self._callers.label(error),
            where=self._callers.where(error),
            frames=error.frames,
        )


def _value(columns: pa.RecordBatch, record: Type, row: int) -> AnyArray | None:
    """The record of a row as an array of one value; None if it is too large for a letter."""
    one = columns.slice(row, 1)
    if one.nbytes > LETTER_BYTES:
        return None
    return as_column(one, record)


def ended(error: GuestError, text: str, hint: str | None) -> GuestError:
    """The error that ends a job instead of `error`: the same, in other words."""
    return type(error)(
        text,
        function=error.function,
        row=error.row,
        position=error.position,
        frames=error.frames,
        hint=hint or error.hint,
        operator=error.operator,
        record=error.record,
        rule=error.rule,
    )


def position_of(batch: Batch, row: int) -> str | None:
    """Where a row comes from, if that is known. It never fails: an error is never lost to what is added to it."""
    try:
        return None if batch.origin is None else batch.origin.position(row)
    except Exception:  # whatever a connector's own code does
        return None


def shown_row(batch: Batch, row: int) -> str | None:
    """What identifies a row, in words: its key, else where it comes from; None if neither is known."""
    return position_of(batch, row) if batch.keys is None else shown_key(batch.keys, row)


def shown_key(keys: pa.RecordBatch, row: int) -> str:
    """The key of a row, as an error may show it. It never fails."""
    try:
        values = keys.slice(row, 1).to_pylist()[0]
        text = repr(next(iter(values.values())) if len(values) == 1 else values)
    except (OverflowError, ValueError):  # a time in the year 100,000, which Python does not have
        text = " ".join(column.slice(row, 1).to_string() for column in keys.columns)
    return f"with key {text[:SHOWN_KEY]}" + ("..." if len(text) > SHOWN_KEY else "")
