"""Bounds of checkpoints and of what they write: each with its reason.

What it owns: numbers. What it leaves: all other bounds (`limits.py`, `cluster_limits.py`).
"""

from __future__ import annotations

from typing import Final

from lightflus.limits import KIB, MIB

CHECKPOINT_MS: Final = 1_000
"""From one checkpoint to the next, unless the job's owner says otherwise: what a restart reads again, at most."""
CHECKPOINT_LEAST_MS: Final = 50
"""More often, a job would do little else."""
CHECKPOINT_MOST_MS: Final = 86_400_000
"""A day: what is read again after a failure is as long."""
WAITING_PIECES: Final = 16
"""Pieces of sealed state of one subtask that wait for the store: a few megabytes."""
RUNS_LEAST: Final = 8
"""Runs of changes behind the one with all state of an operator's subtask that are kept, however small that one is."""
RUNS_MOST: Final = 128
"""The same at most: a look-up asks each of them."""
RESTORE_BYTES: Final = 4 * MIB
"""Blocks of a run that are read and put back at once."""
START_BYTES: Final = KIB
"""What a start of a job says of itself in its store."""
OUTPUT_IN_MANIFEST_BYTES: Final = 4 * KIB
"""Prepared output of one subtask that stands in the manifest itself; more is an object of its own."""
STAGED_BYTES: Final = 64 * MIB
"""Output of one subtask and epoch above which a checkpoint is taken early, and the source is slowed till then."""
MOST_STAGED_BYTES: Final = 512 * MIB
"""What one subtask and epoch may have at most: eight times as much as asks for a checkpoint, and then the job fails."""
CHECKPOINTS_KEPT: Final = 3
"""Checkpoints of a job that are kept: the newest, and some to fall back to."""
MANIFEST_BYTES: Final = 64 * MIB
"""A manifest: 2,000 subtasks of 16 runs each, and positions of 100,000 files, take half of it."""
OBJECT_NAME_BYTES: Final = 512
"""Name of an object of a store; buckets take 1,024 with the prefix."""
FOOTER_READ_BYTES: Final = 256 * KIB
"""The end of a run that is read at once: all of most footers, which have a hundredth of the run's bytes."""
STORE_PART_BYTES: Final = 8 * MIB
"""Parts in which a large object goes to a bucket: 5 MiB at least, and 10,000 of them at most."""
STORE_PARTS: Final = 4
"""Parts of one object that are on their way at a time; with STORE_PART_BYTES it bounds what an upload holds."""
STORE_REPLY_SECONDS: Final = 20
"""How long the server of a bucket may be silent within a request."""
STORE_REQUEST_SECONDS: Final = 600
"""One request to a bucket: a run of a gigabyte is read with one."""
STORE_RETRY_SECONDS: Final = 30
"""How long a request to a bucket is tried again: then the checkpoint has failed, and the next one tries."""
