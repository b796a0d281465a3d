"""Reads `INSERT INTO t (a, b) VALUES (?, ?) ON DUPLICATE KEY UPDATE b = VALUES(b)` from its tokens.

What it owns: the parts of the one form that can be written many rows at a time. Pure.
What it leaves: anything else (SELECT, SET, several rows): `read_insert` yields None, and such a statement is run row by
row. Source: "INSERT Statement" of MySQL's manual and MariaDB's knowledge base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightflus.connectors.mysql.tokens import Kind, Token

_MODIFIERS = frozenset({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"})


@dataclass(frozen=True, slots=True)
class Cell:
    """What the row has for one column.

    Attributes:
        column: its name; None where the statement lists no columns.
        marks: numbers of the placeholders in it, from 0.
        is_plain: whether it is a placeholder and nothing else.
    """

    column: str | None
    marks: tuple[int, ...]
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Update:
    """One `column = ...` behind ON DUPLICATE KEY UPDATE.

    Attributes:
        column: what is set.
        is_overwrite: whether it becomes the new row's value of the same column.
        marks: numbers of the placeholders in it.
    """

    column: str
    is_overwrite: bool
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT or REPLACE of one row of VALUES.

    Attributes:
        database: what stands before the table's dot, or None.
        table: the table.
        cells: the row, in order.
        has_columns: whether it lists its columns.
        group: from where to where the row stands in the text, with its parentheses.
        updates: what it does with a row that is there; None = it has no ON DUPLICATE KEY UPDATE.
        is_replace: whether it is a REPLACE.
        is_ignoring: whether it is an INSERT IGNORE.
    """

    database: str | None
    table: str
    cells: tuple[Cell, ...]
    has_columns: bool
    group: tuple[int, int]
    updates: tuple[Update, ...] | None
    is_replace: bool
    is_ignoring: bool

    @property
    def is_multiple(self) -> bool:
        """Whether more rows may stand behind the first: no placeholder is outside of it."""
        return not any(update.marks for update in self.updates or ())

    def kept(self) -> list[str]:
        """The columns with values from the record that are left as they are in a row that is there already.

        Empty where the statement does not simply write the new row over the old one, and for a REPLACE.
        """
        if not self.updates or not all(update.is_overwrite for update in self.updates):
            return []
        updated = {update.column.lower() for update in self.updates}
        kept = [cell for cell in self.cells if cell.marks and cell.column and cell.column.lower() not in updated]
        return [cell.column for cell in kept if cell.column] if all(cell.is_plain for cell in kept) else []

    def plain(self) -> dict[str, int]:
        """Columns that take a placeholder as it is, with its number."""
        return {cell.column: cell.marks[0] for cell in self.cells if cell.column and cell.is_plain}

    def columns_of_marks(self) -> list[str | None]:
        """Per placeholder, the column that it is the value of."""
        parts: list[Cell | Update] = [*self.cells, *(self.updates or ())]
        return [column for _, column in sorted((mark, part.column) for part in parts for mark in part.marks)]


def read_insert(tokens: Sequence[Token]) -> Insert | None:
    """The parts of a statement that begins with INSERT or REPLACE; None where it has another form."""
    try:
        return _Reader(tokens).insert()
    except _OtherForm:
        return None


class _OtherForm(Exception):
    """The statement is not of the form that is read here."""


