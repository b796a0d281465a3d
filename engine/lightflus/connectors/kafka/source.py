"""`kafka:` as a source: a split per partition of one topic.

What it owns: the source's options, finding partitions, and offsets at which a bounded run ends. From any thread, one at
a time. What it leaves: reading (`reader.py`), options of the cluster (`options.py`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka.admin import AdminClient

from lightflus.connectors.contract.kinds import SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.kafka.client import meet, new_admin, new_consumer, partitions_of
from lightflus.connectors.kafka.consuming import Consuming, OnCommit
from lightflus.connectors.kafka.envelope import EnvelopeDecoder
from lightflus.connectors.kafka.known_topic import KnownTopic
from lightflus.connectors.kafka.messages import Gathered
from lightflus.connectors.kafka.options import Cluster, read_cluster
from lightflus.connectors.kafka.positions import (
    Asking,
    Beginning,
    Start,
    partition_of,
    read_beginning,
    split_of,
    unknown_partitions,
)
from lightflus.connectors.kafka.reader import KafkaReader, Reading, RowMaker
from lightflus.connectors.kafka.rights import Right
from lightflus.connectors.kafka.sharing import Consumers, View
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.errors import BindingInvalid, SourceFailed
from lightflus.limits import KAFKA_QUEUE_BACKOFF_MS, KAFKA_QUEUE_BYTES, KIB
from lightflus.model.envelope import value_type
from lightflus.model.schemas import KAFKA
from lightflus.ports.formats import Decoded, MessageDecoder
from lightflus.ports.health import Health

_WHOLE = (Start.EARLIEST, Start.GROUP)
"""Where a person does not say by a time or an offset that what stands before it is not wanted."""


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a Kafka source is told.

    Attributes:
        topic: what it reads.
        cluster: where it is.
        group: is told how far the job is; None: nobody is.
        beginning: where partitions without a position start.
        is_bounded: whether it ends at what there is now.
        isolation: `read_committed` or `read_uncommitted`.
        needs_all: whether the job is wrong where messages before its start are left out.
    """

    topic: str
    cluster: Cluster
    group: str | None
    beginning: Beginning
    is_bounded: bool
    isolation: str
    needs_all: bool


