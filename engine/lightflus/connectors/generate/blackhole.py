"""`blackhole:`: a sink that forgets everything; for measuring and for trying a job.

What it owns: nothing. Any thread.
"""

from __future__ import annotations

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, always
from lightflus.connectors.contract.options import Options
from lightflus.model.graph import Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import BLACKHOLE
from lightflus.ports.health import Health


class BlackholeSink:
    """`ports.Sink`. It behaves as the sink that it stands for: upsert stays upsert."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    @property
    def delivery(self) -> Delivery:
        """As the job says."""
        return self._delivery

    def writer(self, subtask: int, health: Health) -> BlackholeWriter:
        """A writer that drops."""
        return BlackholeWriter()

    def close(self) -> None:
        """Nothing to release."""


class BlackholeWriter:
    """`ports.SinkWriter`."""

    def write(self, columns: pa.RecordBatch) -> None:
        """Drops the rows."""

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to release."""


def _open_sink(spec: SinkSpec, options: Options) -> BlackholeSink:
    options.end()
    return BlackholeSink(spec.delivery)


def _promise(_sink: SinkNode) -> Promise:
    return Promise(Guarantee.AT_LEAST_ONCE, "nobody sees what is dropped")


SINK = SinkKind(BLACKHOLE.address, _open_sink, always, promise=_promise)
