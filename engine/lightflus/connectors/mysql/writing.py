"""How rows go into a statement: one statement for many rows, or one per row; and the statement of the form `table`.

What it owns: the texts that the driver gets (`%s` for `?`, `%%` for `%`), made from the statement alone, never from
values. Pure. What it leaves: binding the values (`client.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lightflus.connectors.mysql.statement import Statement
from lightflus.connectors.mysql.version import is_mysql_since

_ALIAS = "lightflus_new"
_ALIAS_SINCE = (8, 0, 19)
"""MySQL has row aliases since then, and warns of VALUES() in an update soon after; MariaDB has only VALUES()."""


@dataclass(frozen=True, slots=True)
class Template:
    """A statement in the driver's spelling.

    Attributes:
        head: what comes before the row.
        group: one row, with its parentheses; None = the statement is run once per row, and `head` is all of it.
        tail: what comes behind it.
    """

    head: str
    group: str | None = None
    tail: str = ""

    def of(self, rows: int) -> str:
        """The text for so many rows."""
        return self.head + ", ".join([self.group or ""] * rows) + self.tail


def template(statement: Statement) -> Template:
    """How a statement is run."""
    insert = statement.insert
    if insert is None or not insert.is_multiple:
        return Template(_spelled(statement, 0, len(statement.text)))
    begin, end = insert.group
    return Template(
        _spelled(statement, 0, begin), _spelled(statement, begin, end), _spelled(statement, end, len(statement.text))
    )


def _spelled(statement: Statement, begin: int, end: int) -> str:
    marks = [place for place in statement.marks if begin <= place < end]
    edges = [begin - 1, *marks, end]
    parts = [statement.text[a + 1 : b] for a, b in pairwise(edges)]
    return "%s".join(part.replace("%", "%%") for part in parts)


def upsert_text(table: str, names: Sequence[str], key: Sequence[str], version: str) -> str:
    """The statement of the form `table`, with `?`; an INSERT where there is no key.

    Args:
        table: its name.
        names: the columns, in order.
        key: those of them that are the key.
        version: what the server calls itself.
    """
    columns = ", ".join(map(_quoted, names))
    marks = ", ".join("?" for _ in names)
    text = f"INSERT INTO {_quoted(table)} ({columns}) VALUES ({marks})"
    if not key:
        return text
    others = [name for name in names if name not in key] or list(key)
    if is_mysql_since(version, _ALIAS_SINCE):
        sets = ", ".join(f"{_quoted(name)} = {_ALIAS}.{_quoted(name)}" for name in others)
        return f"{text} AS {_ALIAS} ON DUPLICATE KEY UPDATE {sets}"
    return f"{text} ON DUPLICATE KEY UPDATE {', '.join(f'{_quoted(n)} = VALUES({_quoted(n)})' for n in others)}"


def nothing_text(database: str, table: str, names: Sequence[str]) -> str:
    """An INSERT of no row: a server that only reads refuses it, too."""
    columns, nulls = ", ".join(map(_quoted, names)), ", ".join("NULL" for _ in names)
    where = f"{_quoted(database)}.{_quoted(table)}"
    return f"INSERT INTO {where} ({columns}) SELECT {nulls} FROM DUAL WHERE FALSE"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
