"""What a shell offers for an argument that names something in the cluster.

What it owns: that completion says nothing rather than an error. What it leaves: asking (`client/`), the shell (typer).
"""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from lightflus.client.api import Api, Json, segment
from lightflus.client.endpoint import endpoint, namespace, token_for
from lightflus.errors import LightflusError


def job_names(incomplete: str) -> list[str]:
    """Of the namespace's jobs, those that begin so."""
    with suppress(LightflusError):
        where = endpoint()
        page = Api(where, token_for(where)).ask("GET", f"/namespaces/{segment(namespace())}/jobs?limit=1000")
        names = (str(job["name"]) for job in cast("list[Json]", page["items"]))
        return [name for name in names if name.startswith(incomplete)]
    return []
