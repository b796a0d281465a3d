"""Runs a plan's statement for some rows: as one statement where it can be, else once per row.

What it owns: that choice, and the order in which the driver gets the values. What it leaves: the transaction
(`writer.py`), the connection (`client.py`).
"""

from __future__ import annotations

from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.plan import Values, WritePlan
from lightflus.connectors.toolbox.rows import Cell


def run(client: Client, plan: WritePlan, values: Values) -> None:
    """Runs the statement, without a commit. Raises ServerError."""
    if plan.template.group is None:
        client.run_each(plan.template.head, zip(*values, strict=True))
    else:
        client.run(plan.template.of(len(values[0])), _by_row(values))


def rows(values: Values, begin: int, end: int) -> Values:
    """Some of the rows."""
    return [column[begin:end] for column in values]


def _by_row(values: Values) -> tuple[Cell, ...]:
    """All values of the first row, then of the second, ...; a column at a time."""
    width = len(values)
    flat: list[Cell] = [None] * (width * len(values[0]))
    for number, column in enumerate(values):
        flat[number::width] = column
    return tuple(flat)
