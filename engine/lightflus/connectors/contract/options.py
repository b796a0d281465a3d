"""Takes a connector's options, secrets by reference among them.

What it owns: what is needed, and where a secret lies. What it leaves: conversion and bounds (`model/option_values.py`),
which options there are (`model/schemas.py`, or what a package declares), what they may name (`ports/reach.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lightflus.errors import BindingInvalid
from lightflus.limits import OPTION_BYTES
from lightflus.model.graph import is_secret
from lightflus.model.option_values import OptionValues
from lightflus.model.options import Option
from lightflus.model.schemas import SCHEMAS
from lightflus.ports.reach import UNBOUNDED, Reach


class Options(OptionValues):
    """The options of one connector."""

    def __init__(
        self,
        kind: str,
        values: Mapping[str, str],
        where: str,
        declared: Sequence[Option] | None = None,
        reach: Reach = UNBOUNDED,
    ) -> None:
        """`where` is the operator's name; without `declared`, all that our connector of this kind declares.

        Raises:
            BindingInvalid: an option that is not among those that are declared.
        """
        ours = SCHEMAS.get(kind)
        self._kind = kind
        self.reach = reach
        self._example = f"for example {ours.example}" if ours and ours.example else None
        of_kind = ours.source + ours.sink if ours else ()
        super().__init__(f"`{kind}:`", values, where, of_kind if declared is None else declared)

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty; required if there is no default."""
        value = self._take(name) or default or self._of(name).default
        if not value:
            raise BindingInvalid(f"`{self._kind}:` needs its {name}", where=self._where, hint=self._example)
        return value

    def secret(self, name: str) -> str | None:
        """A text that is never shown: `env:NAME` is a variable's value, `file:path` a file's without its line end."""
        value = self._take(name)
        return self._referred(name, value) if value else None

    def prefixed(self, prefix: str) -> dict[str, str]:
        """All options that begin with `prefix`, without it; secrets among them may be references."""
        if not self._declared:
            self._known.append(prefix)
        found = {name: self._left.pop(name) for name in list(self._left) if name.startswith(prefix)}
        return {
            name.removeprefix(prefix): self._referred(name, value) if is_secret(name) else value
            for name, value in found.items()
        }

    def _referred(self, name: str, value: str) -> str:
        kind, colon, rest = value.partition(":")
        if colon and kind == "env":
            return self._variable(name, rest)
        if colon and kind == "file":
            return self._file(name, rest)
        return value

    def _variable(self, name: str, variable: str) -> str:
        value = self.reach.variable(variable)
        if not value:
            raise BindingInvalid(
                f"option `{name}` of `{self._kind}:` is the environment variable {variable}, which is not set",
                where=self._where,
                hint=f"set {variable}, name another one, or say where it is: --secret {variable}=file:path",
            )
        return value

    def _file(self, name: str, path: str) -> str:
        self.reach.require_file(path)
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
