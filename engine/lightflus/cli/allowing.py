"""The flags by which a command line allows something, as more than one command has them.

What it owns: their names and help. What it leaves: what they mean (`permissions.py`).
"""

from __future__ import annotations

from typing import Annotated

import typer
from typer.models import OptionInfo


def _allowing(right: str, values: str, about: str) -> OptionInfo:
    found: OptionInfo = typer.Option(f"--allow-{right}", metavar=f"[={values},...]", help=about, show_default=False)
    return found


AllowRead = Annotated[
    list[str] | None, _allowing("read", "PATH", "Let a module that was not built here read files, below a path.")
]
AllowWrite = Annotated[list[str] | None, _allowing("write", "PATH", "Let it make and change files, below a path.")]
AllowNet = Annotated[list[str] | None, _allowing("net", "HOST:PORT", "Let it connect to hosts.")]
AllowSecret = Annotated[
    list[str] | None, _allowing("secret", "NAME", "Let it use environment variables as its secrets of the same name.")
]
AllowLibrary = Annotated[
    list[str] | None,
    _allowing(
        "library", "VALUE", "Let options load or run code outside the sandbox, of your own jobs and bindings, too."
    ),
]
AllowAll = Annotated[bool, typer.Option("--allow-all", help="Let a module touch all that you may.")]
Secret = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME=PLACE",
        help="Give the job a secret that it asks for as env:NAME: env:VARIABLE or file:path. Repeatable.",
        show_default=False,
    ),
]
