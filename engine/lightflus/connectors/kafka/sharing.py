"""One consumer for the readers of many jobs: a few threads and connections, however many jobs of a process read Kafka.

What it owns: consumers by cluster and settings, each polled by one thread, which gives every reader its messages; what
waits for a reader is bounded: its partitions are paused. Groups are told by an admin client, which is in none itself. A
partition that several jobs read is in as many consumers. What it leaves: reading (`reader.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Literal, TypeVar

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._metadata import ClusterMetadata

from lightflus.connectors.kafka.client import new_admin, new_consumer
from lightflus.connectors.kafka.consuming import OnCommit
from lightflus.connectors.kafka.failures import error_of
from lightflus.connectors.kafka.options import Cluster
from lightflus.connectors.kafka.troubles import Troubles
from lightflus.limits import CONNECT_SECONDS, KAFKA_BATCH_MESSAGES, KAFKA_VIEW_BYTES, KAFKA_VIEW_MESSAGES, READ_WAIT_MS

Place = tuple[str, int]
"""Topic and partition."""
T = TypeVar("T")
_LOOK_SECONDS = 1.0
_UNKNOWN = (-1, -1)


class Consumers:
    """Of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shared: dict[str, list[_Shared]] = {}

    def view(self, cluster: Cluster, settings: Mapping[str, object], group: str | None, where: str) -> View:
        """A consumer for one reader or source. Raises BindingInvalid: a property is wrong."""
        key = repr((cluster.brokers, *(sorted(one.items()) for one in (cluster.security, cluster.extra, settings))))

        def more(places: Sequence[Place]) -> _Shared:
            """A consumer in which none of these is read."""
            with self._lock:
                found = self._shared.setdefault(key, [])
                one = next((one for one in found if one.is_free(places)), None)
                if one is None:
                    found.append(one := _Shared(cluster, settings, where))
                one.views += 1
                return one

        def less(one: _Shared) -> None:
            with self._lock:
                one.views -= 1
                if not one.views:
                    self._shared[key].remove(one)
                    one.close()

        return View(more, less, group)


