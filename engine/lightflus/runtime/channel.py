"""Channels between subtasks: a mailbox with bounded inputs, and the senders that feed it.

What it owns: back-pressure (a full input makes its sender wait), fairness between inputs, holding back the inputs that
an alignment has blocked. On the event loop only.
What it leaves: what the elements mean (`model/alignment.py`, `subtask.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

import trio

from lightflus import limits
from lightflus.ports.batch import Batch, Element


class Mailbox:
    """The receiving end of all edges into one subtask. One receiver; one sender per input."""

    def __init__(self, sides: Sequence[int], *, capacity: int = limits.CHANNEL_ELEMENTS) -> None:
        """An input per entry of `sides`, which says to which side of the operator it belongs."""
        self.sides = sides
        self._queues: list[deque[Element]] = [deque() for _ in sides]
        self._senders = [trio.lowlevel.ParkingLot() for _ in sides]
        self._receiver = trio.lowlevel.ParkingLot()
        self._capacity = capacity
        self._blocked: frozenset[int] = frozenset()
        self._turn = 0

    @property
    def waiting(self) -> int:
        """Elements that have arrived and not been taken."""
        return sum(map(len, self._queues))

    @property
    def fill(self) -> float:
        """Which part of its room is taken, of the fullest input: 1 is back-pressure."""
        return max(map(len, self._queues), default=0) / self._capacity

    def inlet(self, number: int) -> Inlet:
        """The sending end of one input."""
        return Inlet(self, number)

    def block(self, inputs: Collection[int]) -> None:
        """From now on nothing is taken from these inputs, and from all others something may be."""
        self._blocked = frozenset(inputs)

    def receive_nowait(self) -> tuple[int, Element] | None:
        """The next element and its input, inputs in turn; None if there is none to take."""
        number = self._next_input()
        return None if number is None else (number, self._pop(number))

    def take_batch(self, side: int, most_rows: int) -> Batch | None:
        """The next element, if it is a batch of that side and of at most so many rows."""
        number = self._next_input()
        if number is None or self.sides[number] != side:
            return None
        head = self._queues[number][0]
        if not isinstance(head, Batch) or head.rows > most_rows:
            return None
        self._pop(number)
        return head

    async def receive(self, deadline: float) -> tuple[int, Element] | None:
        """Waits for an element until `deadline` (trio's clock); None when it has passed."""
        while (found := self.receive_nowait()) is None:
            with trio.move_on_at(deadline) as scope:
                await self._receiver.park()
            if scope.cancelled_caught:
                return None
        return found

    def _next_input(self) -> int | None:
        count = len(self._queues)
        turns = ((self._turn + step) % count for step in range(count))
        return next((number for number in turns if self._queues[number] and number not in self._blocked), None)

    def _pop(self, number: int) -> Element:
        self._turn = number + 1
        self._senders[number].unpark()
        return self._queues[number].popleft()

    async def put(self, number: int, element: Element) -> None:
        """Hands an element to an input; waits while it is full. Through an `Inlet`, which knows its number."""
        await trio.lowlevel.checkpoint()
        queue = self._queues[number]
        while len(queue) >= self._capacity:
            await self._senders[number].park()
        queue.append(element)
        self._receiver.unpark()


class Inlet:
    """`ports.Sender` of one input of a mailbox in this process."""

    __slots__ = ("_mailbox", "_number")

    def __init__(self, mailbox: Mailbox, number: int) -> None:
        self._mailbox = mailbox
        self._number = number

    async def send(self, element: Element) -> None:
        """See `ports.Sender`."""
        await self._mailbox.put(self._number, element)
