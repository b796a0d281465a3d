"""Reads a connector's options, and says which there are when one is wrong.

What it owns: conversion and bounds of option values. Pure.
What it leaves: which options a connector has (its factory in `registry.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from lightflus.errors import BindingInvalid


class Options:
    """The options of one connector; each is taken once, and what is left over is a mistake."""

    def __init__(self, kind: str, values: Mapping[str, str], where: str) -> None:
        """`where` is the operator's name."""
        self._kind = kind
        self._left = dict(values)
        self._known: list[str] = []
        self._where = where

    def text(self, name: str, default: str | None = None) -> str:
        """A text; required if there is no default. Raises BindingInvalid."""
        self._known.append(name)
        value = self._left.pop(name, default)
        if not value:
            raise BindingInvalid(f"`{self._kind}:` needs its {name}", where=self._where, hint=_EXAMPLES.get(self._kind))
        return value

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """An integer within bounds. Raises BindingInvalid."""
        self._known.append(name)
        text = self._left.pop(name, str(default))
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise BindingInvalid(
                f"option `{name}` of `{self._kind}:` is `{text}`",
                where=self._where,
                hint=f"it is a whole number from {least:,} to {most:,}",
            )
        return value

    def flag(self, name: str) -> bool:
        """`true` or `false`, false if absent. Raises BindingInvalid."""
        self._known.append(name)
        text = self._left.pop(name, "false")
        if text not in ("true", "false"):
            raise BindingInvalid(
                f"option `{name}` of `{self._kind}:` is `{text}`", where=self._where, hint="it is true or false"
            )
        return text == "true"

    def end(self) -> None:
        """Raises BindingInvalid if there are options that nobody asked for."""
        if self._left:
            known = ", ".join(f"`{name}`" for name in self._known)
            raise BindingInvalid(
                f"`{self._kind}:` has no option `{next(iter(self._left))}`",
                where=self._where,
                hint=f"it has {known}" if known else "it has no options",
            )


_EXAMPLES = {
    "file": "for example file:book.txt",
    "sqlite": "for example sqlite:counts.db",
}
