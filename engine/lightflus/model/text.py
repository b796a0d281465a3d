"""The one door through which text of strangers goes before anybody sees it: cleaned and cut.

Names, places, options, messages and log lines are written by modules, records and servers. On a terminal, in a log or
in JSON they may not move the cursor, ring, colour, turn the direction of writing, begin a line or fill a screen.
What it owns: which characters are harmful, how long a text may be, how a number of things is said. Pure.
What it leaves: who has a terminal (`cli/screen.py`), who has a log (`sandbox/world.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

from lightflus.limits import SHOWN_CHARACTERS, TOLD_CHARACTERS

_HARMFUL = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f"  # control characters: C0 but for tab and line feed, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the direction of writing
    "\u2028\u2029"  # line ends that are none of ASCII's
    "\ud800-\udfff]"  # halves of characters, which no encoding has
)
_LINE_ENDS = re.compile(r"\r?\n")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
_END = "\N{RETURN SYMBOL}"


def line(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """One harmless line of at most `most` characters; line ends are shown as a sign."""
    return _HARMFUL.sub(_INSTEAD, _LINE_ENDS.sub(_END, _cut(text, most)))


def lines(text: str, most: int = SHOWN_CHARACTERS, indent: str = "") -> str:
    """The same, where our own words are set in several lines; each but the first begins with `indent`."""
    return _HARMFUL.sub(_INSTEAD, _LINE_ENDS.sub("\n" + indent, _cut(text, most)))


def told(value: object) -> object:
    """A value as JSON may tell it to programs: every text of it, keys too, cleaned and cut. Line ends stay, escaped."""
    if isinstance(value, str):
        return lines(value, TOLD_CHARACTERS)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {line(key) if isinstance(key, str) else key: told(inner) for key, inner in pairs}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [told(inner) for inner in cast("Sequence[object]", value)]
    return value


def counted(count: int, noun: str) -> str:
    """So many of them in words: `1 row`, `2 rows`, `1,000 rows`. Of nouns that take an `s`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
