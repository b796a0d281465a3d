"""What a client hears from librdkafka between its calls: connections that break, servers that are away.

What it owns: remembering the last cause, so that a timeout can be explained. On the thread that polls the client.
What it leaves: words (`failures.py`), deciding to wait or to give up (the reader and the writer).
"""

from __future__ import annotations

from confluent_kafka import KafkaError

from lightflus.connectors.kafka.failures import hint_of, is_hopeless, text_of
from lightflus.connectors.kafka.options import Cluster

_SILENCE = frozenset({KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN})
"""What a request ends with whose cause was not heard."""


class Troubles:
    """The `error_cb` of one client."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._last: KafkaError | None = None
        self.is_down = False
        """Whether no broker could be reached, and nothing has shown since that one can."""
        self.fatal: KafkaError | None = None
        """What ended the client for good, such as being fenced."""

    def heard(self, error: KafkaError) -> None:
        """The callback."""
        if error.fatal():
            self.fatal = error
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self.is_down = True
        else:
            self._last = error

    def cleared(self) -> None:
        """A broker has answered."""
        self._last = None
        self.is_down = False

    @property
    def is_hopeless(self) -> bool:
        """Whether a wrong password or certificate is the cause."""
        return self._last is not None and is_hopeless(self._last)

    def text(self, otherwise: KafkaError | None = None) -> str:
        """The last cause in words; else `otherwise`."""
        error = self._last or otherwise
        if error is None or (self._last is None and error.code() in _SILENCE):
            return f"no broker of {self._cluster.brokers} answers"
        return text_of(error, self._cluster)

    def hint(self, otherwise: KafkaError | None = None) -> str | None:
        """What to change about it."""
        error = self._last or otherwise
        return None if error is None else hint_of(error)
