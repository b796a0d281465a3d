"""What a transactional sink remembers of its commits, and what that says about one that is asked for.

What it owns: the marker that is written in one transaction with the output, and the rule. Pure.
What it leaves: where a marker lies (each such sink).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """What is to be done with a committable."""

    NEW = "new"
    """It has not been committed."""
    DONE = "done"
    """It has."""
    OLD = "old"
    """It comes from a run that was replaced: that epoch was made again, and may have been committed."""


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """The last commit of one subtask. Epochs grow from one generation to the next.

    Attributes:
        generation: of the job's restarts, which made the output.
        epoch: the checkpoint's number.
        since: the first epoch that this generation has committed.
    """

    generation: int
    epoch: int
    since: int

    def judge(self, generation: int, epoch: int) -> Verdict:
        """Whether that epoch of that generation may be committed, has been, or comes too late."""
        if generation > self.generation:
            return Verdict.NEW
        if generation == self.generation:
            return Verdict.NEW if epoch > self.epoch else Verdict.DONE
        return Verdict.DONE if epoch < self.since else Verdict.OLD

    def after(self, generation: int, epoch: int) -> Marker:
        """The marker of a commit that follows."""
        return Marker(generation, epoch, self.since if generation == self.generation else epoch)


NOTHING = Marker(-1, -1, -1)
"""Before the first commit."""
