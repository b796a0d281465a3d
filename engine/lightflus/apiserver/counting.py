"""What an ApiServer counts of itself.

What it owns: when it counts. What it leaves: names and meaning (`telemetry/metrics.py`), their form (`telemetry/`).
"""

from __future__ import annotations

from lightflus.telemetry.exposition import Exposition
from lightflus.telemetry.metrics import API_REQUESTS, API_SECONDS, API_UNDER_WAY


class Counting:
    """Requests by route and status, their time, those that are under way."""

    def __init__(self) -> None:
        self._exposition = Exposition()
        self._requests = self._exposition.counter(API_REQUESTS)
        self._seconds = self._exposition.histogram(API_SECONDS)
        self.under_way = self._exposition.gauge(API_UNDER_WAY)

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Adds an answered request; `route` is the pattern, so that names of jobs make no series."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it."""
        return self._exposition.text()
