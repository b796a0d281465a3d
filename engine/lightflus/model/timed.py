"""Kinds of operators for event time, and those that come with them: side outputs, several inputs.

What it owns: their values, as `graph.py` has the other kinds. Pure, frozen, no checks. All spans are milliseconds.
What it leaves: what is right of them (`rules/time.py`), what they mean (docs/abi.md, docs/time.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightflus.model.extract import Emit, Extractor, FunctionNumber
from lightflus.model.types import Type


@dataclass(frozen=True, slots=True)
class Port:
    """A side output."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Timestamps:
    """Gives records their event time: a field, a function's, or (None) the one that the source has for them.

    `out_of_order` says how far behind the latest of its split a record may be; a split is idle after `idle_after`
    without records (0 = never), and read at most `max_drift` ahead of the slowest (0 = the default).
    """

    time: Extractor | None
    out_of_order: int = 0
    idle_after: int = 0
    max_drift: int = 0


@dataclass(frozen=True, slots=True)
class FixedWindow:
    """`[start, start + size)`, starts at the multiples of `size` plus `offset`."""

    size: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SlidingWindow:
    """`[start, start + size)`, starts at the multiples of `slide` plus `offset`."""

    size: int
    slide: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """`[first time, last time + gap)` of records that overlap so."""

    gap: int


Windows = FixedWindow | SlidingWindow | SessionWindow


@dataclass(frozen=True, slots=True)
class Window:
    """Folds the records of a key and a window.

    `function` is a REDUCE or AGGREGATE, `finish` makes results of states (None: the state is the result), `merges` says
    that the module can merge states. Results leave when the watermark passes the window's end, with `fires_once` only
    when `allowed_lateness` is over, too; with `emit_early` also every so often before.
    """

    windows: Windows
    function: FunctionNumber
    finish: FunctionNumber | None = None
    merges: bool = False
    allowed_lateness: int = 0
    late: Port | None = None
    emit_early: int = 0
    fires_once: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Running aggregation per key; `finish` makes a result of a state (None: the state is the result)."""

    function: FunctionNumber
    finish: FunctionNumber | None = None
    emit: Emit = Emit.UPDATES


@dataclass(frozen=True, slots=True)
class Process:
    """The user's own operator with state and timers by key (docs/abi.md, section 10).

    It has one input, or two: keyed both, or, with `rules`, a broadcast as the second one, which that AGGREGATE folds.
    """

    function: FunctionNumber
    state: Type
    ports: tuple[Port, ...] = ()
    in_order: bool = False
    ttl: int = 0
    allowed_lateness: int = 0
    late: Port | None = None
    rules: FunctionNumber | None = None
    sets_timers: bool = False
    sets_processing_timers: bool = False


@dataclass(frozen=True, slots=True)
class Union:
    """The records of two or more streams of one type."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Hands every record to all subtasks of its readers."""


TimedKind = Timestamps | Window | Aggregate | Process | Union | Broadcast
