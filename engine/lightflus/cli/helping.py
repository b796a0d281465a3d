"""What `--help` prints, at any width: what a command does, its arguments and options, and an example.

What it owns: the layout. What it leaves: the words, which stand beside each option (`main.py`); parsing (`flags.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from typer._click import Command as ClickCommand
from typer._click import Context
from typer.core import TyperGroup

from lightflus.cli.fitting import fitted_lines

_WIDE = 72
"""From here on there is room for names and words beside each other."""
_NAMES = 26
_TYPE = re.compile(r" <[^>]*>")
_NEEDED = re.compile(r"\s*\[required\]|; [0-9]+<=x<=[0-9]+")


def help_text(command: ClickCommand, ctx: Context, width: int | None) -> str:
    """The help of a command."""
    return "\n".join(_lines(command, ctx, width))


def _lines(command: ClickCommand, ctx: Context, width: int | None) -> Iterator[str]:
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(ctx)]
    yield from fitted_lines(" ".join([ctx.command_path, *pieces]), width)
    yield ""
    yield from fitted_lines(" ".join((command.help or "").split()), width, under=0)
    records = [record for param in command.get_params(ctx) if (record := param.get_help_record(ctx)) is not None]
    if isinstance(command, TyperGroup):
        found = [(name, command.get_command(ctx, name)) for name in command.list_commands(ctx)]
        yield from _table("commands", [(name, one.help or "") for name, one in found if one is not None], width)
    for title, is_option in (("arguments", False), ("options", True)):
        yield from _table(title, [record for record in records if record[0].startswith("-") == is_option], width)
    if command.epilog:
        yield ""
        yield from fitted_lines(command.epilog, width)


def _table(title: str, rows: Sequence[tuple[str, str]], width: int | None) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield title
    for name, words in rows:
        shown, text = _TYPE.sub("", name), " ".join(_NEEDED.sub("", words).split())
        if width is not None and width < _WIDE:
            yield from fitted_lines(f"  {shown}", width)
            yield from fitted_lines(f"      {text}", width, under=0)
        elif len(shown) > _NAMES - 2:
            yield f"  {shown}"
            yield from fitted_lines(f"{'':{_NAMES + 2}}{text}", width, under=0)
        else:
            yield from fitted_lines(f"  {shown:{_NAMES}}{text}", width, under=_NAMES)
