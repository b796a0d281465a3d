"""Arguments and options that several commands take, with their help.

What it owns: how they are called and explained, so that they are the same everywhere. What it leaves: the commands
(`main.py`, `cluster_commands.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.limits import PARALLELISM

Job = Annotated[
    Path,
    typer.Argument(
        metavar="JOB",
        help="A job (job.ts, or the Cargo.toml of a Rust job) or a built module (job.wasm).",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]
Bind = Annotated[
    list[str] | None,
    typer.Option(
        "--bind",
        "-b",
        metavar="NAME=URI",
        help="Give a source or sink another system, by its name: topic=file:book.txt, redis=sqlite:out.db. Repeatable.",
        show_default=False,
    ),
]
Parallelism = Annotated[
    int,
    typer.Option(
        "--parallelism",
        "-p",
        min=1,
        max=PARALLELISM,
        metavar="N",
        help=f"Subtasks of each operator that does not say its own, 1 to {PARALLELISM}.",
    ),
]
