"""The guest of one subtask: made when needed, replaced when dead, called again without the record that killed it.

What it owns: the life of the instance; finding the record on which a call fails: where the guest said it was, else by
halving, and it counts only if a call of that record alone fails, too. Since a guest's call is pure, and what it answers
is kept only when it succeeds, the rows around it come out as if it had never come. On the slot's thread, but for
`interrupt`, which the loop calls.
What it leaves: what is called (`operators/`), what becomes of such a record (`poison.py`), limits of memory and time
(`sandbox/`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import thread_time_ns

from lightflus.errors import (
    GuestDeadlineExceeded,
    GuestDisturbed,
    GuestError,
    GuestMemoryExceeded,
    InternalError,
    SinkFailed,
    StateRowTooLarge,
)
from lightflus.limits import GUEST_REPEATS
from lightflus.ports.batch import Batch
from lightflus.ports.guests import Guest, GuestFactory
from lightflus.runtime.meter import Meter
from lightflus.runtime.pieces import retry_pieces, skip_pieces
from lightflus.runtime.poison import Callers, RetryBudget, Screen, Settling, ended, shown_row

_TOO_BIG = (GuestMemoryExceeded, GuestDeadlineExceeded, StateRowTooLarge)
"""Errors that need not be any one record's: fewer of them may do."""
Call = Callable[[Guest, int, int], None]
"""Works on rows [start, stop) with a fresh chain, and keeps what came of it only at its end, when nothing can fail."""


class GuestHost:
    """Calls one guest at a time for one subtask."""

    def __init__(
        self, factory: GuestFactory, callers: Callers, retries: RetryBudget, meter: Meter | None = None
    ) -> None:
        """`retries` is shared by all subtasks of the job in this process; `meter` is the subtask's."""
        self._factory = factory
        self._callers = callers
        self._retries = retries
        self._meter = meter or Meter()
        self._guest: Guest | None = None
        self._is_stopping = False

    def run(self, batch: Batch, start: int, stop: int, call: Call, screen: Screen) -> None:
        """Runs `call` on rows [start, stop) of `batch`: at once, or in pieces without those that are put aside.

        Args:
            batch: what an error says of a row is taken from it.
            start: the first row.
            stop: the row behind the last one.
            call: what works on rows.
            screen: what the stage that asks knows of its rows.

        Raises:
            GuestError: with operator and record; `row` counts from the beginning of the batch that is cut.
            SinkFailed: what was put aside cannot be kept.
        """
        settling = Settling(self._callers, batch, screen)
        try:
            self._run(batch, [(start, stop)], call, settling)
        except BaseException:
            with suppress(SinkFailed):  # what ends the job is the first thing to be told
                settling.close()
            raise
        settling.close()

    def _run(self, batch: Batch, pending: list[tuple[int, int]], call: Call, settling: Settling) -> None:
        while pending:
            first, last = pending.pop()
            started = thread_time_ns()
            try:
                self._undisturbed(call, first, last)
            except GuestError as error:
                self._meter.traps += 1
                if self._guest is None:
                    raise self._placed(error, None, None) from error  # it did not even start
                failed = self._failed(error, batch, first, last)
                is_too_big = isinstance(error, _TOO_BIG)
                if self._is_stopping or not (is_too_big or settling.is_tolerant(error)):
                    raise failed from error
                self._charge(failed, self._measured(started))
                if last - first == 1:
                    if not settling.is_tolerant(error):
                        raise failed from error
                    settling.settle(failed, first)
                    continue
                row = None if error.row is None else first + error.row
                cut = retry_pieces if is_too_big else skip_pieces
                pending.extend(reversed(cut(first, last, row)))
            else:
                self._retries.earn(self._measured(started))
                settling.passed(last - first)

    def _undisturbed(self, call: Call, first: int, last: int) -> None:
        """Makes one call; again where it was ended for the sake of another instance of the job."""
        for _ in range(GUEST_REPEATS):
            try:
                return call(self._alive(), first, last)
            except GuestDisturbed:
                if self._is_stopping:
                    raise
        raise InternalError(
            f"a guest's call was ended {GUEST_REPEATS} times for another's sake", where=self._callers.task.name
        )

    def _measured(self, started_ns: int) -> int:
        """CPU time that a call has taken, which counts; and the memory that its guest has then."""
        taken = thread_time_ns() - started_ns
        self._meter.guest_cpu_ns += taken
        self._meter.guest_memory_bytes = 0 if self._guest is None else self._guest.memory_bytes
        return taken

    def _charge(self, error: GuestError, taken_ns: int) -> None:
        """Counts what a failed call took. Raises GuestError, where no other may be tried."""
        why = self._retries.spend(taken_ns)
        if why is not None:
            raise ended(error, f"{why}; the last one: {error}", "the code of this job does not fit what it reads")

    def interrupt(self) -> None:
        """Ends a running call or start, and lets no failed call be tried again. From the loop; may be repeated."""
        self._is_stopping = True
        (self._guest or self._factory).interrupt()

    def close(self) -> None:
        """Gives the instance back. Idempotent."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.close()

    def _alive(self) -> Guest:
        if self._guest is not None and not self._guest.is_alive:
            self.close()
        if self._guest is None:
            self._guest = self._factory()
        return self._guest

    def _failed(self, error: GuestError, batch: Batch, first: int, last: int) -> GuestError:
        row = None if error.row is None else first + error.row
        if row is None and last - first == 1:
            row = first
        return self._placed(error, row, None if row is None else shown_row(batch, row))

    def _placed(self, error: GuestError, row: int | None, record: str | None) -> GuestError:
        name = self._callers.of(error).name
        place = f", record {record}" if record else "" if row is None else f", row {row} of its batch"
        return type(error)(
            f"{name}{place}: {error}",
            function=error.function,
            row=row,
            position=error.position,
            frames=error.frames,
            hint=error.hint,
            operator=name,
            record=record,
        )
