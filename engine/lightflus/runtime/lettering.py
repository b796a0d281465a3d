"""The dead letters of a run with checkpoints: one more sink of its manifests, whose subtasks put letters.

What it owns: the letters of each part, by epoch, until they are committed; when those of a part that has ended belong
to an epoch. Parts put letters and end epochs on their own threads; all else is done on that of checkpoints.
What it leaves: who is a part (`model/letter_parts.py`), letters and their sink (`ports/letters.py`), the books
(`checkpointing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import trio

from lightflus.errors import StoreFailed
from lightflus.model.checkpoints import StagedOutput
from lightflus.model.graph import OperatorId
from lightflus.model.letter_parts import LETTERS, LetterPart
from lightflus.ports.checkpoints import Checkpoints, Place
from lightflus.ports.compute import Compute
from lightflus.ports.letters import DeadLetter, StagingLetters, TransactionalLetters
from lightflus.ports.sinks import Committable, Committer
from lightflus.runtime.intake import BadRecordPolicy
from lightflus.runtime.snapshots import staged


class PartLetters:
    """`ports.DeadLetters` of one part."""

    def __init__(
        self, letters: StagingLetters, committer: Committer, thread: Compute, on_put: Callable[[], None], epoch: int
    ) -> None:
        """`thread` is that of checkpoints; `epoch` is the last one before. `on_put` is called from any thread."""
        self._letters = letters
        self._thread = thread
        self._on_put = on_put
        self._epoch = epoch
        self.committer = committer
        """Has recovered."""
        self.untold: list[Committable] = []
        """What was prepared, and is in no books yet."""
        self.prepared: dict[int, Committable] = {}
        """What is not committed, by epoch."""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See `ports.DeadLetters`. Raises SinkFailed."""
        self._letters.put(letters)
        self._on_put()

    def prepare(self, epoch: int) -> None:
        """What was put since the last time belongs to the epoch; once for each. Raises SinkFailed."""
        if epoch > self._epoch:
            self._epoch = epoch
            self.prepared[epoch] = self._letters.prepare(epoch)
            self.untold.append(self.prepared[epoch])

    async def prepare_aside(self, epoch: int) -> None:
        """The same, for who has no thread that is free. Raises SinkFailed."""
        await self._thread.run(lambda: self.prepare(epoch))

    @property
    def staged_bytes(self) -> int:
        """What lies in memory."""
        return self._letters.staged_bytes + sum(len(one.data) for one in list(self.prepared.values()))

    def close(self) -> None:
        """On the thread that puts. The committer is closed by `Lettering`."""
        self._letters.close()


class Lettering:
    """The letters of all parts of one run."""

    def __init__(self, checkpoints: Checkpoints, generation: int, thread: Compute) -> None:
        """Without parts: `open` makes them."""
        self._checkpoints = checkpoints
        self._generation = generation
        self._thread = thread
        self._parts: dict[LetterPart, PartLetters] = {}
        self._by_number: list[PartLetters] = []

    async def open(
        self,
        letters: TransactionalLetters,
        parts: Sequence[LetterPart],
        committers: Mapping[tuple[str, int], Committer],
        epoch: int,
        on_put: Callable[[], None],
    ) -> None:
        """Makes the letters of these parts, whose committers have recovered. Raises SinkFailed.

        `epoch` is the last one before; `on_put` is called on the loop when more lies in memory.
        """
        token = trio.lowlevel.current_trio_token()
        for number, part in enumerate(parts):
            opened = await self._thread.run(lambda: letters.of(number))  # noqa: B023 (it is awaited)
            committer = committers[LETTERS, number]
            one = PartLetters(opened, committer, self._thread, lambda: _tell(token, on_put), epoch)
            self._parts[part] = one
            self._by_number.append(one)

    def of(self, part: LetterPart) -> PartLetters | None:
        """The letters of a part; None: it puts none."""
        return self._parts.get(part)

    @property
    def staged_bytes(self) -> int:
        """What lies in memory."""
        return sum(part.staged_bytes for part in self._by_number)

    async def kept(self, epoch: int) -> tuple[Sequence[StagedOutput], StoreFailed | None]:
        """All that was prepared since the last time, when all subtasks have handed over the epoch, or have ended.

        Who has not prepared it by then puts nothing any more. With a failure, large output is not in the store. Raises
        SinkFailed.
        """
        return await self._thread.run(lambda: self._kept(epoch)) if self._by_number else ((), None)

    async def commit(self, outputs: Collection[StagedOutput]) -> None:
        """Makes these visible, which are in a manifest. Raises SinkFailed."""
        if outputs:
            await self._thread.run(lambda: self._commit(outputs))

    def close(self) -> None:
        """Closes committers. On the thread of checkpoints."""
        for part in self._by_number:
            part.committer.close()

    def _kept(self, epoch: int) -> tuple[Sequence[StagedOutput], StoreFailed | None]:
        outputs: list[StagedOutput] = []
        failure: StoreFailed | None = None
        for part in self._by_number:
            part.prepare(epoch)
            for one in part.untold:
                place = Place(self._generation, one.epoch, LETTERS, one.subtask, "output")
                output, error = staged(self._checkpoints, place, one)
                outputs.append(output)
                failure = failure or error
            part.untold.clear()
        return outputs, failure

    def _commit(self, outputs: Collection[StagedOutput]) -> None:
        for output in sorted(outputs, key=lambda one: one.epoch):
            part = self._by_number[output.subtask]
            part.committer.commit(part.prepared[output.epoch])
            del part.prepared[output.epoch]


def putting_into(
    letters: PartLetters | None, policies: Mapping[OperatorId, BadRecordPolicy]
) -> Mapping[OperatorId, BadRecordPolicy]:
    """The policies as a part has them that puts its letters there."""
    if letters is None:
        return policies
    return {number: replace(policy, letters=letters) for number, policy in policies.items()}


def _tell(token: trio.lowlevel.TrioToken, note: Callable[[], None]) -> None:
    """On any thread, also when the loop has ended."""
    with suppress(trio.RunFinishedError):
        token.run_sync_soon(note, idempotent=True)
