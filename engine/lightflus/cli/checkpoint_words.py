"""How the commands over checkpoints say when, how old and how large.

What it owns: the words. Pure, but for the clock.
"""

from __future__ import annotations

import time

from lightflus.cli.plain_values import shown_time
from lightflus.model.checkpoints import Manifest
from lightflus.model.text import counted

_SIZES = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def age_ms(manifest: Manifest) -> int:
    """Since it was taken, by the clocks of whoever took it and of this machine."""
    return max(0, time.time_ns() // 1_000_000 - manifest.created_ms)


def taken(manifest: Manifest) -> dict[str, object]:
    """Which checkpoint it is and how old, as JSON."""
    return {"epoch": manifest.epoch, "created": shown_time(manifest.created_ms), "age_ms": age_ms(manifest)}


def span(milliseconds: int) -> str:
    """`3 s`, `12 min`, `5 h`, `9 d`."""
    seconds = milliseconds // 1_000
    for unit, name in _SPANS:
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def size(count: int) -> str:
    """`17 bytes`, `3.2 MiB`."""
    for unit, name in _SIZES:
        if count >= unit:
            return f"{count / unit:,.1f} {name}"
    return counted(count, "byte")