class KafkaSource:
    """`ports.Source` over the partitions of one topic."""

    is_rewindable = True

    def __init__(
        self,
        name: str,
        options: SourceOptions,
        rows: RowMaker,
        *,
        wants_times: bool = False,
        consumers: Consumers | None = None,
    ) -> None:
        """Meets the cluster. Raises BindingInvalid: an option is wrong; SourceFailed: it does not answer.

        `consumers` are shared with other jobs; a bounded source, which is soon done, has its own all the same.
        """
        self._name = name
        self._options = options
        self._rows = rows
        self._wants_times = wants_times
        self._consumers = None if options.is_bounded else consumers
        self._client, self._troubles = self._new_client(lambda _error, _offsets: None)
        try:
            found = meet(self._client, options.topic, options.cluster, self._troubles, name, failure=SourceFailed)
            self._partitions, self._seen_at = sorted(found.partitions), time.monotonic()
            self._check(self._partitions)
            Right("Read", "topic", options.topic).check(options.cluster, name)
            if options.group is not None:
                Right("Read", "group", options.group).check(options.cluster, name)
            if options.needs_all:
                self._check_beginnings(self._partitions)
            self._known = None if options.is_bounded else KnownTopic(options.topic, self._admin(), name)
            self._ends = self._asking().latest(found.partitions.keys()) if options.is_bounded else None
        except BaseException:
            self._client.close()
            raise

    @property
    def is_growing(self) -> bool:
        """Partitions may be added; a bounded run has those of its start."""
        return not self._options.is_bounded

    @property
    def is_committing(self) -> bool:
        """Where there is a group."""
        return self._options.group is not None

    def splits(self) -> Sequence[str]:
        """`topic-0`, `topic-1`, ...

        Raises SourceFailed when the topic was made again, or the cluster has not known it for as long as the option
        `retry` says: no reader is told of either.
        """
        if self._known is not None:
            self._known.check()
            self._look_again()
        return tuple(split_of(self._options.topic, partition) for partition in self._partitions)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> KafkaReader:
        """A consumer of its own. Raises SourceFailed, BindingInvalid."""
        options = self._options
        positions = {partition_of(split): None if at is None else int(at) for split, at in splits.items()}
        starts = self._asking().first_offsets(options.beginning, positions)
        reading = Reading(
            options.topic,
            options.cluster,
            self._name,
            self._rows,
            options.group,
            self._ends,
            wants_times=self._wants_times,
        )
        return KafkaReader(reading, self._new_client, starts, health)

    def close(self) -> None:
        """Idempotent."""
        self._client.close()

    def _look_again(self) -> None:
        options = self._options
        try:
            found = partitions_of(self._client, options.topic, options.cluster, self._troubles, self._name)
        except SourceFailed as error:
            away = time.monotonic() - self._seen_at
            if away >= options.cluster.retry_seconds:
                raise SourceFailed(
                    f"nothing has been known of topic `{options.topic}` for {away:.0f} s: {error}",
                    where=self._name,
                    hint="was it deleted? Make it again, or name another; option `retry` says how long is waited",
                ) from error
        else:
            self._partitions, self._seen_at = found, time.monotonic()

    def _new_client(self, on_commit: OnCommit) -> tuple[Consuming, Troubles]:
        """A consumer, and what it has heard of its brokers."""
        options = self._options
        if self._consumers is not None:
            view = self._consumers.view(options.cluster, self._settings(), options.group, self._name)
            view.on_commit = on_commit
            return view, view.troubles
        group = {"group.id": options.group} if options.group else {}
        troubles, settings = Troubles(options.cluster), {**self._settings(), **group, "on_commit": on_commit}
        return new_consumer(options.cluster, settings, troubles, self._name), troubles

    def _admin(self) -> AdminClient:
        return self._client.admin if isinstance(self._client, View) else new_admin(self._options.cluster)

    def _settings(self) -> dict[str, object]:
        options = self._options
        return {
            "isolation.level": options.isolation,
            "enable.partition.eof": options.is_bounded,
            "queued.max.messages.kbytes": KAFKA_QUEUE_BYTES // KIB,
            "fetch.queue.backoff.ms": KAFKA_QUEUE_BACKOFF_MS,
        }

    def _check(self, partitions: Sequence[int]) -> None:
        unknown = unknown_partitions(self._options.beginning.offsets or (), partitions)
        if unknown:
            raise BindingInvalid(
                f"`start.offsets` names partition {unknown[0]}, but `{self._options.topic}` has {len(partitions)}",
                where=self._name,
                hint="partitions count from 0",
            )

    def _check_beginnings(self, partitions: Sequence[int]) -> None:
        """Raises BindingInvalid where state by key, which begins empty, cannot be built again."""
        options = self._options
        starts = self._asking().first_offsets(options.beginning, dict.fromkeys(partitions))
        left_out = {partition: offset for partition, offset in starts.items() if offset}
        if not left_out:
            return
        partition, offset = next(iter(left_out.items()))
        raise BindingInvalid(
            f"the job keeps state by key, which begins empty and is built from the whole topic, but "
            f"{options.topic}[{partition}] would be read from {offset:,} on: its results would replace better ones",
            where=self._name,
            hint=f"to begin with what is left all the same: --bind '{self._name}=kafka:?start.partial=true'",
        )

    def _asking(self) -> Asking:
        return Asking(self._client, self._options.topic, self._options.cluster, self._name)


def _rows_of(spec: SourceSpec, topic: str) -> RowMaker:
    """How messages become rows of the source's record."""
    if spec.has_envelope:
        has_value = value_type(spec.record) is not None
        return EnvelopeDecoder(topic, spec.record, spec.message_decoder() if has_value else None)
    return ValueDecoder(spec.message_decoder())


class ValueDecoder:
    """Turns messages of which only the value counts into rows."""

    properties = ()

    def __init__(self, decoder: MessageDecoder) -> None:
        self._decoder = decoder

    def decode(self, gathered: Gathered) -> Decoded:
        """A record per message."""
        return self._decoder.decode_messages(gathered.values())


def _open(spec: SourceSpec, options: Options) -> KafkaSource:
    topic, group = options.text("topic"), options.optional("group")
    cluster = read_cluster(options)
    beginning = read_beginning(options, is_stateful=spec.is_stateful, has_group=group is not None)
    needs_all = spec.is_stateful and not options.flag("start.partial") and beginning.start in _WHOLE
    end = options.choice("end")
    isolation = options.choice("isolation")
    read = SourceOptions(topic, cluster, group, beginning, end == "latest", isolation, needs_all)
    consumers = None if spec.streams.shared is None else spec.streams.shared.of(Consumers)
    return KafkaSource(spec.name, read, _rows_of(spec, topic), wants_times=spec.wants_times, consumers=consumers)


SOURCE = SourceKind(
    KAFKA.address,
    _open,
    alternatives=frozenset({"start", "start.timestamp", "start.offsets"}),
    options=KAFKA.source,
    yields_decoded=True,
    ends={"end": "latest"},
    follows={"start": "latest"},
)
