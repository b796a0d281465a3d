"""Reads a connector's options, and says which there are when one is wrong.

What it owns: conversion and bounds of option values, secrets by reference.
What it leaves: which options a connector has (its own file).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from lightflus.errors import BindingInvalid
from lightflus.limits import OPTION_BYTES
from lightflus.model.graph import is_secret


class Options:
    """The options of one connector; each is taken once, and what is left over is a mistake.

    Every method raises BindingInvalid for a value that is none of its kind.
    """

    def __init__(self, kind: str, values: Mapping[str, str], where: str) -> None:
        """`where` is the operator's name."""
        self._kind = kind
        self._left = dict(values)
        self._known: list[str] = []
        self._where = where

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty; required if there is no default."""
        value = self._take(name) or default
        if not value:
            raise BindingInvalid(f"`{self._kind}:` needs its {name}", where=self._where, hint=_EXAMPLES.get(self._kind))
        return value

    def optional(self, name: str) -> str | None:
        """A text, or None where there is none."""
        return self._take(name) or None

    def secret(self, name: str) -> str | None:
        """A text that is never shown: `env:NAME` is a variable's value, `file:path` a file's without its line end."""
        value = self._take(name)
        return self._referred(name, value) if value else None

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """An integer within bounds."""
        text = self._take(name) or str(default)
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise self.wrong(name, text, f"it is a whole number from {least:,} to {most:,}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """`true` or `false`."""
        return self.choice(name, ("true", "false"), str(default).lower()) == "true"

    def choice(self, name: str, among: Sequence[str], default: str) -> str:
        """One of a few words."""
        text = self._take(name) or default
        if text not in among:
            raise self.wrong(name, text, f"it is {', '.join(among[:-1])} or {among[-1]}")
        return text

    def prefixed(self, prefix: str) -> dict[str, str]:
        """All options that begin with `prefix`, without it; secrets among them may be references."""
        self._known.append(f"{prefix}...")
        found = {name: self._left.pop(name) for name in list(self._left) if name.startswith(prefix)}
        return {
            name.removeprefix(prefix): self._referred(name, value) if is_secret(name) else value
            for name, value in found.items()
        }

    def wrong(self, name: str, text: str, hint: str) -> BindingInvalid:
        """The error for a value that cannot be."""
        return BindingInvalid(f"option `{name}` of `{self._kind}:` is `{text}`", where=self._where, hint=hint)

    def end(self) -> None:
        """Raises BindingInvalid if there are options that nobody asked for."""
        if self._left:
            known = ", ".join(f"`{name}`" for name in self._known)
            raise BindingInvalid(
                f"`{self._kind}:` has no option `{next(iter(self._left))}`",
                where=self._where,
                hint=f"it has {known}" if known else "it has no options",
            )

    def _take(self, name: str) -> str | None:
        self._known.append(name)
        return self._left.pop(name, None)

    def _referred(self, name: str, value: str) -> str:
        kind, colon, rest = value.partition(":")
        if colon and kind == "env":
            return self._variable(name, rest)
        if colon and kind == "file":
            return self._file(name, rest)
        return value

    def _variable(self, name: str, variable: str) -> str:
        value = os.environ.get(variable)
        if not value:
            raise BindingInvalid(
                f"option `{name}` of `{self._kind}:` is the environment variable {variable}, which is not set",
                where=self._where,
                hint=f"set {variable}, or name another one",
            )
        return value

    def _file(self, name: str, path: str) -> str:
        try:
            with Path(path).open(encoding="utf-8") as file:
                value = file.read(OPTION_BYTES).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise BindingInvalid(
                f"option `{name}` of `{self._kind}:` is in the file {path}, which cannot be read: {reason}",
                where=self._where,
                hint="name a file that holds nothing but the secret",
            ) from error
        return value


_EXAMPLES = {
    "file": "for example file:book.txt",
    "sqlite": "for example sqlite:counts.db",
    "mysql": "for example mysql://user@localhost:3306/shop?table=counts",
    "kafka": "for example kafka://localhost:9092/topic",
}
