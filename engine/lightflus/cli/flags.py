"""Commands whose help shows no type beside a flag, and whose wrong use is an error like any other.

What it owns: that a flag, which takes no value, names none; that `--allow-read` may stand alone and takes a value only
behind `=`, so that it never swallows the job's name; usage errors as `UserError`, with `--json` as an object.
What it leaves: all else of parsing and help, to typer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from typer._click import Command as ClickCommand
from typer._click import Context, Parameter
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup, TyperOption

from lightflus.cli.helping import help_text
from lightflus.cli.problems import told_as_json
from lightflus.cli.screen import emit, results, width_of
from lightflus.errors import UserError


class Command(TyperCommand):
    """A command of the line, with its own options."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Its parameters, for parsing and for help."""
        return _untyped_flags(super().get_params(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Its help, as wide as the terminal."""
        formatter.write(help_text(self, ctx, width_of(results())))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Its arguments and options. Raises UserError."""
        with _explained(ctx, args):
            return super().parse_args(ctx, _with_values(args))


class Group(TyperGroup):
    """The command above the commands."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """Its parameters, for parsing and for help."""
        return _untyped_flags(super().get_params(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Its help, with its commands."""
        formatter.write(help_text(self, ctx, width_of(results())))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Its own options. Raises UserError."""
        with _explained(ctx, args):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, ClickCommand | None, list[str]]:
        """The command that is meant. Raises UserError."""
        with _explained(ctx, args):
            return super().resolve_command(ctx, args)


EVERYTHING = "\0"
"""The value of a flag `--allow-...` that stands alone; no command line can hold it."""
PERMISSIONS = ("--allow-read", "--allow-write", "--allow-net", "--allow-secret", "--allow-library")


def _with_values(args: list[str]) -> list[str]:
    end = args.index("--") if "--" in args else len(args)
    return [f"{arg}={EVERYTHING}" if arg in PERMISSIONS else arg for arg in args[:end]] + args[end:]


@contextmanager
def _explained(ctx: Context, args: list[str]) -> Iterator[None]:
    with told_as_json(is_wanted="--json" in args, event="failed" if ctx.info_name == "run" else None):
        try:
            yield
        except NoArgsIsHelpError:
            emit(ctx.get_help())  # typer takes it for printed
            raise
        except UsageError as error:
            text = error.format_message().rstrip(".")
            raise UserError(text, hint=f"{ctx.command_path} --help shows its use") from error


def _untyped_flags(params: list[Parameter]) -> list[Parameter]:
    for param in params:
        if isinstance(param, TyperOption) and param.is_flag:
            param.metavar = ""
    return params
