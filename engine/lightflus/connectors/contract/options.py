"""Reads a connector's options, and says which there are when one is wrong.

What it owns: conversion of option values, refusing what is not declared or out of bounds, secrets by reference.
What it leaves: which options there are, with defaults and bounds (`model/schemas.py`, or what a package declares).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from lightflus.errors import BindingInvalid
from lightflus.limits import OPTION_BYTES
from lightflus.model.graph import is_secret
from lightflus.model.options import Option
from lightflus.model.schemas import SCHEMAS


class Options:
    """The options of one connector.

    Defaults, bounds and choices are those that the connector declares. One that declares nothing says them when it
    asks; then each option is taken once, and what `end` finds left over is a mistake.
    """

    def __init__(
        self, kind: str, values: Mapping[str, str], where: str, declared: Sequence[Option] | None = None
    ) -> None:
        """`where` is the operator's name; None = all that our connector of this kind declares.

        Raises:
            BindingInvalid: an option that is not among those that are declared.
        """
        ours = SCHEMAS.get(kind)
        self._kind = kind
        self._left = dict(values)
        self._where = where
        self._example = f"for example {ours.example}" if ours and ours.example else None
        if declared is None:
            declared = ours.source + ours.sink if ours else ()
        self._declared = {option.name: option for option in declared}
        self._known = list(self._declared)
        unknown = (name for name in values if not any(option.covers(name) for option in declared))
        if declared and (name := next(unknown, None)):
            raise self._stranger(name)

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty; required if there is no default."""
        value = self._take(name) or default or self._of(name).default
        if not value:
            raise BindingInvalid(f"`{self._kind}:` needs its {name}", where=self._where, hint=self._example)
        return value

    def optional(self, name: str) -> str | None:
        """A text, or None where there is none."""
        return self._take(name) or None

    def secret(self, name: str) -> str | None:
        """A text that is never shown: `env:NAME` is a variable's value, `file:path` a file's without its line end."""
        value = self._take(name)
        return self._referred(name, value) if value else None

    def number(self, name: str, default: int = 0, *, least: int = 0, most: int = 0) -> int:
        """An integer within bounds."""
        option = self._declared.get(name) or Option(name, str(default), least, most)
        text = self._take(name) or option.default
        try:
            value = int(text)
        except ValueError:
            value = option.least - 1
        if not option.least <= value <= option.most:
            raise self.wrong(name, text, f"it is a whole number from {option.least:,} to {option.most:,}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """`true` or `false`."""
        return self.choice(name, ("true", "false"), str(default).lower()) == "true"

    def choice(self, name: str, among: Sequence[str] = (), default: str = "") -> str:
        """One of a few words."""
        option = self._of(name)
        text, words = self._take(name) or default or option.default, among or option.choices
        if text not in words:
            raise self.wrong(name, text, f"it is {', '.join(words[:-1])} or {words[-1]}")
        return text

    def prefixed(self, prefix: str) -> dict[str, str]:
        """All options that begin with `prefix`, without it; secrets among them may be references."""
        if not self._declared:
            self._known.append(prefix)
        found = {name: self._left.pop(name) for name in list(self._left) if name.startswith(prefix)}
        return {
            name.removeprefix(prefix): self._referred(name, value) if is_secret(name) else value
            for name, value in found.items()
        }

    def wrong(self, name: str, text: str, hint: str) -> BindingInvalid:
        """The error for a value that cannot be."""
        return BindingInvalid(f"option `{name}` of `{self._kind}:` is `{text}`", where=self._where, hint=hint)

    def end(self) -> None:
        """Raises BindingInvalid if there are options that nobody asked for: for connectors that declare none."""
        if self._left and not self._declared:
            raise self._stranger(next(iter(self._left)))

    def _of(self, name: str) -> Option:
        return self._declared.get(name) or Option(name)

    def _stranger(self, name: str) -> BindingInvalid:
        known = ", ".join(f"`{one}..`" if one.endswith(".") else f"`{one}`" for one in self._known)
        message, hint = f"`{self._kind}:` has no option `{name}`", f"it has {known}" if known else "it has no options"
        return BindingInvalid(message, where=self._where, hint=hint)

    def _take(self, name: str) -> str | None:
        if not self._declared:
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
