"""How a run takes checkpoints: what its caller has found and decided before it starts.

What it owns: one value. What it leaves: finding and deciding (`compose/resuming.py`), taking them (`runtime/`).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.model.checkpoints import Manifest
from lightflus.ports.checkpoints import Checkpoints


@dataclass(frozen=True, slots=True)
class CheckpointPlan:
    """Checkpoints of one run.

    Attributes:
        checkpoints: where they are.
        header: a manifest without content: whose they are, and which start of the job this is.
        every: seconds from one to the next.
        last_epoch: the highest number that any checkpoint has: the next one is higher.
        resumed: the one from which the run goes on; None: it begins.
        accepts_duplicates: whether it may go on from one that some sinks are ahead of.
    """

    checkpoints: Checkpoints
    header: Manifest
    every: float
    last_epoch: int = 0
    resumed: Manifest | None = None
    accepts_duplicates: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether the job came to its end with that one: all that is left is that sinks show what it holds."""
        return self.resumed is not None and self.resumed.is_end
