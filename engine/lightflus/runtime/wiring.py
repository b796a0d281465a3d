"""The channels of the subtasks that run in this process, and the way to those that run elsewhere.

What it owns: a mailbox for each subtask of its own, and for each of these what it sends into (`outputs.py`). On the
event loop, but for outputs, which are made on their subtask's lane.
What it leaves: who sends to whom (`model/wiring.py`), how an element reaches another process (the network).
"""

from __future__ import annotations

from collections.abc import Collection

from lightflus.model.extract import FieldPath
from lightflus.model.graph import KeyBy
from lightflus.model.plan import Exchange, Plan, SubtaskId
from lightflus.model.wiring import Outlet, inlets, outlets
from lightflus.ports.kernel import Kernel
from lightflus.ports.network import Network, Sender
from lightflus.runtime.channel import Inlet, Mailbox
from lightflus.runtime.feeder import READ_AHEAD
from lightflus.runtime.outputs import BroadcastEdge, Edge, EdgeOutputs, ForwardEdge, HashEdge, KeyPath


class Wiring:
    """`ports.Network` of a fragment: its own mailboxes, and whatever reaches the others."""

    def __init__(self, plan: Plan, own: Collection[SubtaskId], network: Network | None) -> None:
        """`own` are the subtasks of this fragment; `network` reaches all others, if there are any."""
        self._plan = plan
        self._network = network
        self._mailboxes = {subtask: _mailbox(plan, subtask) for subtask in own}

    def mailbox(self, subtask: SubtaskId) -> Mailbox:
        """Where a subtask of this fragment receives."""
        return self._mailboxes[subtask]

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        """See `ports.Network`."""
        if subtask in self._mailboxes:
            return self.inlet(subtask, number)
        assert self._network is not None, "a fragment that is not whole has a network"
        return self._network.sender(subtask, number)

    def inlet(self, subtask: SubtaskId, number: int) -> Inlet:
        """The sending end of an input of a subtask of this fragment, for whatever brings elements from elsewhere."""
        return self._mailboxes[subtask].inlet(number)

    def outputs(self, subtask: SubtaskId, kernel: Kernel) -> EdgeOutputs:
        """Where a subtask of this fragment sends. On its lane: partitioners are kernel instances."""
        return EdgeOutputs([self._edge(outlet, kernel) for outlet in outlets(self._plan, subtask)])

    def _edge(self, outlet: Outlet, kernel: Kernel) -> Edge:
        edge = outlet.edge
        senders = [self.sender(reader, number) for reader, number in outlet.inputs]
        with_keys = self._plan.tasks[edge.downstream].is_keyed
        if edge.exchange is Exchange.BROADCAST:
            return BroadcastEdge(edge.port, senders)
        if len(senders) == 1:
            return ForwardEdge(edge.port, senders[0], with_keys=with_keys)
        key_by = self._plan.tasks[edge.upstream].last.operator.kind
        assert isinstance(key_by, KeyBy)
        key, found = key_by.key, key_by.key_type
        return HashEdge(
            edge.port,
            senders,
            kernel.partitioner(found),
            key_groups=self._plan.key_groups,
            key_path=KeyPath(edge.record, key, found) if isinstance(key, FieldPath) else None,
            with_keys=with_keys,
        )


def _mailbox(plan: Plan, subtask: SubtaskId) -> Mailbox:
    """A source's has one input, which its feeder fills."""
    sides = [inlet.edge.side for inlet in inlets(plan, subtask)]
    is_fed = not plan.tasks[subtask.task].head.operator.inputs
    return Mailbox([0], capacity=READ_AHEAD) if is_fed else Mailbox(sides)
