"""Compares what a sink writes with the table, before the job starts; all that is wrong is said at once.

What it owns: the rules and the texts. Pure. What it leaves: asking the server (`opening.py`), the matrix of types
(`conversion.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightflus.connectors.mysql.conversion import refusal
from lightflus.connectors.mysql.insert import Insert
from lightflus.connectors.mysql.table import Column, Table
from lightflus.connectors.toolbox.column_names import same_names
from lightflus.errors import BindingInvalid
from lightflus.model.graph import SinkField
from lightflus.model.text import counted

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a field goes: its column, if it is known and takes the value as it is."""

    field: SinkField
    column: Column | None


def aims_of(insert: Insert | None, fields: Sequence[SinkField], table: Table | None) -> list[Aim]:
    """Per field, its column. Columns that the table has not are `None`, too: `check` reports them."""
    places = _columns_of_fields(insert, table) if insert and table else {}
    return [Aim(field, places.get(number)) for number, field in enumerate(fields)]


def _columns_of_fields(insert: Insert, table: Table) -> dict[int, Column]:
    found = {}
    for number, cell in enumerate(insert.cells):
        column = table.column(cell.column) if cell.column else None
        if not insert.has_columns and number < len(table.visible):
            column = table.visible[number]
        if cell.is_plain and column is not None:
            found[cell.marks[0]] = column
    return found


def check(insert: Insert, aims: Sequence[Aim], key: Sequence[int], table: Table, place: str) -> None:
    """Raises BindingInvalid with everything that the table does not take.

    Args:
        insert: the statement.
        aims: where its fields go.
        key: numbers of the fields that are the key of an upsert; none = it is no upsert.
        table: the table.
        place: the server, for the error.
    """
    problems = [
        *_missing(insert, table),
        *_twice(insert),
        *_refused(aims),
        *_left_out(insert, table),
        *_key(insert, aims, key, table),
    ]
    if not problems:
        return
    text, hint = problems[0]
    if len(problems) == 1:
        raise BindingInvalid(f"table `{table.name}`: {text}", where=place, hint=hint)
    lines = "".join(f"\n  - {text}: {hint}" for text, hint in problems)
    raise BindingInvalid(
        f"table `{table.name}` does not take what the job writes:{lines}",
        where=place,
        hint="change the table, the fields that the job writes, or the option `table`",
    )


def no_table(name: str, there: Sequence[str], place: str) -> BindingInvalid:
    """The error for a table that the database has not."""
    names = ", ".join(f"`{name}`" for name in there[:_SHOWN]) or "none"
    return BindingInvalid(
        f"there is no table `{name}`, or this user may not see it",
        where=place,
        hint=f"make the table, or name another one in the option `table` or `statement`; those to be seen: {names}",
    )


def _missing(insert: Insert, table: Table) -> Iterator[tuple[str, str]]:
    there = ", ".join(f"`{column.name}`" for column in table.columns[:_SHOWN])
    if not insert.has_columns and len(insert.cells) != len(table.visible):
        yield (
            f"the statement has {counted(len(insert.cells), 'value')} for {counted(len(table.visible), 'column')}",
            f"list the columns that it writes; there are {there}",
        )
    for name in dict.fromkeys([*(cell.column for cell in insert.cells), *(u.column for u in insert.updates or ())]):
        if name is not None and table.column(name) is None:
            yield f"there is no column `{name}`", f"there are {there}"


def _twice(insert: Insert) -> Iterator[tuple[str, str]]:
    named = [cell.column for cell in insert.cells if cell.column]
    for one, other in same_names(named):
        yield f"`{one}` and `{other}` are one column, since case does not matter", "give one of them another name"


def _refused(aims: Sequence[Aim]) -> Iterator[tuple[str, str]]:
    for aim in aims:
        if aim.column is not None and (hint := refusal(aim.field.type, aim.column)):
            yield f"column `{aim.column.name}` is {aim.column.declared}, and the job writes {aim.field.type}", hint


def _left_out(insert: Insert, table: Table) -> Iterator[tuple[str, str]]:
    if not insert.has_columns:
        return
    written = {cell.column.lower() for cell in insert.cells if cell.column}
    for column in table.columns:
        if not column.has_default and column.name.lower() not in written:
            yield (
                f"column `{column.name}` is {column.declared}, may not be null and has no default, and is not written",
                "write it, too, or give it a default",
            )


def _key(insert: Insert, aims: Sequence[Aim], key: Sequence[int], table: Table) -> Iterator[tuple[str, str]]:
    columns = [aims[number].column for number in key]
    names = {column.name.lower() for column in columns if column is not None}
    if not names or any(column is None for column in columns):
        return
    if any(aims[number].field.type.nullable for number in key):
        yield (
            f"a key {_listed(names)} may be null, and for SQL no null equals another",
            "give it another value, or none",
        )
    free = {cell.column.lower() for cell in insert.cells if cell.column and not cell.marks}
    whole = [unique.columns for unique in table.keys if not unique.is_partial]
    if any(names <= unique <= names | free for unique in whole):
        return
    there = " and ".join(_listed(unique) for unique in whole) or "none"
    yield (
        f"an upsert by {_listed(names)} needs a unique key of just that, and the table's unique keys are {there}",
        f"make one: ALTER TABLE `{table.name}` ADD UNIQUE KEY ({', '.join(sorted(names))}); or set the other columns "
        "in ON DUPLICATE KEY UPDATE; or name the columns of the key in the option `key`; of a view, write to its table",
    )


def _listed(names: set[str] | frozenset[str]) -> str:
    return "(" + ", ".join(f"`{name}`" for name in sorted(names)) + ")"
