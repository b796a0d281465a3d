"""Metrics of a job as tables: a line for each operator, a line for each subtask.

What it owns: which columns there are, and how numbers are written. What it leaves: asking (`remote.py`), what the names
mean (`telemetry/metrics.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from rich.text import Text

from lightflus.cli.tables import table
from lightflus.client.api import Json
from lightflus.limits import KIB
from lightflus.telemetry.metrics import OPERATOR_METRICS

_ALWAYS: Final = ("rows_in", "rows_out", "busy_seconds")
"""Columns of operators that are there when all are 0, too."""


def metrics_of_operators(found: Sequence[Json]) -> Text:
    """What each has done; of what nobody has done anything there is no column."""
    values = [_values(item) for item in found]
    keys = [m.key for m in OPERATOR_METRICS if m.key in _ALWAYS or any(one.get(m.key) for one in values)]
    rows = [
        (item["operator"], *(_number(one.get(key)) for key in keys), item["status"])
        for item, one in zip(found, values, strict=True)
    ]
    return table(("OPERATOR", *(_title(key) for key in keys), "STATUS"), rows)


def metrics_of_subtasks(found: Sequence[Json]) -> Text:
    """How each stands: shares of its time, what waits, what went through."""
    rows = [
        (item["name"], f"{item['task']}/{item['subtask']}", *(write(_values(item).get(key)) for key, write in _COLUMNS))
        for item in found
    ]
    titles = [_title(key.removesuffix("_share").removesuffix("_bytes")) for key, _ in _COLUMNS]
    return table(("TASK", "SUBTASK", *titles), rows)


def _values(item: Json) -> Mapping[str, float]:
    return cast("Mapping[str, float]", item["values"])


def _title(key: str) -> str:
    return key.replace("_", " ").upper()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.6g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _bytes(value: float | None) -> str:
    """`1,234 KiB`."""
    return "" if value is None else f"{value / KIB:,.0f} KiB"


_COLUMNS: Final[tuple[tuple[str, Callable[[float | None], str]], ...]] = (
    ("busy_share", _share),
    ("backpressured_share", _share),
    ("idle_share", _share),
    ("queue_fill", _share),
    ("rows_in", _number),
    ("rows_out", _number),
    ("bytes_in", _bytes),
    ("bytes_out", _bytes),
    ("lag", _number),
    ("watermark_lag", _number),
    ("guest_cpu_seconds", _number),
    ("guest_memory_bytes", _bytes),
    ("traps", _number),
)
