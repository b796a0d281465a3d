"""Runs a plan's statement for some rows: as one statement where it can be, else once per row.

What it owns: that choice. What it leaves: the transaction (`writer.py`), the connection (`client.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from lightflus.connectors.mysql.client import Client
from lightflus.connectors.mysql.plan import Plan
from lightflus.connectors.rows import Row


def run(client: Client, plan: Plan, rows: Sequence[Row]) -> None:
    """Runs the statement, without a commit. Raises ServerError."""
    if plan.template.group is None:
        client.run_each(plan.template.head, rows)
    else:
        client.run(plan.template.of(len(rows)), rows)
