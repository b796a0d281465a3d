"""The commands over checkpoints: their options and help. Each is a few lines, as in `main.py`.

What it owns: the command line's shape. What it leaves: what a command does (`checkpoints.py`, `keyed_state.py`), which
is imported when it runs.
"""
# ruff: noqa: PLC0415 (so that `lightflus --help` answers at once)

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightflus.cli.flags import Command, Group
from lightflus.cli.words import Json

checkpoint = typer.Typer(cls=Group, no_args_is_help=True, help="Look at the checkpoints of a job, and check them.")

Store = Annotated[
    str,
    typer.Argument(metavar="URI", help="Where they lie: a folder, or s3://BUCKET/PREFIX.", show_default=False),
]
OperatorName = Annotated[
    str, typer.Argument(metavar="OPERATOR", help="The name of an operator with state by key.", show_default=False)
]
Epoch = Annotated[
    int | None,
    typer.Option("--epoch", metavar="N", min=1, help="Of this checkpoint; by default the newest.", show_default=False),
]


@checkpoint.command("list", cls=Command, epilog="Example: lightflus checkpoint list state")
def list_checkpoints(uri: Store, as_json: Json = False) -> None:
    """A line per checkpoint: age, size, rows by operator, which start of the job took it, whether it is whole."""
    from lightflus.cli import checkpoints

    checkpoints.list_checkpoints(uri, as_json=as_json)


@checkpoint.command("show", cls=Command, epilog="Example: lightflus checkpoint show state --epoch 12")
def show_checkpoint(uri: Store, epoch: Epoch = None, as_json: Json = False) -> None:
    """One checkpoint: how far its sources were read, what its operators keep, what its sinks have staged."""
    from lightflus.cli import checkpoints

    checkpoints.show_checkpoint(uri, epoch, as_json=as_json)


@checkpoint.command("export", cls=Command, epilog="Example: lightflus checkpoint export state counts -o counts.parquet")
def export_operator(
    uri: Store,
    operator: OperatorName,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="By default OPERATOR.parquet here.", show_default=False),
    ] = None,
    epoch: Epoch = None,
    as_json: Json = False,
) -> None:
    """Write all that an operator keeps to a Parquet file: key, window, state, timers, each of its own type."""
    from lightflus.cli import keyed_state

    file = output or Path(f"{operator.replace('/', '-')}.parquet")
    keyed_state.export_operator(uri, operator, file, epoch=epoch, as_json=as_json)


@checkpoint.command("verify", cls=Command, epilog="Example: lightflus checkpoint verify s3://bucket/wordcount")
def verify_checkpoints(uri: Store, as_json: Json = False) -> None:
    """Read every byte of all checkpoints and say what is not as it was written. Exit code 1 if anything is not."""
    from lightflus.cli import checkpoints

    checkpoints.verify_checkpoints(uri, as_json=as_json)


def state(
    uri: Store,
    operator: OperatorName,
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY",
            help="A key: a text as it is, anything else as JSON. Without one, the first rows of all.",
            show_default=False,
        ),
    ] = None,
    *,
    epoch: Epoch = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, metavar="N", help="Rows, where no key is named.")] = 20,
    as_json: Json = False,
) -> None:
    """What an operator keeps of a key, in the newest checkpoint; also while the job runs."""
    from lightflus.cli.keyed_state import show_state

    show_state(uri, operator, key, epoch=epoch, most=most, as_json=as_json)
