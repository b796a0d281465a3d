"""A table as the server describes it: its columns and unique keys.

What it owns: the questions to `information_schema`, and the answers as values. Pure.
What it leaves: asking (`client.py`), comparing with what the sink writes (`check.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lightflus.connectors.toolbox.rows import Row

COLUMNS = """
SELECT table_name, column_name, data_type, column_type, is_nullable, column_default, extra, datetime_precision,
    collation_name
FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position
"""
KEYS = """
SELECT table_name, index_name, column_name, sub_part
FROM information_schema.statistics WHERE table_schema = %s AND table_name = %s AND non_unique = 0
ORDER BY index_name, seq_in_index
"""
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY table_name LIMIT 12"


class Family(Enum):
    """Columns that take the same values."""

    INTEGER = "integer"
    BIT = "bit"
    FLOATING = "floating"
    DECIMAL = "decimal"
    TEXT = "text"
    JSON = "json"
    BINARY = "binary"
    MOMENT = "moment"
    DATE = "date"
    SPELLED = "spelled"
    """Takes text of a certain form only: `enum`, `time`, `uuid`, ..."""
    OTHER = "other"


_FAMILIES = {
    Family.INTEGER: ("tinyint", "smallint", "mediumint", "int", "bigint"),
    Family.BIT: ("bit",),
    Family.FLOATING: ("float", "double"),
    Family.DECIMAL: ("decimal",),
    Family.TEXT: ("char", "varchar", "tinytext", "text", "mediumtext", "longtext"),
    Family.JSON: ("json",),
    Family.BINARY: ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"),
    Family.MOMENT: ("datetime", "timestamp"),
    Family.DATE: ("date",),
    Family.SPELLED: ("enum", "set", "time", "year", "uuid", "inet4", "inet6"),
}
_FAMILY_OF = {word: family for family, words in _FAMILIES.items() for word in words}

_CHOICE = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its name, as the table spells it.
        family: what it takes.
        declared: its type in SQL: `varchar(10)`, `int unsigned`.
        is_nullable: whether it may be NULL.
        has_default: whether a row may leave it out.
        is_generated: whether the table computes it, so that nobody may write it.
        is_visible: whether it is among the columns of a statement that lists none.
        fraction: digits of its seconds, from 0 to 6.
        collation: how its text is compared, or None.
        choices: the values of an `enum` or `set`.
    """

    name: str
    family: Family
    declared: str
    is_nullable: bool = True
    has_default: bool = True
    is_generated: bool = False
    is_visible: bool = True
    fraction: int = 0
    collation: str | None = None
    choices: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether two values are equal only if they are the same, but for spaces at the end."""
        return self.collation is None or self.collation.endswith("_bin")


@dataclass(frozen=True, slots=True)
class Key:
    """A primary or unique key; its columns in lower case. A partial one has only the beginning of a column's text."""

    name: str
    columns: frozenset[str]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view.

    Attributes:
        name: its name, as the server spells it.
        columns: in the order of the table.
        keys: its primary and unique keys; a view has none.
    """

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]

    @property
    def visible(self) -> tuple[Column, ...]:
        """The columns of an INSERT that lists none."""
        return tuple(column for column in self.columns if column.is_visible)

    def column(self, name: str) -> Column | None:
        """The column of a name, whose case does not matter."""
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)


def read_table(wanted: str, columns: Sequence[Row], keys: Sequence[Row]) -> Table | None:
    """The table from the answers to `COLUMNS` and `KEYS`; None where there is none.

    The server may find tables that differ from `wanted` in case; the exact one is taken, else the only one.
    """
    found = {str(row[0]) for row in columns}
    if wanted not in found and len(found) != 1:
        return None
    name = wanted if wanted in found else found.pop()
    return Table(
        name,
        tuple(_column(row) for row in columns if row[0] == name),
        _keys([row for row in keys if row[0] == name]),
    )


def _column(row: Row) -> Column:
    _, name, kind, declared, nullable, default, extra, fraction, collation = row
    words = str(extra or "").lower()
    is_generated = "virtual generated" in words or "stored generated" in words or "persistent" in words
    return Column(
        name=str(name),
        family=_FAMILY_OF.get(str(kind).lower(), Family.OTHER),
        declared=str(declared),
        is_nullable=nullable == "YES",
        has_default=nullable == "YES" or default is not None or "auto_increment" in words or is_generated,
        is_generated=is_generated,
        is_visible="invisible" not in words.split(),
        fraction=int(fraction or 0),
        collation=None if collation is None else str(collation),
        choices=_choices(str(declared)),
    )


def _choices(declared: str) -> tuple[str, ...]:
    """`enum('a','it''s')`: `a` and `it's`."""
    is_choice = declared.lower().startswith(("enum(", "set("))
    return tuple(text.replace("''", "'") for text in _CHOICE.findall(declared)) if is_choice else ()


def _keys(rows: Sequence[Row]) -> tuple[Key, ...]:
    """MySQL names no column for a part that is an expression; such a key is partial, too."""
    names = dict.fromkeys(str(row[1]) for row in rows)
    parts = {name: [row for row in rows if row[1] == name] for name in names}
    return tuple(
        Key(
            name,
            frozenset(str(row[2]).lower() for row in of_key if row[2] is not None),
            is_partial=any(row[2] is None or row[3] is not None for row in of_key),
        )
        for name, of_key in parts.items()
    )
