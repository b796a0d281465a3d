"""Checkpoints of `lightflus run`: what the command line says of them, and what people are told.

What it owns: spans of time as options, the words before the start and beside the picture.
What it leaves: opening and deciding (`compose/resuming.py`), taking them (`runtime/`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from lightflus.checkpoint_limits import CHECKPOINT_LEAST_MS, CHECKPOINT_MOST_MS
from lightflus.cli.time_words import span
from lightflus.compose.letters import Letters
from lightflus.compose.resuming import Found
from lightflus.connectors.files.letter_sink import SinkDeadLetters
from lightflus.errors import UserError
from lightflus.limits import MIB
from lightflus.model.checkpoints import Manifest
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.runtime.checkpointing import CheckpointProgress

_SPAN = re.compile(r"(\d{1,9})\s*(ms|s|min|h)")
_UNITS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}


def seconds_of(text: str) -> float:
    """`500ms`, `1s`, `2min`. Raises UserError."""
    found = _SPAN.fullmatch(text.strip())
    milliseconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not CHECKPOINT_LEAST_MS <= milliseconds <= CHECKPOINT_MOST_MS:
        raise UserError(
            f"--every {text[:40]}: not a time from {span(CHECKPOINT_LEAST_MS)} to {span(CHECKPOINT_MOST_MS)}",
            hint="write a number and a unit: 500ms, 1s, 2min, 1h",
        )
    return milliseconds / 1_000


def tell_found(found: Found, say: Callable[[str], None]) -> None:
    """Says from where the job goes on."""
    for error in found.damaged:
        say(f"a newer checkpoint cannot be read: {error}")
    manifest = found.manifest
    if manifest is None:
        say(f"checkpoints: {found.store.where}, the first one to come")
    elif manifest.is_end:
        say(f"this job has ended, with {_told(manifest)}: nothing is left to do; another folder begins it anew")
    else:
        say(f"going on from {_told(manifest)}, in {found.store.where}")


def tell_weak(promised: Mapping[str, Promise], say: Callable[[str], None]) -> None:
    """Says, before anything is written, which sinks may get records twice."""
    for name, promise in promised.items():
        if promise.guarantee is Guarantee.AT_LEAST_ONCE:
            say(f"{name} is written at least once: {promise.reason}")


def tell_weak_letters(letters: Letters, say: Callable[[str], None]) -> None:
    """Says, before anything is put aside, that it may come twice."""
    if isinstance(letters, SinkDeadLetters):
        say(f"dead letters are written to {letters.place} at least once: it takes no part in checkpoints")


def tell_forgetful(sources: Iterable[str], say: Callable[[str], None]) -> None:
    """Says, before anything is read, of which sources a failure loses records."""
    for name in sources:
        say(f"{name} cannot be read again: what it gave since the last checkpoint is lost with a failure")


def tell_failed(progress: CheckpointProgress | None, say: Callable[[str], None]) -> None:
    """Says, at the end, that the last checkpoint is missing."""
    if progress is not None and progress.failed:
        say(f"the last checkpoint could not be taken, so the next run reads some records again: {progress.trouble}")


def note_of(progress: CheckpointProgress, now: float) -> str:
    """One line beside the picture of a run; `now` in seconds since its start."""
    if progress.failed:
        return f"{progress.failed} checkpoints failed: {progress.trouble}"
    if progress.taken_at is None:
        return "no checkpoint yet"
    age, took = max(0.0, now - progress.taken_at), 1_000 * progress.seconds
    wrote = f"{progress.bytes / MIB:,.1f} of {progress.state_bytes / MIB:,.1f} MiB"
    trouble = f"; {progress.trouble}" if progress.trouble else ""
    return f"checkpoint {progress.epoch}: {age:.0f} s ago, took {took:,.0f} ms, wrote {wrote}{trouble}"


def _told(manifest: Manifest) -> str:
    at = datetime.fromtimestamp(manifest.created_ms / 1_000, UTC)
    return f"checkpoint {manifest.epoch} of {at:%Y-%m-%d %H:%M:%S} UTC"
