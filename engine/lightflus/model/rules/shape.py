"""Rules of the graph's shape: who reads from whom.

What it owns: ids, edges, cycles, reachability, and that there is something to read and to write. Pure.
What it leaves: functions and record types (`functions.py`, `records.py`), which need a sound shape.
"""

from __future__ import annotations

from collections import Counter

from lightflus.model.graph import JobGraph, KeyBy, Operator, OperatorId, Sink, Source
from lightflus.model.operators import facts_of, is_keyed
from lightflus.model.rules.report import Report, shown
from lightflus.model.text import counted
from lightflus.model.timed import Broadcast, Process


def check_shape(report: Report) -> None:
    """All rules of this file."""
    _check_ids(report)
    _check_names(report)
    _check_ends(report)
    _check_edges(report)
    _check_cycles(report)
    _check_reachable(report)


def _check_ids(report: Report) -> None:
    counts = Counter(operator.id for operator in report.graph.operators)
    for number, count in counts.items():
        if count > 1:
            report.job(f"{count} operators have the id {number}", "an id is unique: the order of registration")


def _check_names(report: Report) -> None:
    seen: set[str] = set()
    for operator in report.graph.operators:
        if operator.name and operator.name in seen:
            text = f"the name {shown(operator.name)!r} is given to two operators"
            report.operator(operator, text, "give each operator its own name: name(...) says whose state is whose")
        seen.add(operator.name)


def _check_ends(report: Report) -> None:
    kinds = {type(operator.kind) for operator in report.graph.operators}
    if not report.graph.operators:
        report.job("the job has no operators", "create a flow from a source, and end it in a sink")
        return
    if Source not in kinds:
        report.job("the job has no source", "a flow begins with source.createFlow(ctx)")
    if Sink not in kinds:
        report.job("the job has no sink, so nothing could see its results", "end the flow with .sink(...)")


def _check_edges(report: Report) -> None:
    known = {operator.id: operator for operator in report.graph.operators}
    for operator in report.graph.operators:
        _check_input_count(report, operator)
        for side, edge in enumerate(operator.inputs):
            upstream = known.get(edge.operator)
            if upstream is None:
                text = f"it reads from operator {edge.operator}, which does not exist"
                report.operator(operator, text, f"the ids are {_listed(list(known))}")
            elif isinstance(upstream.kind, Sink):
                text = f"it reads from {report.name_of(upstream)}, which is a sink"
                report.operator(operator, text, "read from the operator before the sink")
            elif is_keyed(operator) and not _is_for_keyed(operator, side, upstream):
                _say_not_keyed(report, operator, side, upstream)
            if edge.port and (upstream is None or edge.port not in facts_of(upstream).ports(upstream.kind)):
                text = f"it reads the side output {shown(edge.port)!r} of operator {edge.operator}, which has none"
                report.operator(operator, text, "read the main output: leave the port empty")


def _say_not_keyed(report: Report, operator: Operator, side: int, upstream: Operator) -> None:
    name, found = facts_of(operator).name, facts_of(upstream).name
    if _has_rules(operator) and side == 1:
        text = f"its rules are a broadcast, but {report.name_of(upstream)} is a {found}"
        report.operator(operator, text, "write keyed.connect(rules.broadcast()).process(...)")
    else:
        text = f"{name} needs a keyed stream, but {report.name_of(upstream)} is a {found}"
        report.operator(operator, text, f"write stream.keyBy(...).{name}(...)")


def _has_rules(operator: Operator) -> bool:
    return isinstance(operator.kind, Process) and operator.kind.rules is not None


def _is_for_keyed(operator: Operator, side: int, upstream: Operator) -> bool:
    """Whether an operator with state by key can read from another: a keyBy, but for rules, which all keys see."""
    return isinstance(upstream.kind, Broadcast if _has_rules(operator) and side == 1 else KeyBy)


def _check_input_count(report: Report, operator: Operator) -> None:
    facts = facts_of(operator)
    expected = facts.inputs
    most = facts.most_inputs or expected
    if _has_rules(operator):
        expected = most
    if not expected <= len(operator.inputs) <= most:
        count = counted(expected, "input") if most == expected else f"{expected} inputs or more"
        text = f"a {facts.name} has {count}, not {len(operator.inputs)}"
        report.operator(operator, text, "give it exactly the stream that it reads" if expected else "drop its inputs")


def _check_cycles(report: Report) -> None:
    for operator in _on_cycles(report.graph):
        report.operator(operator, "it reads from itself, through a cycle", "a flow runs from sources to sinks only")


def _on_cycles(graph: JobGraph) -> list[Operator]:
    """What is left when operators without a predecessor left, and then those without a successor, are taken away."""
    left = {operator.id: operator for operator in graph.operators}
    upstream, downstream = _neighbours(graph)
    for behind, before in ((downstream, upstream), (upstream, downstream)):
        open_edges = {number: len(before[number] & left.keys()) for number in left}
        ready = [number for number, count in open_edges.items() if count == 0]
        while ready:
            number = ready.pop()
            del left[number]
            for other in behind[number] & left.keys():
                open_edges[other] -= 1
                if open_edges[other] == 0:
                    ready.append(other)
    return list(left.values())


def _check_reachable(report: Report) -> None:
    upstream, downstream = _neighbours(report.graph)
    fed = {operator.id for operator in report.graph.operators if isinstance(operator.kind, Source)}
    ready = list(fed)
    while ready:
        more = downstream[ready.pop()] - fed
        fed |= more
        ready.extend(more)
    for operator in report.graph.operators:
        if operator.id not in fed and upstream[operator.id]:
            report.operator(operator, "no source feeds it", "connect it to a source")
        if not downstream[operator.id] and not isinstance(operator.kind, Sink):
            report.operator(operator, "nothing reads what it yields", "end it in a sink, or delete it")


_Edges = dict[OperatorId, set[OperatorId]]


def _neighbours(graph: JobGraph) -> tuple[_Edges, _Edges]:
    """Whom each operator reads from, and who reads from it; edges to operators that do not exist are left out."""
    known = {operator.id for operator in graph.operators}
    upstream: _Edges = {number: set() for number in known}
    downstream: _Edges = {number: set() for number in known}
    for operator in graph.operators:
        for edge in operator.inputs:
            if edge.operator in known:
                upstream[operator.id].add(edge.operator)
                downstream[edge.operator].add(operator.id)
    return upstream, downstream


def _listed(numbers: list[OperatorId]) -> str:
    few = ", ".join(str(number) for number in numbers[:20])
    return few + (", ..." if len(numbers) > 20 else "")
