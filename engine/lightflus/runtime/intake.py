"""What happens to records that could not be decoded: the policy of one source subtask.

What it owns: failing, dropping, putting aside; counting; ending a job whose deploy is simply bad.
What it leaves: where dead letters go (`ports.DeadLetters`), which policy a source has (the CLI), when (`feeder.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.errors import RecordInvalid
from lightflus.limits import REJECTED_IN_A_ROW
from lightflus.model.graph import BadRecords
from lightflus.ports.letters import DeadLetter, DeadLetters
from lightflus.ports.sources import Rejected, SourceBatch
from lightflus.runtime.counters import Counters


@dataclass(frozen=True, slots=True)
class BadRecordPolicy:
    """What an operator does with records that it cannot read or work on. `letters` is needed for DEAD_LETTER only."""

    action: BadRecords = BadRecords.FAIL
    letters: DeadLetters | None = None


class Intake:
    """The policy at work on one subtask's batches."""

    def __init__(self, source: str, policy: BadRecordPolicy, counters: Counters) -> None:
        """`source` is the operator's name."""
        self._source = source
        self._policy = policy
        self._counters = counters
        self._in_a_row = 0

    def admit(self, batch: SourceBatch) -> None:
        """Settles what is bad in a batch, before any of its rows goes on. Blocks where something is.

        Raises:
            RecordInvalid: the policy is to fail, or everything is bad.
            SinkFailed: the dead letters cannot be kept.
        """
        if batch.rejected:
            self._settle(batch)
        self._count(batch)

    def _settle(self, batch: SourceBatch) -> None:
        if self._policy.action is BadRecords.FAIL:
            raise _invalid(batch.rejected[0])
        if self._policy.action is BadRecords.DEAD_LETTER:
            assert self._policy.letters is not None
            self._policy.letters.put([_letter(self._source, one) for one in batch.rejected])
        self._counters.rejected += len(batch.rejected)

    def _count(self, batch: SourceBatch) -> None:
        """Bad records between two good ones, wherever batches happen to end."""
        rows = 0
        for one in batch.rejected:
            self._in_a_row = 1 if one.rows_before > rows else self._in_a_row + 1
            rows = one.rows_before
            if self._in_a_row == REJECTED_IN_A_ROW:
                raise RecordInvalid(
                    f"{self._in_a_row:,} records one after another could not be decoded; of this one: {one.reason}",
                    where=one.position,
                    hint="the type or the format of the source does not fit what it reads",
                )
        if batch.columns.num_rows > rows:
            self._in_a_row = 0


def _invalid(rejected: Rejected) -> RecordInvalid:
    return RecordInvalid(rejected.reason, where=rejected.position, hint=rejected.hint)


def _letter(source: str, one: Rejected) -> DeadLetter:
    return DeadLetter(source, RecordInvalid.__name__, one.reason, position=one.position, raw=one.raw)
