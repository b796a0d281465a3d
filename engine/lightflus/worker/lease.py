"""A lease: who holds none that is good does nothing that others could see, and ends.

What it owns: until when a process may go on, by the monotonic clock; a thread that ends the process when that has
passed, whatever its event loop does; sinks that ask before each write and flush. Any thread.
What it leaves: who renews it, and why (`agent.py`, `runner.py`).
"""

from __future__ import annotations

import os
import threading
from time import monotonic

import pyarrow as pa

from lightflus.errors import Superseded
from lightflus.model.graph import Delivery
from lightflus.ports.health import Health
from lightflus.ports.sinks import Sink, SinkWriter

ENDED_BY_LEASE = 75
"""Exit code of a process whose lease nobody renewed: EX_TEMPFAIL."""


class Lease:
    """Good for `seconds` from its last renewal."""

    def __init__(self, seconds: float) -> None:
        self._until = monotonic() + seconds
        self._is_renewed = threading.Event()

    def renew(self, seconds: float) -> None:
        """It is good for so long from now. One that has passed stays so: the process is about to end."""
        if self.left > 0:
            self._until = monotonic() + seconds
            self._is_renewed.set()

    @property
    def left(self) -> float:
        """Seconds that it is still good for."""
        return self._until - monotonic()

    def check(self) -> None:
        """Raises Superseded where it has passed."""
        if self.left <= 0:
            raise Superseded("the lease of this process has passed, and others may do its work")

    def guard(self) -> None:
        """From now on this process ends when the lease passes."""
        threading.Thread(target=self._end_when_passed, name="lease", daemon=True).start()

    def _end_when_passed(self) -> None:
        while (left := self.left) > 0:
            self._is_renewed.wait(left)
            self._is_renewed.clear()
        os._exit(ENDED_BY_LEASE)


class LeasedSink:
    """`ports.Sink` that writes nothing without a lease: after SIGCONT only the call that was under way goes on."""

    def __init__(self, sink: Sink, lease: Lease) -> None:
        self._sink = sink
        self._lease = lease

    @property
    def delivery(self) -> Delivery:
        """The sink's."""
        return self._sink.delivery

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """The sink's, leased. Raises Superseded, SinkFailed."""
        self._lease.check()
        return _LeasedWriter(self._sink.writer(subtask, health), self._lease)

    def close(self) -> None:
        """See `ports.Sink`."""
        self._sink.close()


class _LeasedWriter:
    def __init__(self, writer: SinkWriter, lease: Lease) -> None:
        self._writer = writer
        self._lease = lease

    def write(self, columns: pa.RecordBatch) -> None:
        """See `ports.SinkWriter`. Raises Superseded."""
        self._lease.check()
        self._writer.write(columns)

    def flush(self) -> None:
        """See `ports.SinkWriter`. Raises Superseded."""
        self._lease.check()
        self._writer.flush()

    def close(self) -> None:
        """See `ports.SinkWriter`."""
        self._writer.close()
