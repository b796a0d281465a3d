"""Names of columns where the case of letters does not matter, as SQL has them.

What it owns: which names are one. Pure; any thread. What it leaves: the words (each connector's own).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def same_names(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names that differ in the case of ASCII letters at most; a server may take more for equal."""
    for one, other in combinations(names, 2):
        if one.translate(_LOWER) == other.translate(_LOWER):
            yield one, other
