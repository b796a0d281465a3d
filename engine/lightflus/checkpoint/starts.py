"""The starts of a job on a store: each has a number of its own, and all have one incarnation.

What it owns: `starts/NNNNNN`, made by a conditional create: of two starts at one time, one gets the number.
What it leaves: which checkpoint a start goes on from (`model/resuming.py`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from lightflus.checkpoint_limits import START_BYTES
from lightflus.errors import StoreFailed
from lightflus.ports.stores import CheckpointStore

_STARTS: Final = "starts/"
_NAME = re.compile(r"starts/(\d{6,})")
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Start:
    """A start of a job.

    Attributes:
        generation: its number, from 1.
        incarnation: of the job.
        writer: who it is.
    """

    generation: int
    incarnation: str
    writer: str


def begin(store: CheckpointStore, incarnation: str | None, after: int) -> Start:
    """Takes the next number; earlier ones are shut out by it.

    Args:
        store: of the job.
        incarnation: of the checkpoint that the start goes on from; None: that of the last start, or a new one.
        after: the generation of that checkpoint.

    Raises StoreFailed.
    """
    writer = uuid4().hex
    for _ in range(_TRIES):
        known = sorted(int(found[1]) for name in store.names(_STARTS) if (found := _NAME.fullmatch(name)))
        last = known[-1] if known else 0
        before = (_incarnation(store, generation) for generation in reversed(known))
        kept = incarnation or next(filter(None, before), None) or uuid4().hex
        start = Start(max(last, after) + 1, kept, writer)
        if _made(store, start):
            store.delete([_name(generation) for generation in known[:-1]])
            return start
    raise StoreFailed("other starts of the job take every number", where=store.where, hint="start it once")


def _made(store: CheckpointStore, start: Start) -> bool:
    text = json.dumps({"incarnation": start.incarnation, "writer": start.writer}).encode()
    name = _name(start.generation)
    return store.create(name, text) or store.read(name).to_pybytes() == text


def _incarnation(store: CheckpointStore, generation: int) -> str | None:
    """What a start says; None where its text is damaged: then it has not begun, or there is another one before it."""
    try:
        found = json.loads(store.read(_name(generation), 0, START_BYTES).to_pybytes())["incarnation"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and re.fullmatch(r"[0-9a-f]{32}", found) else None


def _name(generation: int) -> str:
    return f"{_STARTS}{generation:06d}"
