"""Commands whose help shows no type beside a flag: `--json`, not `--json <bool>`.

What it owns: that a flag, which takes no value, names none. What it leaves: all else of the help, to typer.
"""

from __future__ import annotations

from typer._click import Context, Parameter
from typer.core import TyperCommand, TyperGroup, TyperOption


class Command(TyperCommand):
    """A command of the line, with its own options."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Its parameters, for parsing and for help."""
        return _untyped_flags(super().get_params(ctx))


class Group(TyperGroup):
    """The command above the commands."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Its parameters, for parsing and for help."""
        return _untyped_flags(super().get_params(ctx))


def _untyped_flags(params: list[Parameter]) -> list[Parameter]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag:
            param.metavar = ""
    return params
