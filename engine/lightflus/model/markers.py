"""What a transactional sink remembers of its commits, and what that says about one that is asked for.

What it owns: the marker that is written in one transaction with the output, and the rules. Pure.
What it leaves: where a marker lies (each such sink).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """The last word of one subtask of a sink, of one incarnation of a job.

    Attributes:
        generation: the youngest run that has been here: only it may write.
        epoch: the last one that is visible; 0: none. Epochs grow over all generations.
        begun: one of which some is visible, where a system cannot show it at once; 0: none.
    """

    generation: int
    epoch: int
    begun: int = 0

    @property
    def last(self) -> int:
        """The last one that cannot be undone any more; 0: none."""
        return max(self.epoch, self.begun)

    def shuts_out(self, generation: int) -> bool:
        """Whether a run comes too late, since a younger one goes on."""
        return generation < self.generation

    def covers(self, epoch: int) -> bool:
        """Whether that epoch, which a manifest names, is visible already."""
        return epoch <= self.epoch


NOTHING = Marker(0, 0)
"""Before the first run."""
