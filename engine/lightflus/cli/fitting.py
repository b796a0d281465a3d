"""Text that keeps to the width of a terminal: broken between words, the rest of a line set in under its beginning.

What it owns: where lines are broken. Pure. What it leaves: how wide a terminal is (`screen.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

_MOST_SHARE = 2
"""What is set in leaves at least half of the width to the words."""


def fitted(text: Text, width: int | None, *, under: int = 2) -> Text:
    """A text whose lines are broken at `width` (None: nowhere); what is over stands `under` columns further in."""
    if width is None:
        return text
    lines = (part for line in text.split("\n", allow_blank=True) for part in _broken(line, width, under))
    return Text("\n").join(lines)


def fitted_lines(line: str, width: int | None, *, under: int = 2) -> list[str]:
    """The same of one line of plain text."""
    return fitted(Text(line), width, under=under).plain.split("\n")


def _broken(line: Text, width: int, under: int) -> Iterator[Text]:
    plain = line.plain
    own = len(plain) - len(plain.lstrip(" "))
    indent = min(own + under, width // _MOST_SHARE)
    begin = 0
    while (end := _end(plain, begin, width - (indent if begin else 0))) < len(plain):
        yield _part(line, begin, end, indent)
        begin = end + (len(plain[end:]) - len(plain[end:].lstrip(" ")))
    if begin < len(plain) or not plain:
        yield _part(line, begin, len(plain), indent)


def _part(line: Text, begin: int, end: int, indent: int) -> Text:
    part = line[begin:end]
    part.rstrip()
    return Text(" " * indent).append_text(part) if begin else part


def _end(plain: str, begin: int, room: int) -> int:
    """Where a line that begins there is broken: behind the last word for which there is room, or inside a long one."""
    used, at = 0, begin
    while at < len(plain) and used + (size := cell_len(plain[at])) <= room:
        used, at = used + size, at + 1
    if at == len(plain) or plain[at] == " ":
        return at
    first = begin + len(plain[begin:]) - len(plain[begin:].lstrip(" "))
    space = plain.rfind(" ", first, at)
    return space if space > 0 else max(at, begin + 1)
