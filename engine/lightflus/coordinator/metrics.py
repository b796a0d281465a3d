"""What a coordinator tells of itself to whoever scrapes it: jobs and workers by status, restarts.

What it owns: the samples. On the event loop.
What it leaves: names (`telemetry/metrics.py`), what operators and subtasks do (their workers tell that).
"""

from __future__ import annotations

from collections import Counter

from lightflus.coordinator.cluster import Cluster
from lightflus.model.cluster.statuses import JobStatus
from lightflus.telemetry.exposition import Sample
from lightflus.telemetry.metrics import JOB_RESTARTS, JOBS, WORKERS


def samples_of(cluster: Cluster) -> list[Sample]:
    """As it is now."""
    jobs = cluster.all_jobs()
    statuses = Counter(job.status for job in jobs)
    workers = Counter("lost" if worker.is_lost else "alive" for worker, _ in cluster.workers())
    return [
        *(Sample(JOBS, (status.value,), statuses[status]) for status in JobStatus),
        *(Sample(WORKERS, (status,), workers[status]) for status in ("alive", "lost")),
        *(Sample(JOB_RESTARTS, job.key, job.restarts) for job in jobs),
    ]
