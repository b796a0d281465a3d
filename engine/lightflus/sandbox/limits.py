"""The limits of one guest, as a value.

What it owns: which of the numbers of `lightflus.limits` bound an instance, and what a job may ask for within them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightflus import limits
from lightflus.model.graph import ResourceLimits
from lightflus.wasm import StoreLimits


@dataclass(frozen=True, slots=True)
class GuestLimits:
    """What one instance may use, at most.

    Attributes:
        memory_bytes: linear memory.
        deadline_ms: one call.
        table_elements: its function table.
        job_memory_bytes: linear memory of all instances of its job together.
    """

    memory_bytes: int = limits.GUEST_MEMORY_BYTES
    deadline_ms: int = limits.DEADLINE_MS
    table_elements: int = limits.GUEST_TABLE_ELEMENTS
    job_memory_bytes: int = limits.JOB_GUEST_MEMORY_BYTES

    @classmethod
    def of_run(cls) -> GuestLimits:
        """For `lightflus run`: the machine is the user's own."""
        return cls(
            memory_bytes=limits.RUN_GUEST_MEMORY_BYTES,
            deadline_ms=limits.RUN_DEADLINE_MS,
            job_memory_bytes=limits.RUN_JOB_GUEST_MEMORY_BYTES,
        )

    def asked(self, wish: ResourceLimits) -> GuestLimits:
        """What a job gets that asks for `wish` (0 = nothing special): never more than these limits."""
        return replace(
            self,
            memory_bytes=_least(self.memory_bytes, wish.memory_mib * limits.MIB),
            deadline_ms=_least(self.deadline_ms, wish.deadline_ms),
        )

    def of_store(self) -> StoreLimits:
        """The same, for `lightflus.wasm`."""
        return StoreLimits(self.memory_bytes, self.deadline_ms, self.table_elements)


def _least(limit: int, wish: int) -> int:
    return min(limit, wish) if wish else limit
