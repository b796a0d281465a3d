"""The options of `lightflus coordinator`.

What it owns: their names, defaults and help. What it leaves: what the command does (`coordinating.py`).
"""
# ruff: noqa: PLC0415 (imports when the command runs, so that `lightflus --help` answers at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.cli.process_words import Authority, Certificate, Key, LogFormat, Metrics, Traces
from lightflus.telemetry.logs import LogForm


def coordinator(
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where others reach it.")] = "127.0.0.1:8791",
    data: Annotated[Path, typer.Option(metavar="DIR", help="Where it keeps all.")] = Path("lightflus-data"),
    *,
    worker: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Invite this worker. Repeatable; WORKER_1=HOST, too.", show_default=False
        ),
    ] = None,
    log_format: LogFormat = LogForm.TEXT,
    traces: Traces = "",
    metrics: Metrics = "",
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    tls_authority: Authority = None,
) -> None:
    """Run a cluster's coordinator: it accepts jobs, places them on workers and starts them again, until Ctrl-C."""
    from lightflus.cli.certificates import server_tls
    from lightflus.cli.coordinating import coordinate
    from lightflus.cli.process_logs import watched

    with watched(log_format, traces, "coordinator"):
        coordinate(listen, data, server_tls(tls_authority, tls_certificate, tls_key), worker or [], metrics)
