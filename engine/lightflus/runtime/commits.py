"""Tells sources what has reached the sinks: a barrier runs through the job, and what came before it is done.

What it owns: the rhythm and the way of an answer from the sinks to the sources. On the event loop. Without checkpoints
this is what bounds how much a restart reads again; nothing is called done that a sink has not flushed.
What it leaves: counting (`model/epochs.py`), barriers on their way (`subtask.py`), positions (`feeder.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import trio

from lightflus.limits import COMMIT_MS
from lightflus.model.elements import Barrier, Control, EndOfInput, Stop
from lightflus.model.epochs import EpochLedger
from lightflus.runtime.feeder import Feeder


class Commits:
    """The epochs of one run."""

    def __init__(self, writers: int) -> None:
        """`writers` is the number of sink writers, which count from 0."""
        self._ledger = EpochLedger(writers)
        self._is_complete = trio.Event()

    async def run(self, feeders: Sequence[Feeder]) -> None:
        """Sends a barrier every COMMIT_MS, one at a time, and commits what it has proved. Runs until cancelled."""
        while True:
            await trio.sleep(COMMIT_MS / 1_000)
            self._is_complete = trio.Event()
            epoch = self._ledger.begin()
            for feeder in feeders:
                await feeder.barrier(epoch)
            if not self._ledger.is_complete:
                await self._is_complete.wait()
            for feeder in feeders:
                await feeder.commit_barrier()

    def flushed(self, writer: int, control: Control) -> None:
        """A sink's writer has flushed all that came before `control`."""
        match control:
            case Barrier(epoch):
                self._ledger.flushed(writer, epoch)
            case EndOfInput() | Stop():
                self._ledger.ended(writer)
            case _:
                return
        if self._ledger.is_complete:
            self._is_complete.set()