class _Shared:
    """One consumer, and the thread that polls it.

    Only that thread uses it: a call of another one would wait for ever, and so no message goes astray between two
    assignments. What is asked of the cluster goes through another consumer, which reads nothing.
    """

    def __init__(self, cluster: Cluster, settings: Mapping[str, object], where: str) -> None:
        self.troubles = Troubles(cluster)
        self._consumer = new_consumer(cluster, settings, self.troubles, where)
        self._asked = new_consumer(cluster, settings, self.troubles, where)
        self._asking = threading.Lock()
        self.admin: AdminClient = new_admin(cluster)
        self.views = 0
        self._owners: dict[Place, View] = {}
        self._promised: set[Place] = set()
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.ends: dict[Place, tuple[int, int]] = {}
        """First and next offset of what is read, as the brokers said last."""
        self._looked_at = 0.0
        self._is_closed = False
        self._was_down = False
        threading.Thread(target=self._main, name="kafka", daemon=True).start()

    def is_free(self, places: Sequence[Place]) -> bool:
        """Whether nobody reads any of these here; then they are promised to who asks."""
        if not self._promised.isdisjoint(places):
            return False
        self._promised.update(places)
        return True

    def assign(self, view: View, partitions: list[TopicPartition]) -> None:
        """From now on their messages are the view's. Raises KafkaException."""

        def begin() -> None:
            self._owners.update({(one.topic, one.partition): view for one in partitions})
            self._consumer.incremental_assign(partitions)

        self._on_thread(begin)

    def unassign(self, places: Sequence[Place]) -> None:
        """Nobody reads these here any more."""

        def end() -> None:
            self._consumer.incremental_unassign([TopicPartition(*place) for place in places])
            for place in places:
                del self._owners[place]
                self.ends.pop(place, None)

        self._on_thread(end)
        self._promised.difference_update(places)

    def pause(self, partitions: list[TopicPartition]) -> None:
        """Soon."""
        self._commands.put(lambda: self._consumer.pause(partitions))

    def resume(self, partitions: list[TopicPartition]) -> None:
        """Soon."""
        self._commands.put(lambda: self._consumer.resume(partitions))

    def ask(self, question: Callable[[Consumer], T]) -> T:
        """One question at a time. Raises KafkaException."""
        with self._asking:
            return question(self._asked)

    def close(self) -> None:
        """Ends the thread and the consumers, without waiting."""
        self._is_closed = True

    def _on_thread(self, command: Callable[[], None]) -> None:
        done: Future[None] = Future()

        def do() -> None:
            try:
                command()
                done.set_result(None)
            except KafkaException as exception:
                done.set_exception(exception)

        self._commands.put(do)
        done.result()

    def _main(self) -> None:
        while not self._is_closed:
            try:
                while True:
                    self._commands.get_nowait()()
            except Empty:
                pass
            messages = self._consumer.consume(KAFKA_BATCH_MESSAGES, 0)
            if not messages and (messages := self._consumer.consume(1, READ_WAIT_MS / 1_000)):
                messages += self._consumer.consume(KAFKA_BATCH_MESSAGES - 1, 0)
            self._deal(messages)
            self._look()
        self._consumer.close()
        self._asked.close()

    def _look(self) -> None:
        """How far partitions go, from time to time."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_SECONDS:
            self._looked_at = now
            for place in self._owners:
                with suppress(KafkaException):
                    self.ends[place] = self._consumer.get_watermark_offsets(TopicPartition(*place), cached=True)

    def _deal(self, messages: Sequence[Message]) -> None:
        for (topic, partition), some in groupby(messages, _place):
            found = list(some)
            owner = self._owners.get((topic, partition))
            for view in [owner] if owner else set(self._owners.values()) if topic == "" else ():
                view.put(found)
        if self.troubles.is_down != self._was_down:
            self._was_down = self.troubles.is_down
            for view in set(self._owners.values()):
                view.wake()


def _place(message: Message) -> Place:
    return (message.topic() or "", message.partition() or 0)


class View:
    """`Consuming` for one reader. One thread at a time uses it, another one puts."""

    def __init__(
        self, more: Callable[[Sequence[Place]], _Shared], less: Callable[[_Shared], None], group: str | None
    ) -> None:
        self._more = more
        self._less = less
        self._group = group
        self._first = more(())
        self._is_closed = False
        self.admin = self._first.admin
        self.troubles = self._first.troubles
        self.wake: Callable[[], None] = lambda: None
        """Called, on another thread, when there is something to consume."""
        self.on_commit: OnCommit = lambda _error, _offsets: None
        self._where: dict[Place, _Shared] = {}
        self._held: set[Place] = set()
        self._has_come = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._is_full = False

    def put(self, messages: Sequence[Message]) -> None:
        """They have come."""
        with self._has_come:
            self._waiting.extend(messages)
            self._bytes += sum(map(len, messages))
            self._has_come.notify()
            fills = not self._is_full and (self._bytes > KAFKA_VIEW_BYTES or len(self._waiting) > KAFKA_VIEW_MESSAGES)
            self._is_full = self._is_full or fills
        if fills:
            self._each("pause", set(self._where) - self._held)
        self.wake()

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        """What has come, at most so many."""
        with self._has_come:
            if timeout and not self._waiting:
                self._has_come.wait(timeout)
            found = [self._waiting.popleft() for _ in range(min(num_messages, len(self._waiting)))]
            self._bytes -= sum(map(len, found))
            empties = self._is_full and not self._waiting
            self._is_full = self._is_full and not empties
        if empties:
            self._each("resume", set(self._where) - self._held)
        return found

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        """Reads these, too, from their offsets. Raises KafkaException."""
        if not partitions:
            return
        places = [(one.topic, one.partition) for one in partitions]
        shared = self._more(places)
        self._where.update(dict.fromkeys(places, shared))
        shared.assign(self, partitions)

    def pause(self, partitions: list[TopicPartition]) -> None:
        """These wait until `resume`."""
        places = {(one.topic, one.partition) for one in partitions}
        self._held |= places
        self._each("pause", places)

    def resume(self, partitions: list[TopicPartition]) -> None:
        """These go on."""
        places = {(one.topic, one.partition) for one in partitions}
        self._held -= places
        if not self._is_full:
            self._each("resume", places)

    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        """Not known: what the shared consumer has taken, its reader may not have."""
        return partitions

    def get_watermark_offsets(self, partition: TopicPartition, *, cached: bool) -> tuple[int, int]:
        """As the brokers said last."""
        place = (partition.topic, partition.partition)
        return self._where[place].ends.get(place, _UNKNOWN)

    def list_topics(self, topic: str, timeout: float) -> ClusterMetadata:
        """What the cluster knows of a topic. Raises KafkaException."""
        found: ClusterMetadata = self._first.ask(lambda consumer: consumer.list_topics(topic, timeout=timeout))
        return found

    def offsets_for_times(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """See Consumer. Raises KafkaException."""
        return self._first.ask(lambda consumer: consumer.offsets_for_times(partitions, timeout=timeout))

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """How far the group is. Raises KafkaException."""
        group = self._group or ""
        asked = self._first.admin.list_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, partitions)], request_timeout=timeout
        )
        found = asked[group].result(timeout + CONNECT_SECONDS).topic_partitions or []
        for one in found:
            if one.error is not None:
                raise KafkaException(one.error)
        return list(found)

    def commit(self, *, offsets: list[TopicPartition], asynchronous: Literal[True]) -> None:
        """Tells the group; the answer comes to `on_commit`."""
        group = self._group or ""
        told = self._first.admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, offsets)])

        def hear(answer: Future[ConsumerGroupTopicPartitions]) -> None:
            error: KafkaError | None = None
            try:
                said = answer.result().topic_partitions or []
                errors = [one.error for one in said if one.error is not None]
                error = errors[0] if errors else None
            except KafkaException as exception:
                error = error_of(exception)
            self.on_commit(error, offsets)

        told[group].add_done_callback(hear)

    def poll(self, timeout: float) -> None:
        """There is nothing to do: its thread polls."""

    def close(self) -> None:
        """Reads nothing any more. Idempotent."""
        found, self._where = self._where, {}
        for shared in set(found.values()):
            shared.unassign([place for place, one in found.items() if one is shared])
            self._less(shared)
        if not self._is_closed:
            self._is_closed = True
            self._less(self._first)

    def _each(self, change: str, places: set[Place]) -> None:
        for shared in {self._where[place] for place in places if place in self._where}:
            these = [TopicPartition(*place) for place in places if self._where.get(place) is shared]
            (shared.pause if change == "pause" else shared.resume)(these)
