"""Options that several processes of a cluster take, with their help: coordinator, worker, ApiServer.

What it owns: how they are called and explained. What it leaves: the commands (`coordinator_command.py`,
`worker_command.py`, `cluster_commands.py`), what the options do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.telemetry.logs import LogForm

LogFormat = Annotated[
    LogForm, typer.Option("--log-format", help="Lines for people, or an object of JSON a line for programs.")
]
Traces = Annotated[
    str,
    typer.Option(
        "--traces",
        metavar="URL",
        help="Send traces of calls to this collector (OTLP by HTTP); needs lightflus[otel].",
        show_default=False,
    ),
]
Metrics = Annotated[
    str,
    typer.Option("--metrics", metavar="HOST:PORT", help="Where Prometheus may ask for metrics.", show_default=False),
]
Certificate = Annotated[
    Path | None, typer.Option("--tls-certificate", metavar="FILE", help="Its certificates, PEM.", show_default=False)
]
Key = Annotated[
    Path | None, typer.Option("--tls-key", metavar="FILE", help="Its private key, PEM.", show_default=False)
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--tls-authority", metavar="FILE", help="Who signs the others' certificates, PEM.", show_default=False
    ),
]
