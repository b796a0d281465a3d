"""What the sinks of a job guarantee with checkpoints, before anything is opened.

What it owns: asking each kind of sink. What it leaves: the answers (each connector), showing them (`cli/`).
"""

from __future__ import annotations

from lightflus.connectors.contract.registry import sink_kind
from lightflus.model.graph import Sink
from lightflus.model.guarantees import Promise
from lightflus.model.plan import Plan


def promises(plan: Plan) -> dict[str, Promise]:
    """By the sink's name; one that is bound to nothing that can be written promises nothing. Raises BindingInvalid."""
    found = {}
    for operator in plan.graph.operators:
        if isinstance(operator.kind, Sink) and (kind := sink_kind(operator.kind.connector.kind)) is not None:
            found[plan.names[operator.id]] = kind.promise(operator.kind)
    return found
