"""Poison records: records on which a user's function fails. What is done with them, and when they are too many.

What it owns: which policy holds for an operator where the job does not say it; when a job ends because not its records
but its code is wrong. Pure: the verdict depends on the records in their order, never on where batches are cut.
What it leaves: finding such a record (`runtime/guest_host.py`), what becomes of it (`runtime/poison.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from lightflus.limits import POISON_IN_A_ROW, POISON_LEAST, POISON_PERCENT
from lightflus.model.graph import BadRecords, JobGraph, OperatorId


def poison_actions(
    graph: JobGraph, of_sources: Mapping[OperatorId, BadRecords], forced: BadRecords | None = None
) -> dict[OperatorId, BadRecords]:
    """What each operator that reads does with the records on which its functions fail.

    As its run says (`forced`), else as the job says of it, else as its sources are known for: where one of them is
    known to put records aside, since nobody waits in front of it, they are put aside.

    Args:
        graph: a checked graph.
        of_sources: what each source's system is known for.
        forced: for all operators, whatever the job says.
    """
    known: dict[OperatorId, BadRecords] = dict(of_sources)
    found: dict[OperatorId, BadRecords] = {}
    waiting = {operator.id: operator for operator in graph.operators if operator.inputs}
    while waiting:
        ready = [one for one in waiting.values() if all(edge.operator in known for edge in one.inputs)]
        for one in ready:
            reads = {known[edge.operator] for edge in one.inputs}
            aside = BadRecords.DEAD_LETTER
            known[one.id] = aside if aside in reads else next(iter(reads))
            found[one.id] = forced or one.poison or known[one.id]
            del waiting[one.id]
        assert ready, "a checked graph has no cycle"
    return found


class Tally:
    """The rows that came to one stage of one subtask, in order, and how many of them were poison."""

    def __init__(self) -> None:
        self._rows = 0
        self._poison = 0
        self._in_a_row = 0

    def good(self, rows: int) -> None:
        """So many passed."""
        self._rows += rows
        if rows:
            self._in_a_row = 0

    def poison(self) -> str | None:
        """One was poison. Why that is one too many, in words; else None."""
        self._rows += 1
        self._poison += 1
        self._in_a_row += 1
        if self._in_a_row >= POISON_IN_A_ROW:
            return f"{self._in_a_row:,} records one after another"
        if self._poison >= POISON_LEAST and self._poison * 100 > self._rows * POISON_PERCENT:
            return f"{self._poison:,} of {self._rows:,} records"
        return None
