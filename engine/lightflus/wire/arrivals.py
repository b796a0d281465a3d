"""What comes to a fragment from other processes: frames into the mailboxes of its subtasks.

What it owns: which inputs are fed from elsewhere, each by one connection; a queue of each, so that one that is full
stalls no other; giving credit back; that an input whose sender is gone is never taken for one that has ended.
On the event loop. What it leaves: who may connect (`listener.py`), the mailboxes (`ports.Sender` of each).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection

import trio

from lightflus import cluster_limits
from lightflus.errors import PeerLost
from lightflus.model.elements import EndOfInput, Stop
from lightflus.model.plan import Plan, SubtaskId
from lightflus.model.wiring import inlets
from lightflus.ports.batch import Element
from lightflus.ports.network import Sender
from lightflus.wire import frames
from lightflus.wire.batches import BatchForm
from lightflus.wire.frames import Kind, Refused
from lightflus.wire.streams import Connection

Input = tuple[SubtaskId, int]
"""A subtask, and the number of one of its inputs."""

_LEAST_CREDIT = cluster_limits.EXCHANGE_CREDIT // 2
"""Credit goes back so many elements at a time: half as many frames, and the sender never runs dry."""


class Arrivals:
    """Everything that comes to one fragment. `run` it beside the fragment; the listener has `serve` each connection."""

    def __init__(self, plan: Plan, own: Collection[SubtaskId]) -> None:
        """What comes before `open` waits, as far as its credit goes."""
        kept = set(own)
        self._inputs = {
            (subtask, number): _Arriving(subtask, number, BatchForm(one.edge))
            for subtask in own
            for number, one in enumerate(inlets(plan, subtask))
            if one.sender not in kept
        }
        self._failure: PeerLost | None = None
        self._is_decided = trio.Event()
        self._serving: set[trio.CancelScope] = set()
        self._is_closed = False
        self._inlet: Callable[[SubtaskId, int], Sender] | None = None
        self._is_open = trio.Event()
        self._note_end()

    def open(self, inlet: Callable[[SubtaskId, int], Sender]) -> None:
        """From now on elements go on: `inlet` is the fragment's, where those of an input go in."""
        self._inlet = inlet
        self._is_open.set()

    async def run(self) -> None:
        """Returns when every input has ended. Raises PeerLost where one never will."""
        await self._is_decided.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Nothing is taken any more: the fragment is over."""
        self._is_closed = True
        for scope in self._serving:
            scope.cancel()

    async def serve(self, connection: Connection) -> None:
        """Takes what comes over a connection whose hello was accepted, until it ends; what is wrong, `run` raises."""
        with trio.CancelScope() as scope:
            if self._is_closed:
                return
            self._serving.add(scope)
            try:
                async with trio.open_nursery() as nursery:
                    lost = await self._heard(connection, nursery)
                    if lost is not None:
                        self._failure = self._failure or lost
                        self._is_decided.set()
                        nursery.cancel_scope.cancel()
            finally:
                self._serving.discard(scope)

    async def _heard(self, connection: Connection, nursery: trio.Nursery) -> PeerLost | None:
        """Why this connection is none any more; None where it has said everything. Its pumps may still be at work."""
        fed: dict[Input, _Arriving] = {}
        try:
            while (came := await connection.head()) is not None:
                one = fed.get((came.subtask, came.number))
                with connection.told():
                    if one is None:
                        one = fed[came.subtask, came.number] = self._claimed(came)
                        nursery.start_soon(self._pump, one, connection)
                    one.check()
                    body = await connection.body(came.value) if came.kind is Kind.BATCH else None
                    one.put(frames.control(came) if body is None else one.form.decoded(came.parts, body))
        except PeerLost as lost:
            return lost
        if all(one.is_ended for one in fed.values()):
            return None
        return PeerLost(f"{connection.peer} is gone")

    def _claimed(self, came: frames.Head) -> _Arriving:
        """An input that nobody has fed yet. Raises Refused."""
        where = f"input {came.number} of subtask {came.subtask.task}.{came.subtask.number}"
        one = self._inputs.get((came.subtask, came.number))
        if one is None:
            raise Refused(f"a frame for {where}, which is not fed from elsewhere")
        if one.is_claimed:
            raise Refused(f"a frame for {where}, which another connection feeds")
        one.is_claimed = True
        return one

    async def _pump(self, one: _Arriving, connection: Connection) -> None:
        """Hands on what has come for one input, in order, and gives credit back; until its end has gone in."""
        await self._is_open.wait()
        assert self._inlet is not None
        inlet, taken = self._inlet(one.subtask, one.number), 0
        while not one.is_over:
            await one.hand_on(inlet)
            taken += 1
            if taken == _LEAST_CREDIT and not one.is_ended:
                one.credit += taken
                try:
                    await connection.send(frames.Head(Kind.CREDIT, one.subtask, one.number, taken))
                except PeerLost:  # who reads the connection says so
                    return
                taken = 0
        self._note_end()

    def _note_end(self) -> None:
        if all(one.is_over for one in self._inputs.values()):
            self._is_decided.set()


class _Arriving:
    """One input that another process feeds: what has come and waits for room."""

    def __init__(self, subtask: SubtaskId, number: int, form: BatchForm) -> None:
        self.subtask = subtask
        self.number = number
        self.form = form
        self.credit = cluster_limits.EXCHANGE_CREDIT
        self.is_claimed = False
        self.is_ended = False
        """Its last element has come."""
        self.is_over = False
        """And has been handed on."""
        self._waiting: deque[Element] = deque()
        self._has_come = trio.lowlevel.ParkingLot()

    def check(self) -> None:
        """Whether something may come. Raises Refused."""
        if self.is_ended:
            raise Refused("a frame behind the last one of its input")
        if not self.credit:
            raise Refused("more frames than it has credit for")
        self.credit -= 1

    def put(self, element: Element) -> None:
        """It has come."""
        self.is_ended = isinstance(element, EndOfInput | Stop)
        self._waiting.append(element)
        self._has_come.unpark()

    async def hand_on(self, inlet: Sender) -> None:
        """Waits for an element, and until there is room for it."""
        while not self._waiting:
            await self._has_come.park()
        element = self._waiting.popleft()
        await inlet.send(element)
        self.is_over = isinstance(element, EndOfInput | Stop)
