"""What a job may say but will regret: allowed by the rules, told when it is built or inspected.

What it owns: the warnings, each with its place and its way out. Pure.
What it leaves: what is wrong (`validation.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from lightflus.model.graph import JobGraph, Operator, Sink, Source
from lightflus.model.names import operator_names


def warnings(graph: JobGraph) -> list[str]:
    """What is allowed but will hurt one day, each with the way out."""
    return list(_open_secrets(graph))


def _open_secrets(graph: JobGraph) -> Iterator[str]:
    """Secrets that everyone can read who has the module."""
    names = operator_names(graph)
    for operator in graph.operators:
        if isinstance(operator.kind, Source | Sink) and (options := operator.kind.connector.open_secrets):
            said = " and ".join(f"`{option}`" for option in options)
            text = f"the {said} of {names[operator.id]}{_place(operator)} can be read in the module"
            yield f"warning: {text}; write env:NAME in its place, and set the variable NAME where the job runs"


def _place(operator: Operator) -> str:
    return f" ({operator.position})" if operator.position else ""
