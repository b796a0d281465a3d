"""Key groups and their ranges: which subtask owns which part of the keys.

What it owns: the arithmetic of Flink's key groups. Pure. The hash itself and its key group are computed by the kernel
(docs/key-hash.md); state moves between subtasks by whole key groups, so their number is fixed for the life of a state.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeyGroupRange:
    """Key groups `start` to `stop - 1`."""

    start: int
    stop: int

    def __contains__(self, key_group: int) -> bool:
        return self.start <= key_group < self.stop

    def __and__(self, other: KeyGroupRange) -> KeyGroupRange:
        """Those of both; none where they have none together."""
        start = max(self.start, other.start)
        return KeyGroupRange(start, max(start, min(self.stop, other.stop)))

    def __len__(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.start}-{self.stop - 1}"


def subtask_of(key_group: int, parallelism: int, key_groups: int) -> int:
    """The subtask that owns a key group: `key_group * parallelism // key_groups`."""
    return key_group * parallelism // key_groups


def range_of(subtask: int, parallelism: int, key_groups: int) -> KeyGroupRange:
    """The key groups of a subtask: the inverse of `subtask_of`. Empty only if parallelism exceeds key_groups."""
    return KeyGroupRange(
        _first_group(subtask, parallelism, key_groups), _first_group(subtask + 1, parallelism, key_groups)
    )


def _first_group(subtask: int, parallelism: int, key_groups: int) -> int:
    return -(-subtask * key_groups // parallelism)
