"""Event time in words: spans, and what operators for event time do, as `inspect` says it.

What it owns: the words. Pure. What it leaves: the picture around them (`drawing.py`).
"""

from __future__ import annotations

from lightflus.model.timed import FixedWindow, Process, SessionWindow, SlidingWindow, Timestamps, Window, Windows

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def span(milliseconds: int) -> str:
    """`10 s`, `15 min`, `1500 ms`."""
    for size, unit in _UNITS:
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size} {unit}"
    return f"{milliseconds} ms"


def of_timestamps(kind: Timestamps) -> list[str]:
    """What `withTimestamps` says beside its time."""
    return [
        f"out of order by {span(kind.out_of_order)}" if kind.out_of_order else "in order",
        *([f"idle after {span(kind.idle_after)}"] if kind.idle_after else []),
        *([f"at most {span(kind.max_drift)} apart"] if kind.max_drift else []),
    ]


def of_window(kind: Window) -> list[str]:
    """Which windows, when they fire, what becomes of late records."""
    lateness = span(kind.allowed_lateness)
    once = f"fires once, {lateness} after its end" if kind.allowed_lateness else "fires once"
    return [
        windows(kind.windows),
        *([f"late records allowed for {lateness}"] if kind.allowed_lateness and not kind.fires_once else []),
        *([once] if kind.fires_once else []),
        *([f"early results every {span(kind.emit_early)}"] if kind.emit_early else []),
        *([f"late to {kind.late.name}"] if kind.late is not None else []),
    ]


def windows(kind: Windows) -> str:
    """`fixed 1 min`, `sliding 1 h by 15 min`, `session gap 30 min`."""
    match kind:
        case FixedWindow(size, offset):
            return f"fixed {span(size)}" + _offset(offset)
        case SlidingWindow(size, slide, offset):
            return f"sliding {span(size)} by {span(slide)}" + _offset(offset)
        case SessionWindow(gap):
            return f"session gap {span(gap)}"


def _offset(offset: int) -> str:
    return f" offset {span(offset)}" if offset else ""


def of_process(kind: Process) -> list[str]:
    """Its order, its state, its side outputs."""
    return [
        "by event time" if kind.in_order else "as records come",
        *(["rules that all keys see"] if kind.rules is not None else []),
        *(["timers"] if kind.sets_timers else []),
        *(["timers of processing time"] if kind.sets_processing_timers else []),
        *([f"forgets a key after {span(kind.ttl)}"] if kind.ttl else []),
        *([f"late to {kind.late.name}"] if kind.late is not None else []),
        *(f"side output {port.name}" for port in kind.ports),
    ]
