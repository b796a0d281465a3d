"""The two consoles: results go to standard output, words to standard error.

What it owns: how text is styled, that nothing of a user's is taken for markup, that JSON and single lines go through
`model/text.py`, and what happens when a stream cannot
be written: without results a command fails; without words it goes on, since there is nobody to tell.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

from lightflus.cli.fitting import fitted
from lightflus.errors import ExternalError
from lightflus.model.text import line, told


@cache
def words() -> Console:
    """Standard error: progress, problems, hints."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@cache
def results() -> Console:
    """Standard output: what a command was asked for."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def width_of(console: Console) -> int | None:
    """The columns to keep to; None in a pipe, where lines stay whole unless COLUMNS says otherwise."""
    return console.width if console.is_terminal or os.environ.get("COLUMNS", "").isdecimal() else None


def say(text: str, style: str = "", *, is_whole: bool = False) -> None:
    """One line to standard error, cleaned and cut; a whole one, such as a command to paste, is not broken."""
    shown = line(text)
    tell(shown if is_whole else Text(shown), style=style)


def tell(what: RenderableType, *, style: str = "", end: str = "\n") -> None:
    """Prints to standard error; text keeps to the terminal's width. What others wrote has gone through `model.text`."""
    try:
        fit = fitted(what, width_of(words())) if isinstance(what, Text) else what
        words().print(fit, style=style or None, end=end)
    except OSError:
        discard(sys.stderr)


def show(what: RenderableType, *, under: int = 2) -> None:
    """Prints to standard output, as `tell`; where text is broken, it is set in by `under`.

    Raises ExternalError, BrokenPipeError (its reader has had enough).
    """
    with writing_results():
        results().print(fitted(what, width_of(results()), under=under) if isinstance(what, Text) else what)


def emit_json(value: object, *, indent: int | None = None) -> None:
    """A report to standard output, for `--json`; texts are cleaned and cut. Raises ExternalError, BrokenPipeError."""
    emit(json.dumps(told(value), ensure_ascii=False, indent=indent))


def emit(text: str) -> None:
    """A line of data to standard output, as it is. Raises ExternalError, BrokenPipeError."""
    with writing_results():
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def reserve_streams() -> None:
    """Opens the standard streams that the caller has closed, or their numbers would become those of the job's files.

    Standard input and output fail when they are used; what is said on standard error is lost.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, flags)
            if null != number:
                os.dup2(null, number)
                os.close(null)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (it lives as long as we)
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def discard(stream: TextIO) -> None:
    """From now on what is written to a stream goes nowhere, with what Python would still flush."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


@contextmanager
def writing_results() -> Iterator[None]:
    """Around prints to standard output. Raises ExternalError; a BrokenPipeError passes (its reader has had enough)."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        discard(sys.stdout)
        raise ExternalError(f"cannot be written: {error.strerror}", where="standard output") from error
