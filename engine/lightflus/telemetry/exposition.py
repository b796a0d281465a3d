"""Metrics as Prometheus reads them: the only importer of prometheus_client.

What it owns: registries (one per process, so that two of them in one program do not mix), samples that are made when
somebody asks, and an HTTP endpoint on a thread of its own for processes that have none.
What it leaves: names and meaning (`metrics.py`), what the values are (each process).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from lightflus.errors import ExternalError, UserError
from lightflus.telemetry.metrics import Metric, MetricKind

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True)
class Sample:
    """A value of now; `labels` in the order of the metric's."""

    metric: Metric
    labels: Sequence[str]
    value: float


class Exposition:
    """The metrics of one process."""

    def __init__(self, samples: Callable[[], Iterable[Sample]] = lambda: ()) -> None:
        """`samples` is called for each scrape, on the thread that serves it."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Sampled(samples))

    def counter(self, metric: Metric) -> Counter:
        """One that the process counts itself."""
        return Counter(metric.name, metric.meaning, metric.labels, registry=self._registry)

    def gauge(self, metric: Metric) -> Gauge:
        """One that the process sets itself."""
        return Gauge(metric.name, metric.meaning, metric.labels, registry=self._registry)

    def histogram(self, metric: Metric) -> Histogram:
        """One whose values are counted by size."""
        return Histogram(metric.name, metric.meaning, metric.labels, registry=self._registry)

    def text(self) -> bytes:
        """All of them."""
        return generate_latest(self._registry)

    @contextmanager
    def served(self, address: str) -> Iterator[int]:
        """Answers scrapes at `host:port` while the block runs; gives the port. At an empty address nobody answers.

        Raises:
            UserError: it is no address.
            ExternalError: it cannot be listened on.
        """
        if not address:
            yield 0
            return
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:
            raise UserError(f"{address!r} is no address for metrics", hint="HOST:PORT, for example 127.0.0.1:9249")
        try:
            server, thread = start_http_server(int(port), host.strip("[]"), self._registry)
        except OSError as error:
            text = f"cannot listen on {address} for metrics: {error.strerror or error}"
            raise ExternalError(text, where=address, hint="another process may have it; choose another port") from error
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Sampled(Collector):
    def __init__(self, samples: Callable[[], Iterable[Sample]]) -> None:
        self._samples = samples

    def describe(self) -> Iterable[Family]:
        """Nothing: what there is depends on what runs, and nobody has to be asked at the start."""
        return ()

    def collect(self) -> Iterable[Family]:
        """Series by metric; of two with the same labels the later one counts."""
        found: dict[Metric, dict[tuple[str, ...], float]] = {}
        for sample in self._samples():
            found.setdefault(sample.metric, {})[tuple(sample.labels)] = sample.value
        for metric, series in found.items():
            kind = CounterMetricFamily if metric.kind is MetricKind.COUNTER else GaugeMetricFamily
            family = kind(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in series.items():
                family.add_metric(labels, value)
            yield family
