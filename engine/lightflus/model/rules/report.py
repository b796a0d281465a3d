"""What the rules write their findings into.

What it owns: naming a node and its place the same way in every problem, and the bound on their number. Pure.
"""

from __future__ import annotations

from lightflus import limits
from lightflus.errors import Problem
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import JobGraph, Operator
from lightflus.model.names import operator_names

SHOWN = 80
"""Characters of a name or value that a message shows."""


class Report:
    """Problems of one graph, in the order in which rules find them.

    Attributes:
        found: how many were found, whether kept or not.
    """

    def __init__(self, graph: JobGraph) -> None:
        self.graph = graph
        self._names = operator_names(graph)
        self._problems: list[Problem] = []
        self.found = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found so far, at most GRAPH_PROBLEMS."""
        return tuple(self._problems)

    def operator(self, operator: Operator, text: str, hint: str) -> None:
        """A problem of one operator: its text begins with the operator's name."""
        name = self.name_of(operator)
        place = str(operator.position) if operator.position else name
        self._add(Problem(f"{name}: {text}", where=place, hint=hint))

    def function(self, number: FunctionNumber, text: str, hint: str) -> None:
        """A problem of one function."""
        function = self.graph.functions[number]
        name = f"function {number}" + (f" ({shown(function.name)})" if function.name else "")
        self._add(Problem(f"{name}: {text}", where=str(function.position) if function.position else name, hint=hint))

    def job(self, text: str, hint: str) -> None:
        """A problem of the graph as a whole."""
        self._add(Problem(text, where=shown(self.graph.job) or None, hint=hint))

    def name_of(self, operator: Operator) -> str:
        """The operator's name, cut to what a message can show."""
        return shown(self._names[operator.id])

    def _add(self, problem: Problem) -> None:
        self.found += 1
        if len(self._problems) < limits.GRAPH_PROBLEMS:
            self._problems.append(problem)


def shown(text: str) -> str:
    """A stranger's text as a message may show it: cut, and without control characters."""
    printable = "".join(c if c.isprintable() else "?" for c in text[: SHOWN + 1])
    return printable if len(text) <= SHOWN else printable[:SHOWN] + "..."
