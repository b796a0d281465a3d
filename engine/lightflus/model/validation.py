"""Whether a job graph makes sense: all its problems at once.

What it owns: the order of the rules of `rules/`; record types are compared only in a graph whose edges and function
numbers are sound, since they would have to guess otherwise. Pure; any thread. Called at build, at inspect, and before
every run: a graph is a stranger's text.
"""

from __future__ import annotations

from lightflus.errors import JobInvalid, Problem
from lightflus.model.graph import JobGraph
from lightflus.model.rules.bounds import check_bounds
from lightflus.model.rules.functions import check_functions
from lightflus.model.rules.records import check_records
from lightflus.model.rules.report import Report
from lightflus.model.rules.shape import check_shape
from lightflus.model.rules.time import check_time


def problems(graph: JobGraph) -> tuple[Problem, ...]:
    """Everything that is wrong with a graph, in the order of the graph's parts within each family of rules.

    Each problem names the node, the user's position where the graph knows it, and what would be right.
    Empty: the graph can be planned and run.
    """
    report = Report(graph)
    check_bounds(report)
    before = report.found
    check_shape(report)
    check_functions(report)
    check_time(report)
    if report.found == before:
        check_records(report)
    return report.problems


def checked(graph: JobGraph) -> JobGraph:
    """The same graph, if nothing is wrong with it.

    Raises:
        JobInvalid: it breaks the rules; the error carries all problems.
    """
    found = problems(graph)
    if found:
        count = "a problem" if len(found) == 1 else f"{len(found)} problems"
        raise JobInvalid(f"the job {graph.job!r} has {count}", found)
    return graph
