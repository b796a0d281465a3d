"""SQL text as tokens, as MySQL and MariaDB read it under the `sql_mode` that the sink sets.

What it owns: where strings, quoted names and comments begin and end, so that a `?` inside one is none. Pure.
What it leaves: what the tokens mean (`statement.py`). Source of the rules: "Language Structure" in MySQL's manual.
Double quotes are strings and backslashes escape: the sink's mode has neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from lightflus.errors import BindingInvalid


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted name"
    STRING = "string"
    MARK = "placeholder"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement from `start` up to `end`; white space and comments are none."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A keyword in upper case; a quoted name, a string or a sign as it stands."""
        return self.text.upper() if self.kind is Kind.WORD else self.text

    @property
    def name(self) -> str | None:
        """The name that it is, without quotes; None for what is no name."""
        if self.kind is Kind.QUOTED:
            return self.text[1:-1].replace("``", "`")
        return self.text if self.kind is Kind.WORD else None


_TOKEN = re.compile(
    r"""
    (?P<gap> [\s\0]+ | \#[^\n]* | --(?=[\s\0]|\Z)[^\n]* | /\*(?!M?!).*?\*/ )
  | (?P<string> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" )
  | (?P<quoted> `(?:[^`]|``)+` )
  | (?P<word> [0-9A-Za-z_$\u0080-\U0010ffff]+ )
  | (?P<mark> \? )
  | (?P<sign> (?!['"`]|/\*) . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {"string": Kind.STRING, "quoted": Kind.QUOTED, "word": Kind.WORD, "mark": Kind.MARK, "sign": Kind.SIGN}


def tokens_of(text: str) -> tuple[Token, ...]:
    """All tokens of `text`. Raises BindingInvalid: a string, name or comment without an end, a conditional comment."""
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _broken(text, place)
        if (kind := _KINDS.get(match.lastgroup or "")) is not None:
            found.append(Token(kind, match.group(), match.start(), match.end()))
        place = match.end()
    return tuple(found)


def _broken(text: str, place: int) -> BindingInvalid:
    shown = text[place : place + 20]
    if re.match(r"/\*M?!", shown):
        return BindingInvalid(
            f"`{shown}` in the statement is a comment that some servers run and others do not",
            hint="write what should run without the comment",
        )
    what = {"'": "string", '"': "string", "`": "quoted name", "/": "comment"}[text[place]]
    return BindingInvalid(f"the {what} that begins with `{shown}` in the statement has no end", hint="close it")
