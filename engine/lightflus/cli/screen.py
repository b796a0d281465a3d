"""The two consoles: results go to standard output, words to standard error.

What it owns: how text is styled and that nothing of a user's is taken for markup.
"""

from __future__ import annotations

import sys
from functools import cache

from rich.console import Console

CONTROL = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if code not in (9, 10)
}
"""Control characters in text of users and guests must not reach a terminal."""


@cache
def words() -> Console:
    """Standard error: progress, problems, hints."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


@cache
def results() -> Console:
    """Standard output: what a command was asked for."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """One line to standard error."""
    words().print(text.translate(CONTROL), style=style or None)


def emit(text: str) -> None:
    """One line to standard output, as it is; for `--json`."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
