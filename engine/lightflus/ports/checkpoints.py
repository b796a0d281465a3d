"""The checkpoints of one job, as the data plane uses them.

What it owns: the Protocol of writing and reading parts of checkpoints, and what crosses it. Synchronous and blocking;
one thread at a time uses an object that is being written.
What it leaves: where bytes lie (`stores.py`), their forms (`checkpoint/`), what belongs to which epoch (`runtime/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from lightflus.model.checkpoints import Manifest, ObjectRef, RunRef
from lightflus.ports.durable import Piece


class RunUpload(Protocol):
    """A run that is being written."""

    def write(self, piece: Piece) -> None:
        """Adds a piece. Raises StoreFailed."""
        ...

    def finish(self) -> RunRef:
        """After the last piece: the run is there. Raises StoreFailed."""
        ...

    def abandon(self) -> None:
        """There will be no such run. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Of what an object is: names of objects are made of it, and no other start or epoch has the same."""

    generation: int
    epoch: int
    operator: str
    subtask: int
    part: str


class Checkpoints(Protocol):
    """Reads and writes what checkpoints are made of. All methods raise StoreFailed."""

    def run(self, place: Place) -> RunUpload:
        """Begins a run of state rows."""
        ...

    def put(self, place: Place, data: bytes) -> ObjectRef:
        """Writes an object whole."""
        ...

    def put_table(self, place: Place, rows: pa.RecordBatch) -> ObjectRef:
        """Writes rows that are kept whole."""
        ...

    def get(self, ref: ObjectRef) -> bytes:
        """What `put` wrote. Raises CheckpointDamaged."""
        ...

    def get_table(self, ref: ObjectRef) -> pa.RecordBatch:
        """What `put_table` wrote. Raises CheckpointDamaged."""
        ...

    def blocks(self, run: RunRef) -> Iterator[pa.Buffer]:
        """The blocks of a run that have rows of its key groups, some at a time. Raises CheckpointDamaged."""
        ...

    def write(self, manifest: Manifest) -> None:
        """Makes a checkpoint, whose objects are all there. Raises Superseded: another run has made that epoch."""
        ...

    def tidy(self) -> None:
        """Removes old manifests and what none of those that are kept names; nothing of an epoch that is under way."""
        ...
