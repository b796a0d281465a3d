"""Reads streams: alone, by ids of its own, or as a consumer of a group.

What it owns: what is asked when, positions, acknowledgements, and what is said about entries that were lost.
What it leaves: commands (`lanes.py`), where each stream stands (`cursor.py`), entries as rows (`entries.py`), trying
again (`connectors/toolbox/retry.py`). One thread at a time.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import pyarrow as pa

from lightflus.connectors.redis.cursor import Cursor, Position
from lightflus.connectors.redis.entries import EntryDecoder, size_of
from lightflus.connectors.redis.failures import answering
from lightflus.connectors.redis.ids import EntryId
from lightflus.connectors.redis.lanes import NEW, Entry, Info, Lane, lanes
from lightflus.connectors.redis.plan import ReadPlan
from lightflus.connectors.redis.server import Server
from lightflus.connectors.toolbox.rejections import rejected
from lightflus.connectors.toolbox.retry import Patience
from lightflus.errors import SourceFailed
from lightflus.limits import READ_WAIT_MS, REDIS_LOOK_MS
from lightflus.model.pace import Pace
from lightflus.ports.sources import SourceBatch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EntryOrigin:
    """`batch.Origin` of entries. `entry_of_row` is None where row i is entry i."""

    stream: str
    ids: Sequence[EntryId]
    entry_of_row: pa.Int32Array | None = None

    def position(self, row: int) -> str:
        """`orders@1700000000000-0`."""
        index = row if self.entry_of_row is None else int(self.entry_of_row[row].as_py() or 0)
        return f"{self.stream}@{self.ids[index]}"


class StreamReader:
    """`ports.SourceReader` of streams."""

    def __init__(
        self,
        server: Server,
        splits: Mapping[str, str | None],
        plan: ReadPlan,
        decoder: EntryDecoder,
        patience: Patience,
    ) -> None:
        """Connects at the first read. Raises SourceFailed: a position is no id."""
        self._server = server
        self._plan = plan
        self._decoder = decoder
        self._patience = patience
        self._cursors = {name: Cursor(name, _parsed(text, server)) for name, text in splits.items()}
        self._lanes: list[Lane] | None = None
        self._fetched: deque[tuple[str, Position, list[Entry]]] = deque()
        self._empty = decoder.decode([]).columns
        self._looked = time.monotonic()
        self._ended: set[str] = set()

    def read(self) -> SourceBatch | None:
        """The next entries of one stream."""
        if not self._fetched and any(not cursor.is_done for cursor in self._cursors.values()):
            self._patience.call(partial(self._attempt, self._fetch))
        if self._fetched:
            return self._with_ended(self._batch(*self._fetched.popleft()))
        if all(cursor.is_done for cursor in self._cursors.values()):
            return None
        return self._with_ended(SourceBatch(self._empty, EntryOrigin("", ()), {}, 0))

    def pace(self, pace: Pace) -> None:
        """All streams are asked together."""

    def add(self, splits: Sequence[str]) -> None:
        """They are read along with the others."""
        self._cursors |= {name: Cursor(name, None) for name in splits}
        self._drop()

    def commit(self, positions: Mapping[str, str]) -> None:
        """With a group: acknowledges the entries up to there."""
        for name, text in positions.items():
            cursor, position = self._cursors[name], Position.parse(text)
            if self._plan.group and position is not None and (ids := cursor.given_until(position.id)):
                self._patience.call(partial(self._attempt, partial(self._acknowledge, cursor, ids)))
                cursor.forget(len(ids))

    def lag(self) -> int | None:
        """As of the last look, at most REDIS_LOOK_MS ago."""
        waiting = sum(len(entries) for _, _, entries in self._fetched)
        lags = [cursor.lag for cursor in self._cursors.values() if not cursor.is_done]
        return None if None in lags else waiting + sum(lag or 0 for lag in lags)

    def close(self) -> None:
        """Idempotent."""
        self._drop()

    # --- with the server

    def _attempt(self, work: Callable[[], T]) -> T:
        """Does something with the server; after a failure, everything is connected anew."""
        try:
            with answering(self._server, SourceFailed):
                return work()
        except BaseException:
            self._drop()
            raise

    def _drop(self) -> None:
        """A reply that was lost may have given us entries: they are asked for before any new ones."""
        for lane in self._lanes or ():
            lane.close()
        self._lanes = None
        for cursor in self._cursors.values():
            cursor.is_behind = bool(self._plan.group) and cursor.has_begun

    def _opened(self) -> list[Lane]:
        if self._lanes is None:
            self._lanes = lanes(self._server, list(self._cursors))
        return self._lanes

    def _fetch(self) -> None:
        opened = self._opened()
        is_time = time.monotonic() - self._looked >= REDIS_LOOK_MS / 1_000
        for lane in opened:
            for stream in lane.streams:
                cursor = self._cursors[stream]
                if not cursor.has_begun:
                    self._begin(lane, cursor)
                elif is_time:
                    self._look(lane, cursor)
        if is_time:
            self._looked = time.monotonic()
        for lane in opened:
            self._fetch_lane(lane, max(1, READ_WAIT_MS // len(opened)))

    def _fetch_lane(self, lane: Lane, wait_ms: int) -> None:
        read = {name: cursor for name in lane.streams if not (cursor := self._cursors[name]).is_done}
        if not read:
            return
        wait = None if self._plan.is_bounded or self._fetched else wait_ms
        is_new = {name: not cursor.is_behind for name, cursor in read.items()}
        if self._plan.group:
            after = {name: NEW if is_new[name] else cursor.id.word for name, cursor in read.items()}
            found = lane.read_group(self._plan, after, wait)
        else:
            found = lane.read({name: cursor.id for name, cursor in read.items()}, wait)
        for name, cursor in read.items():
            entries = cursor.take(found.get(name, ()), has_asked_for_new=is_new[name])
            cursor.give(id_ for id_, _ in entries)
            if entries:
                self._fetched.append((name, cursor.position, entries))

    def _begin(self, lane: Lane, cursor: Cursor) -> None:
        plan, stream = self._plan, cursor.stream
        if plan.group:
            lane.make_group(stream, plan.group, plan.begin)
            if cursor.is_resumed:
                lane.move_group(stream, plan.group, cursor.id)
            else:
                lane.claim_idle(stream, plan)
        info = self._info(lane, stream)
        cursor.begin(plan, info)
        self._check(cursor, info)

    def _look(self, lane: Lane, cursor: Cursor) -> None:
        info = self._info(lane, cursor.stream)
        cursor.look(info)
        self._check(cursor, info)

    def _info(self, lane: Lane, stream: str) -> Info:
        info = lane.info(stream)
        if info is not None:
            return info
        raise SourceFailed(
            f"the stream `{stream}` is gone", where=self._server.where, hint="somebody has deleted it, or let it expire"
        )

    def _check(self, cursor: Cursor, info: Info) -> None:
        if cursor.is_renewed:
            raise SourceFailed(
                f"`{cursor.stream}` was made anew: {cursor.id} has been read, and {info.last_id} was added after it",
                where=self._server.where,
                hint="start the job again; start=earliest reads the new stream from its beginning",
            )
        if cursor.has_lost(info):
            raise SourceFailed(
                f"entries of `{cursor.stream}` after {cursor.id} were deleted before they were read",
                where=self._server.where,
                hint="keep more entries (MAXLEN, MINID of whoever writes); start=earliest reads what is left",
            )

    def _acknowledge(self, cursor: Cursor, ids: Sequence[EntryId]) -> None:
        lane = next(lane for lane in self._opened() if cursor.stream in lane.streams)
        lane.acknowledge(cursor.stream, self._plan.group, ids)

    # --- entries as rows

    def _batch(self, stream: str, position: Position, entries: Sequence[Entry]) -> SourceBatch:
        there = [(id_, fields) for id_, fields in entries if fields is not None]
        ids = [id_ for id_, _ in there]
        fields = [found for _, found in there]
        decoded = self._decoder.decode(fields)
        times = pa.array([id_.ms for id_ in ids], pa.int64())
        return SourceBatch(
            decoded.columns,
            EntryOrigin(stream, ids, decoded.record_of_row),
            {stream: str(position)},
            size_of(fields),
            rejected(decoded, lambda bad: f"{stream}@{ids[bad.index]}"),
            times=times if decoded.record_of_row is None else times.take(decoded.record_of_row),
        )

    def _with_ended(self, batch: SourceBatch) -> SourceBatch:
        """The batch, which says which streams end with it."""
        waiting = {name for name, _, _ in self._fetched}
        done = {name for name, cursor in self._cursors.items() if cursor.is_done} - waiting
        ended, self._ended = done - self._ended, done
        return replace(batch, ended=tuple(sorted(ended))) if ended else batch


def _parsed(text: str | None, server: Server) -> Position | None:
    if text is None:
        return None
    found = Position.parse(text)
    if found is None:
        hint = "it looks like 1700000000000-0"
        raise SourceFailed(f"`{text}` is not a position in a stream", where=server.where, hint=hint)
    return found
