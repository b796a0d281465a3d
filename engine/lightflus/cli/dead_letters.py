"""`lightflus dead-letters list | show | export`: records that were put aside, from their file.

What it owns: reading such a file within bounds, choosing letters, the table and the single letter.
What it leaves: the form of a line (`connectors/files/letter_lines.py`).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit, say, show
from lightflus.connectors.files.letter_lines import parsed
from lightflus.errors import UserError
from lightflus.limits import LETTER_LINE_BYTES
from lightflus.model.text import counted, line, lines

Letter = Mapping[str, object]

_LISTED = 200
"""Letters of one table: the newest; `export` has all."""
_CELL = 200
"""Characters of a message in the table."""
_SECONDS = len("2026-01-31T12:00:00")
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters are meant: all, or those of an operator, of a kind."""

    operator: str | None = None
    kind: str | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether a letter is one of them."""
        chosen = {"operator": self.operator, "kind": self.kind}
        return all(value is None or letter[name] == value for name, value in chosen.items())


def list_letters(file: Path, choice: Choice, *, as_json: bool) -> None:
    """Shows a line per letter, the newest last. Raises UserError."""
    if as_json:
        export_letters(file, choice)
        return
    newest: deque[tuple[int, Letter]] = deque(maxlen=_LISTED)
    count = 0
    for number, letter in _chosen(file, choice):
        newest.append((number, letter))
        count += 1
    title = f"{file}  {counted(count, 'letter')}" + (f", the last {_LISTED}" if count > _LISTED else "")
    table = Table(title=_text(title), title_justify="left", title_style="bold")
    for name in ("number", "time", "operator", "kind", "position", "message"):
        table.add_column(name, overflow="fold", no_wrap=name in ("number", "time"))
    for number, letter in newest:
        position = letter.get("position", letter.get("key", ""))
        cells = [
            str(letter.get("time", ""))[:_SECONDS],
            letter["operator"],
            letter["kind"],
            position,
            letter.get("message", ""),
        ]
        table.add_row(str(number), *map(_text, cells))
    show(table)


def show_letter(file: Path, number: int, *, as_json: bool) -> None:
    """Shows one letter whole. Raises UserError."""
    with told_as_json(is_wanted=as_json):
        letter = next((letter for at, letter in _chosen(file, Choice()) if at == number), None)
        if letter is None:
            raise UserError(f"there is no letter {number}", where=str(file), hint="`dead-letters list` numbers them")
    if as_json:
        emit(json.dumps(letter))  # escaped, and not cut: it is data
        return
    for name, value in letter.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        show(Text(f"{name}: ", style="bold").append(lines(text, len(text)), style="not bold"))


def export_letters(file: Path, choice: Choice) -> None:
    """Prints the letters as they stand in the file, an object a line. Raises UserError."""
    for _, letter in _chosen(file, choice):
        emit(json.dumps(letter))  # escaped, and not cut: it is data


def _chosen(file: Path, choice: Choice) -> Iterator[tuple[int, Letter]]:
    """The letters that are meant, numbered from 1 in the whole file; other lines are counted and told."""
    number, others = 0, 0
    for text in _lines(file):
        letter = None if text is None else parsed(text)
        if letter is None:
            others += 1
            continue
        number += 1
        if choice.takes(letter):
            yield number, letter
    if others:
        say(f"{file}: left out {counted(others, 'line')} without a dead letter")


def _lines(file: Path) -> Iterator[bytes | None]:
    """The lines; None for one that is longer than any letter. Raises UserError."""
    try:
        with file.open("rb") as opened:
            while text := opened.readline(LETTER_LINE_BYTES):
                is_whole = text.endswith(b"\n") or len(text) < LETTER_LINE_BYTES
                yield text if is_whole else None
                while not is_whole and (rest := opened.readline(_CHUNK)):
                    is_whole = rest.endswith(b"\n")
    except OSError as error:
        raise UserError(
            f"cannot be read: {error.strerror}",
            where=str(file),
            hint="a run names the file of its dead letters at its end; `run --dead-letters FILE` chooses it",
        ) from error


def _text(value: object) -> Text:
    return Text(line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _CELL))
