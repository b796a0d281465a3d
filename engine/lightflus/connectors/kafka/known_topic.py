"""Which topic a name stands for: one that is deleted and made again is another one, whose offsets mean other messages.

What it owns: the id that the cluster gave the topic, and asking for it again. Blocking; any thread, one at a time.
What it leaves: how often it is asked (`source.py`), topics that are gone (there, too).
"""

from __future__ import annotations

from concurrent.futures import TimeoutError as Late

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from lightflus.errors import SourceFailed
from lightflus.limits import CONNECT_SECONDS


class KnownTopic:
    """A topic as it was when it was first asked about. Brokers before 2.8 know no ids, and nothing is found there."""

    def __init__(self, topic: str, admin: AdminClient, where: str) -> None:
        """Asks the cluster."""
        self._topic = topic
        self._where = where
        self._admin = admin
        self._id = self._asked()

    def check(self) -> None:
        """Raises SourceFailed where the name stands for another topic now, and the cluster says so."""
        found = self._asked()
        self._id = self._id or found
        if found not in (None, self._id):
            raise SourceFailed(
                f"topic `{self._topic}` was deleted and made again while it was read: positions in it mean other "
                "messages now, and some of the new ones may have been left out",
                where=self._where,
                hint="start the job again with `start=earliest`, so that it reads the new topic from its beginning",
            )

    def _asked(self) -> str | None:
        """The id; None where the cluster does not answer, or has no such topic."""
        asked = self._admin.describe_topics(TopicCollection([self._topic]), request_timeout=CONNECT_SECONDS)
        try:
            return str(asked[self._topic].result(CONNECT_SECONDS + 1).topic_id)
        except (KafkaException, Late):
            return None
