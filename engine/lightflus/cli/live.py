"""What a run looks like on a terminal: a table of operators with their rates, and the rows of `stdout:`.

What it owns: the live picture and the summary at the end, both on standard error; at the end the rows go to standard
output. On the event loop, but for `show`, which writers call from their threads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rich import box
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lightflus.cli.screen import show, words
from lightflus.connectors.stdio.screen import ShownRows
from lightflus.limits import MIB
from lightflus.model.text import counted, line
from lightflus.runtime.counters import OperatorProgress

Progress = Sequence[OperatorProgress]

_CELL = 200
"""Characters of a name."""
_OTHER_LINES = 12
"""Titles, heads and rules of both tables, and a word or two above."""
_FRAMED_COLUMNS = 70
"""On a narrower terminal the numbers need the room of the frame and of the rows that came in."""
_RATE_SECONDS = 2.0
"""Rates are over the last moments, so that a change shows at once."""


class LiveView:
    """Between `open` and `close`, `update` redraws the picture."""

    def __init__(self) -> None:
        self.title = ""
        self._rows: dict[str, ShownRows] = {}
        self._past: deque[tuple[float, Progress]] = deque()
        self._live = Live(console=words(), auto_refresh=False, transient=True)

    def open(self) -> None:
        """Takes the terminal."""
        self._live.start()

    def close(self) -> None:
        """Gives the terminal back; the rows, which a reader wants to keep, are printed where they belong."""
        self._live.stop()
        for rows in self._tables():
            show(rows_table(rows))

    def show(self, rows: ShownRows) -> None:
        """`stdio.Screen`: keeps the rows for the next picture."""
        self._rows[rows.sink] = rows

    def update(self, seconds: float, progress: Progress, note: str = "") -> None:
        """Draws; with a line below, if there is one."""
        self._past.append((seconds, progress))
        while len(self._past) > 2 and self._past[0][0] < seconds - _RATE_SECONDS:
            self._past.popleft()
        parts: list[Table | Text] = [self._operators(seconds, progress)]
        if note:
            parts.append(Text(line(note), style="dim"))
        tables = self._tables()
        for rows in tables:
            room = (words().height - len(progress) - _OTHER_LINES) // len(tables)
            parts.append(rows_table(replace(rows, rows=rows.rows[-max(room, 1) :])))
        self._live.update(Group(*parts), refresh=True)

    def _tables(self) -> list[ShownRows]:
        """By sink; a copy, since writers add to them."""
        return [rows for _, rows in sorted(self._rows.copy().items())]

    def _operators(self, seconds: float, progress: Progress) -> Table:
        then, before = self._past[0]
        span = max(seconds - then, 1e-9)
        old = {one.operator: one for one in before}
        table = _table(f"{self.title}  {seconds:.0f} s", "rows/s", "busy", progress)
        for one in progress:
            was = old.get(one.operator, one)
            busy = (one.busy_seconds - was.busy_seconds) / span
            _add(table, one, (one.rows_in - was.rows_in) / span, f"{busy:.0%}")
        return table


def summary(title: str, seconds: float, progress: Progress) -> Table:
    """What each operator did, for the end of a run."""
    table = _table(f"{title}  {seconds:.2f} s", "rows/s", "busy s", progress)
    for one in progress:
        _add(table, one, one.rows_in / seconds if seconds else 0.0, f"{one.busy_seconds:.2f}")
    return table


def _add(table: Table, one: OperatorProgress, rate: float, busy: str) -> None:
    cells = [line(one.name, _CELL), f"{one.rows_out:,}", f"{rate:,.0f}", busy]
    if not _is_narrow():
        cells.insert(1, f"{one.rows_in:,}")
    table.add_row(*cells, *([_note(one)] if len(table.columns) > len(cells) else []))


def _is_narrow() -> bool:
    return words().width < _FRAMED_COLUMNS


def _note(one: OperatorProgress) -> Text:
    """What a person should know besides rows: why an operator waits, what it put aside, how far it is behind."""
    parts = [line(one.status)]
    parts.append(f"bad records: {one.rejected:,}" if one.rejected else "")
    parts.append(f"poison records: {one.poisoned:,}" if one.poisoned else "")
    parts.append(f"{one.lag:,} behind" if one.lag else "")
    parts.append(f"retries: {one.retries:,}" if one.retries and not one.status else "")
    parts += _time_notes(one)
    return Text(", ".join(filter(None, parts)), style="yellow")


def _time_notes(one: OperatorProgress) -> list[str]:
    """Where an operator is in event time, what holds it back, what was late, what is open."""
    held = f" (held by {line(one.slowest_split, _CELL)})" if one.slowest_split else ""
    late = f" ({one.late_after_idle:,} after idle)" if one.late_after_idle else ""
    return [
        "" if one.watermark is None else f"watermark {_time_text(one.watermark)}{held}",
        f"late: {one.late:,}{late}" if one.late else "",
        f"late in part: {one.late_in_part:,}" if one.late_in_part else "",
        f"{counted(one.windows, 'window')} open" if one.windows else "",
        counted(one.timers, "timer") if one.timers else "",
        f"{counted(one.keys, 'row')} of state, {one.state_bytes / MIB:,.1f} MiB" if one.keys else "",
    ]


def _time_text(time_ms: int) -> str:
    """A time as a person reads it: `2026-11-30 16:05:12.345` (UTC); the number where no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(time_ms // 1_000, UTC):%Y-%m-%d %H:%M:%S}.{time_ms % 1_000:03}"
    except (OverflowError, ValueError, OSError):
        return f"{time_ms:,} ms"


def rows_table(shown: ShownRows) -> Table:
    """The rows of a `stdout:` sink, under its name."""
    hidden = f"  the last {len(shown.rows):,} of {shown.written:,} written" if shown.written > len(shown.rows) else ""
    table = Table(title=Text(f"{line(shown.sink, _CELL)}{hidden}"), title_justify="left", title_style="dim")
    for name in shown.names:
        table.add_column(Text(line(name, _CELL)))
    for row in shown.rows:
        table.add_row(*(Text(line(cell)) for cell in row))
    return table


def _table(title: str, rate: str, busy: str, progress: Progress) -> Table:
    """The head; with a column for notes where there are any."""
    frame = None if _is_narrow() else box.HEAVY_HEAD
    head = Text(line(title, _CELL))
    table = Table(title=head, title_justify="left", title_style="bold", box=frame, pad_edge=frame is not None)
    table.add_column("operator")
    for name in ("rows out", rate, busy) if _is_narrow() else ("rows in", "rows out", rate, busy):
        table.add_column(name, justify="right", no_wrap=True)
    if any(map(_note, progress)):
        table.add_column("notes")
    return table
