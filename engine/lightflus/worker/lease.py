"""A lease: who holds none that is good does nothing that others could see, and ends.

What it owns: until when processes may go on, by the monotonic clock that those of a machine share, in memory that they
share, too: however busy one is, a renewal is there at once, and none is taken for a younger one. A thread that ends the
process when its lease has passed, whatever its event loop does; sinks that ask before each write and flush. Any thread.
What it leaves: who renews it, and why (`agent.py`).
"""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
from ctypes import c_double, sizeof
from time import monotonic, sleep

import pyarrow as pa

from lightflus.errors import Superseded
from lightflus.model.graph import Delivery
from lightflus.ports.health import Health
from lightflus.ports.sinks import Sink, SinkWriter

ENDED_BY_LEASE = 75
"""Exit code of a process whose lease nobody renewed: EX_TEMPFAIL."""


class Lease:
    """Good until a time that one process writes and others read."""

    def __init__(self, number: int) -> None:
        """`number` is that of the file that they share, which stays the caller's."""
        self._until = c_double.from_buffer(mmap.mmap(number, sizeof(c_double)))

    def renew(self, until: float) -> None:
        """It is good until then, by `monotonic`; longer where it was so already."""
        self._until.value = max(self._until.value, until)

    @property
    def left(self) -> float:
        """Seconds that it is still good for."""
        return self._until.value - monotonic()

    def check(self) -> None:
        """Raises Superseded where it has passed."""
        if self.left <= 0:
            raise Superseded("the lease of this process has passed, and others may do its work")

    def guard(self) -> None:
        """From now on this process ends when the lease passes."""
        threading.Thread(target=self._end_when_passed, name="lease", daemon=True).start()

    def _end_when_passed(self) -> None:
        while (left := self.left) > 0:
            sleep(left)
        os._exit(ENDED_BY_LEASE)


class SharedLease(Lease):
    """One that its owner renews, and hands down by `number` to the processes that it starts."""

    def __init__(self, until: float) -> None:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.truncate(sizeof(c_double))
            self.number = os.dup(file.fileno())
        super().__init__(self.number)
        self.renew(until)

    def close(self) -> None:
        """Gives the file back; who has it goes on with it."""
        os.close(self.number)


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
