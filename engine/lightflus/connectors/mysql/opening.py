"""Opens a `mysql:` sink: asks the server everything that can go wrong, and decides how rows are written.

What it owns: the questions, their order, and errors that name the option to change. One connection, closed at the end.
What it leaves: the rules (`check.py`), the rows (`writer.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from lightflus.connectors.mysql.check import Aim, aims_of, check, no_table
from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.conversion import JsonOf, conversion, keeps_apart
from lightflus.connectors.mysql.faults import ACCESS_DENIED, NOT_SPEAKING, Fault, ServerError
from lightflus.connectors.mysql.plan import WritePlan
from lightflus.connectors.mysql.settings import Settings
from lightflus.connectors.mysql.statement import Statement, parse
from lightflus.connectors.mysql.table import COLUMNS, KEYS, TABLES, Table, read_table
from lightflus.connectors.mysql.writing import nothing_text, template, upsert_text
from lightflus.errors import BindingInvalid, SinkFailed
from lightflus.limits import MYSQL_CONNECT_SECONDS
from lightflus.model.graph import SinkField

_NOT_WELL = "start the job again when the server is well, or name another one with the option `host`"


def open_plan(
    settings: Settings,
    *,
    statement: str | None,
    table: str,
    fields: Sequence[SinkField],
    key: Sequence[str],
    json_of: JsonOf,
) -> WritePlan:
    """Checks all of it against the server. Raises BindingInvalid; SinkFailed where the server is away.

    Args:
        settings: where the server is.
        statement: the option; None = the sink writes the table of a name.
        table: that name.
        fields: what is written, in the order of the statement's placeholders.
        key: names of the fields that are the key of an upsert; empty = it is no upsert.
        json_of: makes text of objects and lists.
    """
    with _opening(settings), closing(Client(settings, wait_seconds=MYSQL_CONNECT_SECONDS)) as client:
        names = [field.name for field in fields]
        parsed = parse(statement if statement is not None else upsert_text(table, names, key, client.version))
        numbers = [names.index(name) for name in key]
        aims, found = _checked(client, settings, parsed, fields, numbers)
        client.prepare(parsed.text)
    return WritePlan(
        place=settings.place,
        template=template(parsed),
        names=tuple(names),
        converts=tuple(conversion(aim.field.type, aim.column, json_of) for aim in aims),
        key=tuple(key),
        sorts_by=tuple(key) if _is_sortable(aims, numbers, found) else (),
        table=None
        if found is None or parsed.insert is None
        else (parsed.insert.database or settings.database, found.name),
    )


def _checked(
    client: Client, settings: Settings, statement: Statement, fields: Sequence[SinkField], key: Sequence[int]
) -> tuple[list[Aim], Table | None]:
    """Where the fields go. Statements of other forms are only judged by the server."""
    insert = statement.insert
    if insert is None:
        return aims_of(None, fields, None), None
    where = (insert.database or settings.database, insert.table)
    table = read_table(insert.table, client.ask(COLUMNS, where), client.ask(KEYS, where))
    if table is None:
        raise no_table(insert.table, [str(row[0]) for row in client.ask(TABLES, where[:1])], settings.place)
    aims = aims_of(insert, fields, table)
    check(insert, aims, key, table, settings.place)
    names = [cell.column for cell in insert.cells if cell.column] or [column.name for column in table.visible]
    client.attempt(nothing_text(where[0], table.name, names))
    return aims, table


def _is_sortable(aims: Sequence[Aim], key: Sequence[int], table: Table | None) -> bool:
    """Whether rows of different keys may change places: no other key of the table makes them one row."""
    aims_of_key = [aims[number] for number in key]
    is_exact = all(aim.column is not None and keeps_apart(aim.field.type, aim.column) for aim in aims_of_key)
    return bool(key) and is_exact and table is not None and len(table.keys) == 1


@contextmanager
def _opening(settings: Settings) -> Iterator[None]:
    try:
        yield
    except ServerError as error:
        failure = SinkFailed if error.fault in (Fault.AWAY, Fault.BUSY) else BindingInvalid
        raise failure(f"{settings.server}: {error}", where=settings.place, hint=_hint(error, settings)) from error


def _hint(error: ServerError, settings: Settings) -> str | None:
    if error.hint is None and error.fault is Fault.AWAY:
        return _NOT_WELL if error.is_of_server else ServerError(NOT_SPEAKING, "").hint
    if error.code == ACCESS_DENIED and settings.is_plain:
        return f"{error.hint}; or leave out the option `tls`, since the server may want it"
    return error.hint
