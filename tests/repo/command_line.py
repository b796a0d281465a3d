"""The commands of the command line as its parser knows them, those below others included."""

from __future__ import annotations

import typer.main
from typer._click import Command
from typer.core import TyperGroup

from lightflus.cli import main as cli


def group() -> TyperGroup:
    """`lightflus` itself."""
    found = typer.main.get_command(cli.app)
    assert isinstance(found, TyperGroup)
    return found


def every_command() -> dict[str, Command]:
    """By what is typed: `run`, `dead-letters`, `dead-letters list`."""
    found: dict[str, Command] = dict(group().commands)
    for name, command in group().commands.items():
        if isinstance(command, TyperGroup):
            found |= {f"{name} {verb}": inner for verb, inner in command.commands.items()}
    return found
