"""What is kept of Kafka's messages: the one place that looks at each of them, in one line per property.

What it owns: where each message stands, its properties as lists. Pure; any thread.
What it leaves: columns (`envelope.py`), the value's format (handed in), fetching (`reader.py`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import cast

import pyarrow as pa
from confluent_kafka import Message

from lightflus.connectors.kafka.positions import split_of
from lightflus.ports.formats import Decoded
from lightflus.ports.sources import Run as SplitRun


@dataclass(frozen=True, slots=True)
class Run:
    """Messages of one partition that stand next to each other in a batch; `offsets` are theirs, ascending."""

    partition: int
    offsets: Sequence[int]

    @property
    def next_offset(self) -> int:
        """The position after the last one."""
        return self.offsets[-1] + 1

    def before(self, end: int) -> Run:
        """Those whose offset is below `end`."""
        return self if self.offsets[-1] < end else Run(self.partition, self.offsets[: bisect_left(self.offsets, end)])


def runs_of(messages: Sequence[Message], partition_count: int) -> list[Run]:
    """The runs of a batch, in order; its messages come from that many partitions."""
    if not messages:
        return []
    if partition_count == 1:
        return [_run(cast(int, messages[0].partition()), messages)]
    partitions = cast("list[int]", list(map(Message.partition, messages)))
    if partitions.count(partitions[0]) == len(partitions):
        return [_run(partitions[0], messages)]
    bounds = [0, *accumulate(len(list(run)) for _, run in groupby(partitions))]
    return [_run(partitions[first], messages[first:end]) for first, end in pairwise(bounds)]


def _run(partition: int, messages: Sequence[Message]) -> Run:
    """Offsets of one partition ascend: when the ends lie as far apart as there are messages, none is missing."""
    first, last = cast(int, messages[0].offset()), cast(int, messages[-1].offset())
    if last - first == len(messages) - 1:
        return Run(partition, range(first, last + 1))
    return Run(partition, cast("list[int]", list(map(Message.offset, messages))))


class Gathered:
    """What is kept of several lists of messages: their values in Arrow's memory; the messages themselves are let go.

    A value is copied while it is still in the processor's cache, and its message freed for the next list: many that
    live at once cost twice as much.
    """

    def __init__(self, properties: Collection[str] = ()) -> None:
        """`properties` are names of `PROPERTIES`, wanted beside the values."""
        self.lists: dict[str, list[Property]] = {name: [] for name in properties}
        self.runs: list[Run] = []
        self.bytes = 0
        self._values = [pa.array([], pa.binary())]

    def __len__(self) -> int:
        return sum(len(run.offsets) for run in self.runs)

    def add(self, messages: Sequence[Message], runs: Sequence[Run]) -> None:
        """Keeps what is wanted of them."""
        values = pa.array(list(map(Message.value, messages)), pa.binary())
        self._values.append(values)
        self.bytes += values.total_values_length
        for name, properties in self.lists.items():
            properties.extend(map(PROPERTIES[name], messages))
        self.runs += runs

    def values(self) -> pa.BinaryArray:
        """The messages' values, null where there is none."""
        return pa.concat_arrays(self._values)


Property = bytes | tuple[int, int] | Sequence[tuple[str, str | bytes | None]] | None
PROPERTIES: dict[str, Callable[[Message], Property]] = {
    "key": Message.key,
    "timestamp": Message.timestamp,
    "headers": cast("Callable[[Message], Property]", Message.headers),
}
"""What can be kept of a message, besides its place and value."""


NO_TIME = -1
"""The timestamp of a message that has none."""


def row_runs(topic: str, runs: Sequence[Run], decoded: Decoded) -> tuple[SplitRun, ...]:
    """Which of the decoded rows are whose."""
    bounds = accumulate(len(run.offsets) for run in runs)
    found = decoded.record_of_row
    ends = list(bounds) if found is None else [_rows_before(found, bound) for bound in bounds]
    splits = (split_of(topic, run.partition) for run in runs)
    return tuple(SplitRun(split, end - start) for split, (start, end) in zip(splits, pairwise([0, *ends]), strict=True))


def _rows_before(message_of_row: pa.Int32Array, message: int) -> int:
    return bisect_left(range(len(message_of_row)), message, key=lambda row: message_of_row[row].as_py())


def times_of(gathered: Gathered, decoded: Decoded) -> pa.Int64Array:
    """The timestamps of the decoded rows' messages, null where there is none."""
    stamps = cast("list[tuple[int, int]]", gathered.lists["timestamp"])
    times = pa.array([None if time == NO_TIME else time for _, time in stamps], pa.int64())
    return times if decoded.record_of_row is None else times.take(decoded.record_of_row)


class MessageOrigin:
    """Where the rows of a batch come from (`batch.Origin`)."""

    def __init__(self, topic: str, runs: Sequence[Run], message_of_row: pa.Int32Array | None = None) -> None:
        """`message_of_row` is None where row i is message i."""
        self._topic = topic
        self._runs = runs
        self._message_of_row = message_of_row

    def position(self, row: int) -> str:
        """`topic[3]@1077`."""
        return self.place(row if self._message_of_row is None else int(self._message_of_row[row].as_py() or 0))

    def place(self, message: int) -> str:
        """The same of a message, counted from 0."""
        starts = [0]
        for run in self._runs:
            starts.append(starts[-1] + len(run.offsets))
        at = bisect_right(starts, message) - 1
        run = self._runs[at]
        return f"{self._topic}[{run.partition}]@{run.offsets[message - starts[at]]}"
