"""What an ApiServer counts of itself, as Prometheus reads it.

What it owns: a registry of its own, so that two servers in one process do not mix.
What it leaves: names and meanings of operators' metrics (`telemetry/metrics.py`).
"""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = CONTENT_TYPE_LATEST


class Counting:
    """Requests by route and status, their time, those that are under way."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "lightflus_api_requests",
            "Requests that were answered, by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "lightflus_api_request_seconds",
            "Time to the end of an answer, by route; streams last as long as their client follows.",
            ("route",),
            registry=self._registry,
        )
        self.under_way = Gauge("lightflus_api_requests_under_way", "Requests now.", registry=self._registry)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Adds an answered request; `route` is the pattern, so that names of jobs make no series."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