class _Reader:
    """Walks over the tokens once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        marks = [i for i, token in enumerate(tokens) if token.kind is Kind.MARK]
        self._numbers = {place: number for number, place in enumerate(marks)}

    def insert(self) -> Insert:
        verb, modifiers = self._take().word, set()
        while self._word() in _MODIFIERS:
            modifiers.add(self._take().word)
        names = self._path()
        columns = self._columns() if self._word() == "(" else None
        if self._word() not in ("VALUES", "VALUE"):
            raise _OtherForm
        self._take()
        begin, parts, end = self._list()
        if columns is not None and len(columns) != len(parts):
            raise _OtherForm
        alias = self._alias(columns)
        updates = self._updates(alias) if self._word() == "ON" else None
        if self._word():
            raise _OtherForm
        named: Sequence[str | None] = columns or [None] * len(parts)
        return Insert(
            database=names[-2] if len(names) > 1 else None,
            table=names[-1],
            cells=tuple(self._cell(name, part) for name, part in zip(named, parts, strict=True)),
            has_columns=columns is not None,
            group=(begin, end),
            updates=updates,
            is_replace=verb == "REPLACE",
            is_ignoring="IGNORE" in modifiers,
        )

    def _word(self) -> str:
        return self._tokens[self._next].word if self._next < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> Token:
        if not self._word() or (wanted and self._word() != wanted):
            raise _OtherForm
        self._next += 1
        return self._tokens[self._next - 1]

    def _path(self) -> list[str]:
        """`t` or `database.t`."""
        names = [self._name()]
        while self._word() == ".":
            self._take()
            names.append(self._name())
        return names

    def _name(self) -> str:
        name = self._take().name
        if name is None:
            raise _OtherForm
        return name

    def _columns(self) -> list[str]:
        """`(a, t.b)`."""
        self._take("(")
        names = [self._path()[-1]]
        while self._word() == ",":
            self._take()
            names.append(self._path()[-1])
        self._take(")")
        return names

    def _list(self) -> tuple[int, list[range], int]:
        """`(?, NOW(), ?)`: where it begins, the places of the tokens of each item, where it ends."""
        begin = self._take("(").start
        parts = self._parts(")")
        return begin, parts, self._take(")").end

    def _parts(self, end: str) -> list[range]:
        """The items between commas up to `end` outside of parentheses, or up to the end of all tokens."""
        parts, first, depth = [], self._next, 0
        while (word := self._word()) and (depth or word != end):
            if word == "," and not depth:
                parts.append(range(first, self._next))
                first = self._next + 1
            depth += {"(": 1, ")": -1}.get(word, 0)
            self._take()
        return [*parts, range(first, self._next)]

    def _cell(self, column: str | None, part: range) -> Cell:
        marks = self._marks(part)
        return Cell(column, marks, is_plain=len(part) == 1 and bool(marks))

    def _marks(self, part: range) -> tuple[int, ...]:
        return tuple(self._numbers[place] for place in part if place in self._numbers)

    def _alias(self, columns: Sequence[str] | None) -> dict[str, str]:
        """Words for a new row's column: `AS new` allows `new.a`, `AS new(x, y)` also `x`; by word, the column."""
        if self._word() != "AS":
            return {}
        self._take()
        alias, known = self._name(), columns or ()
        renamed = self._columns() if self._word() == "(" else list(known)
        pairs = dict(zip(renamed, known, strict=False))
        bare = {} if renamed == list(known) else pairs
        return {**bare, **{f"{alias}.{name}": column for name, column in pairs.items()}}

    def _updates(self, alias: dict[str, str]) -> tuple[Update, ...]:
        for word in ("ON", "DUPLICATE", "KEY", "UPDATE"):
            self._take(word)
        return tuple(self._update(part, alias) for part in self._parts("RETURNING"))

    def _update(self, part: range, alias: dict[str, str]) -> Update:
        tokens = [self._tokens[place] for place in part]
        equals = next((i for i, token in enumerate(tokens) if token.text == "="), 0)
        column = tokens[equals - 1].name if equals else None
        if column is None:
            raise _OtherForm
        right = tokens[equals + 1 :]
        return Update(column, _new_value(right, alias).lower() == column.lower(), self._marks(part))


def _new_value(tokens: Sequence[Token], alias: dict[str, str]) -> str:
    """The column of which an expression is the new row's value: `VALUES(a)`, `new.a`; empty for any other one."""
    words = [token.word for token in tokens]
    if len(words) == 4 and words[0] in ("VALUES", "VALUE") and words[1] == "(" and words[3] == ")":
        return tokens[2].name or ""
    return alias.get(".".join(token.name or "" for token in tokens[::2]), "")
