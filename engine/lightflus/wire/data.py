"""What a fragment sends to other processes: `ports.Network` over one connection to each.

What it owns: connections to the runners of its readers, the credit of each of their inputs, the goodbye.
On the event loop; `sender` on any thread. What it leaves: the receiving end (`arrivals.py`), bytes (`streams.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

import pyarrow as pa
import trio

from lightflus import cluster_limits
from lightflus.errors import PeerLost, PeerRefused
from lightflus.model.elements import EndOfInput, Stop
from lightflus.model.plan import Plan, SubtaskId
from lightflus.model.wiring import outlets
from lightflus.ports.batch import Batch, Element
from lightflus.ports.network import Sender
from lightflus.wire import frames
from lightflus.wire.batches import BatchForm
from lightflus.wire.calling import called
from lightflus.wire.frames import Hello, Kind
from lightflus.wire.secure import DataTls
from lightflus.wire.streams import Connection

Input = tuple[SubtaskId, int]
"""A subtask, and the number of one of its inputs."""


class DataNetwork:
    """`ports.Network` of one fragment. `run` it beside the fragment."""

    def __init__(
        self,
        plan: Plan,
        own: Collection[SubtaskId],
        hello: Hello,
        peers: Mapping[SubtaskId, str],
        tls: DataTls | None = None,
    ) -> None:
        """`peers` says where each subtask that is not the fragment's own runs: `host:port`."""
        kept = set(own)
        self._links: dict[str, _Link] = {}
        self._senders: dict[Input, _RemoteInput] = {}
        for subtask in own:
            for outlet in outlets(plan, subtask):
                form = BatchForm(outlet.edge)
                for reader, number in outlet.inputs:
                    if reader not in kept:
                        address = peers[reader]
                        link = self._links.setdefault(address, _Link(address, hello, tls))
                        self._senders[reader, number] = link.input(reader, number, form)

    def sender(self, subtask: SubtaskId, number: int) -> Sender:
        """See `ports.Network`."""
        return self._senders[subtask, number]

    async def run(self) -> None:
        """Connects, and returns when every input has got its end, and its process has read it. Raises PeerLost."""
        failures: list[PeerLost] = []
        async with trio.open_nursery() as nursery:
            for link in self._links.values():
                nursery.start_soon(_kept, link, failures, nursery.cancel_scope)
        if failures:
            raise failures[0]


async def _kept(link: _Link, failures: list[PeerLost], scope: trio.CancelScope) -> None:
    """Runs a link; if it is lost, all are of no use any more."""
    try:
        await link.run()
    except PeerLost as lost:
        failures.append(lost)
        scope.cancel()


class _Link:
    """To one process."""

    def __init__(self, address: str, hello: Hello, tls: DataTls | None) -> None:
        self._address = address
        self._hello = hello
        self._tls = tls
        self._inputs: dict[Input, _RemoteInput] = {}
        self._connected = trio.Event()
        self._gone = 0
        """Inputs whose last element has gone."""
        self._said_all = trio.Event()
        self._connection: Connection | None = None
        self._lost: str | None = None

    def input(self, subtask: SubtaskId, number: int, form: BatchForm) -> _RemoteInput:
        """The way to one of its inputs."""
        made = self._inputs[subtask, number] = _RemoteInput(self, subtask, number, form)
        return made

    async def run(self) -> None:
        try:
            await self._run()
        except PeerLost as lost:
            self._lost = str(lost)
            raise
        finally:
            self._lost = self._lost or f"nothing goes to {self._address} any more"
            self._connected.set()
            for one in self._inputs.values():
                one.grant(0)

    async def send(self, head: frames.Head, body: pa.Buffer | None = None) -> None:
        """Sends a frame, once connected. Raises PeerLost."""
        await self._connected.wait()
        self.check()
        assert self._connection is not None
        await self._connection.send(head, body)

    def check(self) -> None:
        """Raises PeerLost where it is."""
        if self._lost is not None:
            raise PeerLost(self._lost)

    def note_end(self) -> None:
        """The last element of an input has gone."""
        self._gone += 1
        if self._gone == len(self._inputs):
            self._said_all.set()

    @property
    def _are_ended(self) -> bool:
        return all(one.is_ended for one in self._inputs.values())

    async def _run(self) -> None:
        connection = await called(self._address, self._hello, self._tls)
        try:
            self._connection = connection
            self._connected.set()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._goodbye, connection)
                lost = await self._hear(connection)
                nursery.cancel_scope.cancel()
            if lost is not None:
                raise lost
        finally:
            await connection.close()

    async def _goodbye(self, connection: Connection) -> None:
        """Closing at once would have the system throw away what the other side has not read."""
        await self._said_all.wait()
        with suppress(PeerLost):  # it is read, too, and says so better
            await connection.say_goodbye()

    async def _hear(self, connection: Connection) -> PeerLost | None:
        """Takes credits until the other side goes; why that was too early, if it was."""
        try:
            while (came := await connection.head()) is not None:
                one = self._inputs.get((came.subtask, came.number))
                if one is None or came.kind is not Kind.CREDIT or not one.grant(came.value):
                    return PeerRefused(f"{connection.peer} sent a credit that is none")
        except PeerLost as lost:
            return lost
        return None if self._are_ended else PeerLost(f"{connection.peer} ended before its inputs did")


class _RemoteInput:
    """`ports.Sender` into one input of a subtask elsewhere."""

    def __init__(self, link: _Link, subtask: SubtaskId, number: int, form: BatchForm) -> None:
        self._link = link
        self._subtask = subtask
        self._number = number
        self._form = form
        self._credit = cluster_limits.EXCHANGE_CREDIT
        self._waiting = trio.lowlevel.ParkingLot()
        self.is_ended = False

    async def send(self, element: Element) -> None:
        """See `ports.Sender`. A batch that is too large for a frame goes in pieces."""
        if isinstance(element, Batch):
            for piece in self._form.pieces(element):
                await self._take_credit()
                parts, body = self._form.encoded(piece)
                head = frames.Head(Kind.BATCH, self._subtask, self._number, body.size, parts)
                await self._link.send(head, body)
            return
        await self._take_credit()
        self.is_ended = isinstance(element, EndOfInput | Stop)  # before it goes: its reader may be done with us at once
        await self._link.send(frames.control_head(element, self._subtask, self._number))
        if self.is_ended:
            self._link.note_end()

    def grant(self, count: int) -> bool:
        """So many more may go; answers whether that can be true."""
        self._credit += count
        self._waiting.unpark_all()
        return self._credit <= cluster_limits.EXCHANGE_CREDIT

    async def _take_credit(self) -> None:
        self._link.check()
        while not self._credit:
            await self._waiting.park()
            self._link.check()
        self._credit -= 1
