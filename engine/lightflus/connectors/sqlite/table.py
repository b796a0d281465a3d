"""A sink's table in SQLite: its SQL, from the sink's fields.

What it owns: column types, the key, quoting, and the comparison with a table that is already there. Pure.
What it leaves: running it (`sqlite.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightflus.connectors.toolbox.column_names import same_names
from lightflus.errors import BindingInvalid
from lightflus.model.graph import SinkField
from lightflus.model.types import Scalar, ScalarType, Type

_STORED_AS = {
    Scalar.BOOL: "INTEGER",
    Scalar.INT8: "INTEGER",
    Scalar.INT16: "INTEGER",
    Scalar.INT32: "INTEGER",
    Scalar.INT64: "INTEGER",
    Scalar.UINT8: "INTEGER",
    Scalar.UINT16: "INTEGER",
    Scalar.UINT32: "INTEGER",
    Scalar.UINT64: "TEXT",
    Scalar.FLOAT32: "REAL",
    Scalar.FLOAT64: "REAL",
    Scalar.UTF8: "TEXT",
    Scalar.BINARY: "BLOB",
    Scalar.DATE32: "TEXT",
    Scalar.TIMESTAMP_MS: "TEXT",
    Scalar.TIMESTAMP_US: "TEXT",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table named `name` with a column per field; `key_fields` empty = rows are only ever added."""

    name: str
    fields: tuple[SinkField, ...]
    key_fields: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raises BindingInvalid for what SQLite cannot hold."""
        for one, other in same_names([field.name for field in self.fields]):
            raise BindingInvalid(
                f"`{one}` and `{other}` are one column of a SQLite table, since case does not matter there",
                hint="give one of these fields another name",
            )
        for field in self.fields:
            _stored_as(field.name, field.type)
            if field.name in self.key_fields and field.type.nullable:
                raise BindingInvalid(
                    f"column `{field.name}` is a key of a SQLite table and may be null",
                    hint='make the key not nullable, for example with `?? ""` in its function',
                )

    def create(self) -> str:
        """`CREATE TABLE IF NOT EXISTS ...`."""
        columns = [f"{_quoted(f.name)} {_stored_as(f.name, f.type)}" for f in self.fields]
        if self.key_fields:
            columns.append(f"PRIMARY KEY ({', '.join(map(_quoted, self.key_fields))})")
        suffix = " WITHOUT ROWID" if self.key_fields else ""
        return f"CREATE TABLE IF NOT EXISTS {_quoted(self.name)} ({', '.join(columns)}){suffix}"

    def insert(self) -> str:
        """The statement of one row, which replaces the row of its key."""
        names = ", ".join(_quoted(f.name) for f in self.fields)
        marks = ", ".join("?" for _ in self.fields)
        text = f"INSERT INTO {_quoted(self.name)} ({names}) VALUES ({marks})"
        if not self.key_fields:
            return text
        others = [_quoted(f.name) for f in self.fields if f.name not in self.key_fields]
        action = "UPDATE SET " + ", ".join(f"{o} = excluded.{o}" for o in others) if others else "NOTHING"
        return f"{text} ON CONFLICT ({', '.join(map(_quoted, self.key_fields))}) DO {action}"

    def columns(self) -> str:
        """The query for `check`."""
        return f"SELECT name, pk FROM pragma_table_info({_literal(self.name)})"

    def check(self, found: Sequence[tuple[str, int]], path: str) -> None:
        """Compares with the table that is there. Raises BindingInvalid."""
        names = {name for name, _ in found}
        keys = {name for name, pk in found if pk}
        wanted = {f.name for f in self.fields}
        if names != wanted or keys != set(self.key_fields):
            raise BindingInvalid(
                f"its table `{self.name}` has {_described(names, keys)}, but this sink writes "
                f"{_described(wanted, set(self.key_fields))}",
                where=path,
                hint=f"use another file or another table: sqlite:{path}?table=other",
            )


def _described(names: set[str], keys: set[str]) -> str:
    columns = "the columns " + ", ".join(f"`{name}`" for name in sorted(names))
    return columns + (f" with key {', '.join(f'`{k}`' for k in sorted(keys))}" if keys else " without a key")


def _stored_as(name: str, kind: Type) -> str:
    if isinstance(kind, ScalarType):
        return _STORED_AS[kind.scalar]
    raise BindingInvalid(
        f"column `{name}` is {kind}, which a SQLite table cannot hold",
        hint="write its parts as columns of their own, or map it to text first",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
