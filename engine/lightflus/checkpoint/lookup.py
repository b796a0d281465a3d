"""The state of one operator in one checkpoint, asked from outside: what is there of a key, or some of all there is.

What it owns: which runs are asked, the youngest first, and what of their rows holds.
What it leaves: the bytes of runs (`runs.py`), what keys and states say (`../codec/row_encoding.py`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from typing import cast

from xxhash import xxh3_64_intdigest

from lightflus.checkpoint.rows import KEYED, PANES, SESSIONS, TIMED, Row
from lightflus.checkpoint.runs import RunFile
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import OperatorState, SubtaskState
from lightflus.model.key_groups import KeyGroupRange, range_of, subtask_of
from lightflus.ports.stores import CheckpointStore

KINDS = {"reduce": (KEYED,), "aggregate": (KEYED,), "process": (TIMED,), "window": (PANES, SESSIONS)}
"""Kinds of runs that an operator of a kind writes."""
_FACTS = struct.Struct("<IIqqq")
_NOTHING_OVER = -(2**63)


class StateLookup:
    """Reads footers when they are first needed, and keeps them. One thread at a time."""

    def __init__(self, store: CheckpointStore, operator: OperatorState, key_groups: int) -> None:
        """Reads nothing yet."""
        self._operator = operator
        self._key_groups = key_groups
        self._parts = {
            part.subtask: _Part(
                operator,
                tuple((RunFile(store, run.object, key_groups), run.groups) for run in part.runs),
                range_of(part.subtask, operator.parallelism, key_groups),
                _over(part, operator, store.where),
            )
            for part in operator.subtasks
        }

    def find(self, key: bytes) -> list[Row]:
        """What is there of an encoded key: one row at most, or one for each of its windows, by their start.

        Raises CheckpointDamaged, ObjectMissing, StoreFailed.
        """
        key_hash = xxh3_64_intdigest(key)
        group = ((key_hash >> 32) * self._key_groups) >> 32
        part = self._parts.get(subtask_of(group, self._operator.parallelism, self._key_groups))
        return [] if part is None else part.find(key, key_hash, group)

    def rows(self) -> Iterator[Row]:
        """All rows, subtask by subtask, by hash: a step of Python for each, so for looking at the first of them.

        Raises CheckpointDamaged, ObjectMissing, StoreFailed.
        """
        for part in self._parts.values():
            yield from part.rows(self._key_groups)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one subtask keeps: runs, each with the key groups that are meant. `over`: windows before it are."""

    operator: OperatorState
    runs: tuple[tuple[RunFile, KeyGroupRange], ...]
    groups: KeyGroupRange
    over: int

    def find(self, key: bytes, key_hash: int, group: int) -> list[Row]:
        found: dict[tuple[bytes, tuple[int, ...]], Row] = {}
        for run in (run for run, groups in reversed(self.runs) if group in groups):
            kind = self._kind_of(run)
            for row in run.rows_of_key(key, key_hash):
                found.setdefault(row.identity(kind), row)
            if found and kind in (KEYED, TIMED):
                break
        return sorted((row for row in found.values() if self._holds(row)), key=lambda row: row.window or ())

    def rows(self, key_groups: int) -> Iterator[Row]:
        ages = [self._ordered(run, groups, -age, key_groups) for age, (run, groups) in enumerate(self.runs)]
        for _, of_one in groupby(merge(*ages, key=lambda found: found[0]), key=lambda found: found[0][:2]):
            _, row = next(of_one)
            if self._holds(row):
                yield row

    def _ordered(self, run: RunFile, groups: KeyGroupRange, age: int, key_groups: int) -> Iterator[tuple[_Place, Row]]:
        kind = self._kind_of(run)
        for row in run.rows(run.footer.blocks_of_groups(groups.start, groups.stop)):
            key_hash = xxh3_64_intdigest(row.key)
            group = ((key_hash >> 32) * key_groups) >> 32
            if group in groups and group in self.groups:
                yield (key_hash, row.identity(kind), age), row

    def _kind_of(self, run: RunFile) -> int:
        kind = run.footer.kind
        if kind not in KINDS.get(self.operator.kind, ()):
            raise CheckpointDamaged(f"a {self.operator.kind} has no runs of kind {kind}", where=run.where)
        return kind

    def _holds(self, row: Row) -> bool:
        """Whether the youngest row of what it is about says that there is something."""
        if row.state is None:
            return False
        return row.window is None or row.window[1] >= self.over


_Place = tuple[int, tuple[bytes, tuple[int, ...]], int]


def _over(part: SubtaskState, operator: OperatorState, where: str) -> int:
    """The least second number of a window whose row is not over."""
    if operator.kind != "window" or not part.facts:
        return _NOTHING_OVER
    if len(part.facts) != _FACTS.size:
        raise CheckpointDamaged(f"what `{operator.name}` keeps has {len(part.facts)} bytes", where=where)
    version, kind, _, over, _ = cast("tuple[int, int, int, int, int]", _FACTS.unpack(part.facts))
    if version != 1 or kind not in KINDS["window"]:
        raise CheckpointDamaged(f"what `{operator.name}` keeps has version {version}, kind {kind}", where=where)
    return over + (kind == SESSIONS)
