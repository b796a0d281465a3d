"""Takes the values of options one by one, as what they are declared to be, and says what is wrong with one.

What it owns: conversion, bounds, words, what is unknown; the same for connectors and for formats. Pure.
What it leaves: what lies behind a value, a secret or a file (`connectors/contract/options.py`, `formats/options.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lightflus.errors import BindingInvalid
from lightflus.model.options import Option


class OptionValues:
    """The options of one connector or format.

    Defaults, bounds and choices are those that are declared. An owner that declares nothing says them when it asks;
    then each option is taken once, and what `end` finds left over is a mistake.
    """

    def __init__(
        self,
        owner: str,
        values: Mapping[str, str],
        where: str | None,
        declared: Sequence[Option] = (),
        prefix: str = "",
    ) -> None:
        """`owner` is how messages call it, `where` the operator's name, `prefix` what users write before each name.

        Raises:
            BindingInvalid: an option that is not among those that are declared.
        """
        self._owner = owner
        self._left = dict(values)
        self._where = where
        self._prefix = prefix
        self._declared = {option.name: option for option in declared}
        self._known = list(self._declared)
        unknown = (name for name in values if not any(option.covers(name) for option in declared))
        if declared and (name := next(unknown, None)):
            raise self._stranger(name)

    def optional(self, name: str) -> str | None:
        """A text, or None where there is none."""
        return self._take(name) or None

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

    def wrong(self, name: str, text: str, hint: str) -> BindingInvalid:
        """The error for a value that cannot be."""
        message = f"option `{self._prefix}{name}` of {self._owner} is `{text}`"
        return BindingInvalid(message, where=self._where, hint=hint)

    def end(self) -> None:
        """Raises BindingInvalid if there are options that nobody asked for: for owners that declare none."""
        if self._left and not self._declared:
            raise self._stranger(next(iter(self._left)))

    def _of(self, name: str) -> Option:
        return self._declared.get(name) or Option(name)

    def _take(self, name: str) -> str | None:
        if not self._declared:
            self._known.append(name)
        return self._left.pop(name, None)

    def _stranger(self, name: str) -> BindingInvalid:
        known = ", ".join(f"`{self._prefix}{one}{'..' if one.endswith('.') else ''}`" for one in self._known)
        message = f"{self._owner} has no option `{self._prefix}{name}`"
        return BindingInvalid(message, where=self._where, hint=f"it has {known}" if known else "it has no options")
