"""How an element reaches a subtask, wherever that runs.

What it owns: Protocols of the sending side. On the event loop.
What it leaves: channels inside a process (`runtime/channel.py`); a network between processes is another implementation.
"""

from __future__ import annotations

from typing import Protocol

from lightflus.model.plan import SubtaskId
from lightflus.ports.batch import Element


class Sender(Protocol):
    """The sending end of one input of a subtask; used by one trio task."""

    async def send(self, element: Element) -> None:
        """Hands an element over; waits while the input is full. Raises PeerLost where its process is gone."""
        ...


class Network(Protocol):
    """Reaches every subtask of one job."""

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        """The sending end of input `number` of a subtask (`model/wiring.py` counts them)."""
        ...
