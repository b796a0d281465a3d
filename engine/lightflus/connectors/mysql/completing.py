"""What the options of a `mysql:` sink say about its fields, so that the plan and other connectors know it, too.

What it owns: from `statement`, the fields' names, whether it is an upsert, and its key; the option `key`. Pure: the
graph in, the graph out, without a server. What it leaves: whether the table agrees (`check.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lightflus.connectors.mysql.statement import Statement, parse
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector, Delivery, Sink, SinkField
from lightflus.model.text import counted

STATEMENT = "statement"
TABLE = "table"
KEY = "key"


def complete(sink: Sink) -> Sink:
    """The sink with what its statement says. Raises BindingInvalid."""
    options = sink.connector.options
    wanted = key_names(options)
    if STATEMENT not in options:
        return replace(sink, delivery=Delivery.UPSERT, key_fields=_known(wanted, sink.fields)) if wanted else sink
    statement = parse(options[STATEMENT])
    fields = named(statement, sink.fields)
    key = tuple(fields[number].name for number in statement.key(wanted))
    return replace(sink, fields=fields, delivery=Delivery.UPSERT if key else Delivery.APPEND, key_fields=key)


def can_upsert(connector: Connector) -> bool:
    """Whether its sink can replace the last row of a key. Raises BindingInvalid."""
    options = connector.options
    return STATEMENT not in options or bool(parse(options[STATEMENT]).key(key_names(options)))


def named(statement: Statement, fields: Sequence[SinkField]) -> tuple[SinkField, ...]:
    """The fields by the names of their columns, if they are only numbered. Raises BindingInvalid: not as many."""
    marks = len(statement.marks)
    if marks != len(fields):
        raise BindingInvalid(
            f"the statement has {counted(marks, 'placeholder')}, and the job writes {counted(len(fields), 'field')}",
            hint="write a `?` for each field, in their order",
        )
    if [field.name for field in fields] != [str(number + 1) for number in range(marks)]:
        return tuple(fields)
    names = statement.names([field.name for field in fields])
    return tuple(replace(field, name=name) for field, name in zip(fields, names, strict=True))


def key_names(options: Mapping[str, str]) -> tuple[str, ...]:
    """The option `key`: columns, separated by commas."""
    return tuple(filter(None, (name.strip() for name in options.get(KEY, "").split(","))))


def _known(wanted: Sequence[str], fields: Sequence[SinkField]) -> tuple[str, ...]:
    names = {field.name.lower(): field.name for field in fields}
    for name in wanted:
        if name.lower() not in names:
            there = ", ".join(f"`{field.name}`" for field in fields)
            raise BindingInvalid(f"option `key` names `{name}`, which is no field", hint=f"the fields are {there}")
    return tuple(names[name.lower()] for name in wanted)
