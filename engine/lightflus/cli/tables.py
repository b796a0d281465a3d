"""Rows under a line of titles, as `jobs` and `workers` print them.

What it owns: columns as wide as they need to be. Pure. What it leaves: the width of the terminal (`screen.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from lightflus.model.text import line


def table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> Text:
    """The titles, dim, and the rows below them; texts are cleaned."""
    cells = [[line(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(titles), *cells]) for column in range(len(titles))]
    text = Text(_row(titles, widths), "dim")
    for row in cells:
        text.append("\n" + _row(row, widths))
    return text


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
