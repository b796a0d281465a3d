"""Draws the pictures of docs/time.md: `python docs/pictures/draw.py`; `--check` only says whether they are current.

What it owns: SVG by hand, a line of time and what stands on it. What it leaves: what the pictures mean (the page).
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LEFT, STEP, ROW = 130, 34, 44
INK, GREY, BLUE, RED, GREEN = "#1f2933", "#9aa5b1", "#2368a2", "#c2332b", "#2f7d4f"


@dataclass
class Picture:
    """A picture of so many steps of time; `shapes` are SVG elements."""

    title: str
    steps: int
    rows: int
    shapes: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, *, colour: str = INK, anchor: str = "start", size: int = 13) -> None:
        """Words at a place in pixels."""
        self.shapes.append(
            f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{words}</text>'
        )

    def line(self, row: int, label: str) -> None:
        """The line of time of a row."""
        y = self.y(row)
        self.text(8, y + 4, label)
        self.shapes.append(f'<path d="M{LEFT} {y}H{self.x(self.steps)}" stroke="{GREY}"/>')

    def axis(self, row: int, label: str = "event time", every: int = 1) -> None:
        """The numbers."""
        self.text(8, self.y(row) + 4, label, colour=GREY)
        for step in range(0, self.steps + 1, every):
            self.text(self.x(step), self.y(row) + 4, str(step), colour=GREY, anchor="middle", size=11)

    def record(self, row: int, time: float, words: str = "", *, colour: str = BLUE) -> None:
        """A record, with its name above."""
        self.shapes.append(f'<circle cx="{self.x(time):g}" cy="{self.y(row)}" r="6" fill="{colour}"/>')
        if words:
            self.text(self.x(time), self.y(row) - 11, words, colour=colour, anchor="middle", size=11)

    def bar(self, row: int, start: float, end: float, words: str, *, colour: str = GREEN) -> None:
        """A window [start, end)."""
        x, y, width = self.x(start), self.y(row) - 12, self.x(end) - self.x(start)
        self.shapes.append(
            f'<rect x="{x:g}" y="{y}" width="{width:g}" height="24" rx="4" fill="{colour}" fill-opacity="0.15" '
            f'stroke="{colour}"/>'
        )
        self.text(x + width / 2, y + 16, words, colour=colour, anchor="middle", size=12)

    def mark(self, row: int, time: float, words: str, *, colour: str = RED) -> None:
        """A watermark: everything left of it is over."""
        x, y = self.x(time), self.y(row)
        path = f'd="M{x:g} {y - 16}V{y + 16}" stroke="{colour}"'
        self.shapes.append(f'<path {path} stroke-width="2" stroke-dasharray="4 3"/>')
        self.text(x + 4, y + 20, words, colour=colour, size=11)

    @staticmethod
    def x(time: float) -> float:
        """The pixel of a time."""
        return LEFT + STEP * time

    @staticmethod
    def y(row: int) -> int:
        """The pixel of a row."""
        return 30 + ROW * row

    def svg(self) -> str:
        """The file."""
        width, height = self.x(self.steps) + 40, self.y(self.rows) - 6
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height}" font-family="sans-serif" '
            f'role="img" aria-label="{self.title}"><title>{self.title}</title>'
            f'<rect width="100%" height="100%" fill="white"/>'
        )
        return "\n".join([head, *self.shapes, "</svg>"]) + "\n"


def splits() -> Picture:
    """Two splits, each with its own watermark; the same record late in one, in time in the other."""
    picture = Picture("Each split has its own watermark", 16, 4)
    picture.line(0, "split A")
    for time in (2, 5, 9, 13):
        picture.record(0, time, str(time))
    picture.mark(0, 10, "A's watermark: 13 - 2 - 1")
    picture.line(1, "split B")
    for time in (1, 3, 6):
        picture.record(1, time, str(time))
    picture.mark(1, 3, "B's watermark: 6 - 2 - 1", colour=GREEN)
    picture.axis(2)
    picture.line(3, "then 4 comes")
    picture.record(3, 4, "in A: late; in B: in time", colour=RED)
    picture.mark(3, 3, "the operator's: the least of both")
    return picture


def windows() -> Picture:
    """The three kinds of windows over the same records."""
    picture = Picture("Fixed, sliding and session windows", 23, 7)
    picture.line(0, "records of a key")
    for time in (1, 3, 4, 11, 12, 18):
        picture.record(0, time, str(time))
    for start in (0, 5, 10, 15):
        picture.bar(1, start, start + 5, f"[{start}, {start + 5})")
    picture.text(8, picture.y(1) + 4, "fixed 5")
    for row, start in enumerate((0, 5, 10)):
        picture.bar(2 + row, start, start + 10, f"[{start}, {start + 10})", colour=BLUE)
    picture.text(8, picture.y(2) + 4, "sliding 10 by 5")
    for start, end in ((1, 8), (11, 16), (18, 22)):
        picture.bar(5, start, end, f"[{start}, {end})", colour=INK)
    picture.text(8, picture.y(5) + 4, "session gap 4")
    picture.axis(6, every=5)
    return picture


def firing() -> Picture:
    """When a window fires, and until when it takes late records."""
    picture = Picture("A window fires when the watermark passes its end", 16, 3)
    picture.bar(0, 0, 5, "[0, 5)")
    picture.text(8, picture.y(0) + 4, "window")
    picture.mark(0, 4, "fires, when the watermark is here")
    picture.bar(1, 5, 9, "allowed lateness 4", colour=INK)
    picture.mark(1, 8, "dropped, when it is here")
    picture.axis(2)
    return picture


PICTURES = {"splits": splits, "windows": windows, "firing": firing}


def main() -> None:
    """Writes all pictures, or with `--check` compares."""
    stale = []
    for name, make in PICTURES.items():
        file, svg = FOLDER / f"{name}.svg", make().svg()
        if sys.argv[1:] == ["--check"]:
            stale += [] if file.exists() and file.read_text(encoding="utf-8") == svg else [name]
        else:
            file.write_text(svg, encoding="utf-8")
    if stale:
        raise SystemExit(f"not current: {', '.join(stale)}; run: python docs/pictures/draw.py")


if __name__ == "__main__":
    main()
