"""Where reading of partitions starts and ends.

What it owns: splits and positions as text, the option `start`, asking a cluster for offsets, refusing offsets that are
not there. Blocking; on the thread of the client. What it leaves: reading (`reader.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, TopicPartition

from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.consuming import Consuming
from lightflus.connectors.kafka.failures import mapped
from lightflus.connectors.kafka.options import Cluster
from lightflus.errors import BindingInvalid, LightflusError, SourceFailed
from lightflus.limits import CONNECT_SECONDS, KAFKA_COORDINATOR_SECONDS


class Start(Enum):
    """Where a partition without a position starts."""

    EARLIEST = "earliest"
    LATEST = "latest"
    GROUP = "group"
    TIMESTAMP = "timestamp"
    OFFSETS = "offsets"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The option `start` and what belongs to it.

    Attributes:
        start: where.
        timestamp_ms: for TIMESTAMP.
        offsets: for OFFSETS, by partition; others start at their beginning.
    """

    start: Start
    timestamp_ms: int = 0
    offsets: Mapping[int, int] | None = None


def split_of(topic: str, partition: int) -> str:
    """`topic-3`: a partition as the runtime knows it."""
    return f"{topic}-{partition}"


def partition_of(split: str) -> int:
    """The inverse of `split_of`."""
    return int(split.rpartition("-")[2])


def read_beginning(options: Options, *, is_stateful: bool, has_group: bool) -> Beginning:
    """The options `start`, `start.timestamp` and `start.offsets`. Raises BindingInvalid."""
    timestamp, offsets = options.optional("start.timestamp"), options.optional("start.offsets")
    given = "timestamp" if timestamp else "offsets" if offsets else ""
    chosen = options.choice("start", default=given)
    for name, value in (("timestamp", timestamp), ("offsets", offsets)):
        if (chosen == name) != (value is not None):
            raise options.wrong("start", chosen, f"`start={name}` and `start.{name}` belong together")
    if chosen == "group" and not has_group:
        raise options.wrong("start", chosen, "it needs option `group`")
    if chosen == "auto":
        return Beginning(Start.GROUP if has_group and not is_stateful else Start.EARLIEST)
    if timestamp is not None:
        return Beginning(Start.TIMESTAMP, timestamp_ms=_milliseconds(options, timestamp))
    return Beginning(Start(chosen), offsets=None if offsets is None else _offsets(options, offsets))


def _milliseconds(options: Options, text: str) -> int:
    if text.isdecimal():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        hint = "it is like 2026-01-31T12:00:00Z, or milliseconds since 1970"
        raise options.wrong("start.timestamp", text, hint) from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1_000)


def _offsets(options: Options, text: str) -> dict[int, int]:
    found = {}
    for part in text.split(","):
        partition, _, offset = part.strip().partition(":")
        if not partition.isdecimal() or not offset.isdecimal():
            raise options.wrong("start.offsets", text, "it is partition:offset, joined by commas: 0:12,1:40")
        found[int(partition)] = int(offset)
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks a cluster for offsets of one topic.

    Attributes:
        client: what asks.
        topic: of these partitions.
        cluster: for words.
        where: of errors.
    """

    client: Consuming
    topic: str
    cluster: Cluster
    where: str

    def earliest(self, partitions: Collection[int]) -> dict[int, int]:
        """The first offset that each partition still has. Raises SourceFailed."""
        return self._listed(dict.fromkeys(partitions, OFFSET_BEGINNING))

    def latest(self, partitions: Collection[int]) -> dict[int, int]:
        """The offset after the last message that a reader may see now. Raises SourceFailed."""
        return self._listed(dict.fromkeys(partitions, OFFSET_END))

    def first_offsets(self, beginning: Beginning, positions: Mapping[int, int | None]) -> dict[int, int]:
        """Where each partition starts: at its position, else where `beginning` says.

        Raises:
            BindingInvalid: an option names offsets that are not there.
            SourceFailed: a position is not there any more, or the cluster does not answer.
        """
        fresh = [partition for partition, position in positions.items() if position is None]
        resumed = {partition: position for partition, position in positions.items() if position is not None}
        if resumed:
            self._check(resumed, SourceFailed, "the position at which it was left")
        return {**resumed, **self._fresh(beginning, fresh)}

    def _fresh(self, beginning: Beginning, partitions: Collection[int]) -> dict[int, int]:
        if not partitions:
            return {}
        match beginning.start:
            case Start.EARLIEST:
                return self.earliest(partitions)
            case Start.LATEST:
                return self.latest(partitions)
            case Start.TIMESTAMP:
                return self._at_time(beginning.timestamp_ms, partitions)
            case Start.OFFSETS:
                return self._named(beginning.offsets or {}, partitions)
            case Start.GROUP:
                return self._committed(partitions)

    def _at_time(self, timestamp_ms: int, partitions: Collection[int]) -> dict[int, int]:
        found = self._listed(dict.fromkeys(partitions, timestamp_ms))
        later = [partition for partition, offset in found.items() if offset < 0]
        return {**found, **(self.latest(later) if later else {})}

    def _named(self, named: Mapping[int, int], partitions: Collection[int]) -> dict[int, int]:
        ours = {partition: offset for partition, offset in named.items() if partition in partitions}
        self._check(ours, BindingInvalid, "`start.offsets`")
        return {**self.earliest([p for p in partitions if p not in ours]), **ours}

    def _committed(self, partitions: Collection[int]) -> dict[int, int]:
        wanted = [TopicPartition(self.topic, partition) for partition in partitions]
        with mapped(SourceFailed, self.where, self.cluster, hint="or leave out `group`"):
            answers = self.client.committed(wanted, timeout=KAFKA_COORDINATOR_SECONDS)
        found = {answer.partition: answer.offset for answer in answers if answer.offset >= 0}
        self._check(found, BindingInvalid, "`start`: what the group has committed")
        return {**self.earliest([p for p in partitions if p not in found]), **found}

    def _listed(self, wanted: Mapping[int, int]) -> dict[int, int]:
        """ListOffsets: a time in ms, or a logical offset, to an offset; -1 where nothing is that late."""
        if not wanted:
            return {}
        asked = [TopicPartition(self.topic, partition, what) for partition, what in wanted.items()]
        with mapped(SourceFailed, self.where, self.cluster):
            answers = self.client.offsets_for_times(asked, timeout=CONNECT_SECONDS)
        return {answer.partition: answer.offset for answer in answers}

    def _check(self, offsets: Mapping[int, int], failure: type[LightflusError], what: str) -> None:
        """Raises `failure` where an offset is not there: nothing is skipped or read twice in silence."""
        first, last = self.earliest(offsets.keys()), self.latest(offsets.keys())
        for partition, offset in offsets.items():
            if not first[partition] <= offset <= last[partition]:
                raise failure(
                    f"{what} is {self.topic}[{partition}]@{offset}, but that partition has "
                    f"{first[partition]} to {last[partition]}",
                    where=self.where,
                    hint="give `start=earliest` or `start=latest`, or `start.offsets` that are there",
                )


def unknown_partitions(named: Iterable[int], partitions: Collection[int]) -> list[int]:
    """Partitions of `start.offsets` that the topic does not have."""
    return sorted(set(named) - set(partitions))
