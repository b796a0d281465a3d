"""The guest of one subtask: made when needed, replaced when dead, called again in pieces when a call was too big.

What it owns: the life of the instance; retries; saying which operator and record a guest's error belongs to. On the
slot's thread, but for `interrupt`, which the loop calls.
What it leaves: what is called (`operators/`), and limits of memory and time (`sandbox/`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lightflus.errors import GuestDeadlineExceeded, GuestDisturbed, GuestError, GuestMemoryExceeded, InternalError
from lightflus.limits import GUEST_REPEATS
from lightflus.model.graph import FunctionNumber
from lightflus.ports.guests import Guest, GuestFactory
from lightflus.runtime.pieces import retry_pieces

Call = Callable[[Guest, int, int], None]
"""Works on rows [start, stop) with a fresh chain, and keeps what came of it only at its end, when nothing can fail."""
Describe = Callable[[int], str | None]
"""Where a row comes from, in words, if that is known."""


class GuestHost:
    """Calls one guest at a time for one subtask."""

    def __init__(self, factory: GuestFactory, operators: Mapping[FunctionNumber, str], task: str) -> None:
        """`operators` names the operator of each function; `task` is the name for failures outside functions."""
        self._factory = factory
        self._operators = operators
        self._task = task
        self._guest: Guest | None = None
        self._is_stopping = False

    def run(self, start: int, stop: int, call: Call, describe: Describe) -> None:
        """Runs `call` on rows [start, stop): at once, or in pieces if the guest ran out of memory or time.

        Raises:
            GuestError: with operator and record; `row` counts from the beginning of the batch that is cut.
        """
        pending = [(start, stop)]
        while pending:
            first, last = pending.pop()
            try:
                self._undisturbed(call, first, last)
            except (GuestMemoryExceeded, GuestDeadlineExceeded) as error:
                if last - first <= 1 or self._is_stopping:
                    raise self._failed(error, first, last, describe) from error
                row = None if error.row is None else first + error.row
                pending.extend(reversed(retry_pieces(first, last, row)))
            except GuestError as error:
                raise self._failed(error, first, last, describe) from error

    def _undisturbed(self, call: Call, first: int, last: int) -> None:
        """Makes one call; again where it was ended for the sake of another instance of the job."""
        for _ in range(GUEST_REPEATS):
            try:
                return call(self._alive(), first, last)
            except GuestDisturbed:
                if self._is_stopping:
                    raise
        raise InternalError(f"a guest's call was ended {GUEST_REPEATS} times for another's sake", where=self._task)

    def interrupt(self) -> None:
        """Ends a running call, and lets no failed call be tried again. From the loop; may be called repeatedly."""
        self._is_stopping = True
        guest = self._guest
        if guest is not None:
            guest.interrupt()

    def close(self) -> None:
        """Gives the instance back. Idempotent."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.close()

    def _alive(self) -> Guest:
        if self._guest is not None and not self._guest.is_alive:
            self.close()
        if self._guest is None:
            try:
                self._guest = self._factory()
            except GuestDisturbed:
                raise
            except GuestError as error:
                raise self._placed(error, None, None) from error
        return self._guest

    def _failed(self, error: GuestError, first: int, last: int, describe: Describe) -> GuestError:
        row = None if error.row is None else first + error.row
        if row is None and last - first == 1:
            row = first
        return self._placed(error, row, None if row is None else describe(row))

    def _placed(self, error: GuestError, row: int | None, record: str | None) -> GuestError:
        function = error.function
        name = self._task if function is None else self._operators.get(FunctionNumber(function), self._task)
        place = f", record {record}" if record else "" if row is None else f", row {row} of its batch"
        return type(error)(
            f"{name}{place}: {error}",
            function=function,
            row=row,
            position=error.position,
            frames=error.frames,
            hint=error.hint,
            operator=name,
            record=record,
        )
