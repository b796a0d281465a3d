"""The options of `lightflus worker`.

What it owns: their names, defaults and help. What it leaves: what the command does (`working.py`).
"""
# ruff: noqa: PLC0415 (imports when the command runs, so that `lightflus --help` answers at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.cli.allowing import AllowAll, AllowNet, AllowRead, AllowWrite, Secret
from lightflus.cli.process_words import Authority, Certificate, Key, LogFormat, Metrics, Traces
from lightflus.limits import PARALLELISM
from lightflus.telemetry.logs import LogForm

Coordinator = Annotated[
    str,
    typer.Option(
        "--coordinator",
        metavar="HOST:PORT",
        help="Whose jobs it runs; by default 127.0.0.1:8791, with --probe the first that invites it.",
        show_default=False,
    ),
]
Slots = Annotated[
    int, typer.Option("--slots", min=0, max=PARALLELISM, metavar="N", help="Compute threads; 0 is one per core.")
]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="What it is called; by default its host.")]
Host = Annotated[
    str, typer.Option("--host", metavar="HOST", help="Its own address, at which other workers reach its jobs.")
]
Memory = Annotated[
    int, typer.Option("--memory", min=0, metavar="MIB", help="What jobs may take together; 0 is 80 % of all.")
]
Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Where modules and dead letters are kept; one worker each.")
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="NAME=VALUE", help="What jobs can ask for. Repeatable.", show_default=False),
]
Probe = Annotated[
    str,
    typer.Option(
        "--probe", metavar="HOST:PORT", help="Where health checks and coordinators are answered.", show_default=False
    ),
]


def worker(
    *,
    coordinator: Coordinator = "",
    slots: Slots = 0,
    name: Name = "",
    host: Host = "127.0.0.1",
    memory: Memory = 0,
    data: Data = Path("lightflus-worker"),
    label: Labels = None,
    probe: Probe = "",
    log_format: LogFormat = LogForm.TEXT,
    traces: Traces = "",
    metrics: Metrics = "",
    tls_authority: Authority = None,
    tls_certificate: Certificate = None,
    tls_key: Key = None,
    allow_read: AllowRead = None,
    allow_write: AllowWrite = None,
    allow_net: AllowNet = None,
    allow_all: AllowAll = False,
    secret: Secret = None,
) -> None:
    """Run jobs for a cluster's coordinator, until Ctrl-C. They may touch nothing that is not allowed here."""
    from lightflus.cli.certificates import peer_files, server_tls
    from lightflus.cli.permissions import Permissions
    from lightflus.cli.process_logs import watched
    from lightflus.cli.working import WorkerOptions, called, labels_of, work
    from lightflus.model.policy import Right

    named = {Right.READ: allow_read, Right.WRITE: allow_write, Right.NET: allow_net}
    grants = {right: texts for right, texts in named.items() if texts}
    files = peer_files(tls_authority, tls_certificate, tls_key)
    options = WorkerOptions(
        coordinator,
        name,
        host,
        slots,
        memory,
        data,
        labels_of(label or []),
        probe,
        metrics,
        server_tls(tls_authority, tls_certificate, tls_key),
        files,
        log_format,
    )
    with watched(log_format, traces, "worker", worker=called(options)):
        work(options, Permissions(grants, allow_all, secret or ()))
