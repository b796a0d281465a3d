"""What of a job runs where, as a table: a line for each task, a column for each worker, in the cells its subtasks.

What it owns: the table. Pure. What it leaves: asking (`remote.py`), deciding it (`model/cluster/placement.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

from rich.text import Text

from lightflus.cli.tables import table
from lightflus.client.api import Json


def placement(placed: Sequence[Json], names: Mapping[int, str]) -> Text:
    """The fragments of a job as the API gives them; `names` are those of its tasks, as far as they are known."""
    cells: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
    for one in placed:
        for subtask in cast("list[dict[str, int]]", one["subtasks"]):
            cells[subtask["task"]].setdefault(str(one["worker"]), []).append(subtask["number"])
    workers = [str(one["worker"]) for one in placed]
    titles = [f"{one['worker']} ({one['status']})" for one in placed]
    rows = [
        (task, names.get(task, ""), *(_ranges(cells[task].get(worker, ())) for worker in workers))
        for task in sorted(cells)
    ]
    return table(("TASK", "OPERATORS", *titles), rows)


def _ranges(numbers: Sequence[int]) -> str:
    """`0-3 7`: many subtasks fit into a cell."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return " ".join("-".join(map(str, run)) for run in runs)
