"""JSON that somebody else wrote, read field by field: every one has its type and its bounds, or is named.

What it owns: one object of such a text, with the place at which it stands.
What it leaves: what the fields are (`manifest_json.py`).
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator
from typing import cast

_MOST = 2**63 - 1


class Unreadable(Exception):
    """What is wrong, with its place. Never leaves this package."""


def parsed(text: bytes) -> Part:
    """The object that a text is. Raises Unreadable."""
    try:
        tree = cast(object, json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is not JSON ({error})") from error
    return Part(tree, "")


class Part:
    """One object. Each method raises Unreadable where the field is missing, or is something else."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise Unreadable(f"{place or 'it'} is no object")
        self._fields = cast(dict[str, object], value)
        self._place = place

    def value(self, name: str) -> object:
        """A field as it is; None where it is missing."""
        return self._fields.get(name)

    def text(self, name: str) -> str:
        """A string."""
        found = self._fields.get(name)
        if not isinstance(found, str):
            raise self.wrong(name, "no string")
        return found

    def number(self, name: str) -> int:
        """A whole number, not negative."""
        found = self._fields.get(name)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _MOST:
            raise self.wrong(name, "no whole number")
        return found

    def flag(self, name: str) -> bool:
        """True or false."""
        found = self._fields.get(name)
        if not isinstance(found, bool):
            raise self.wrong(name, "neither true nor false")
        return found

    def data(self, name: str) -> bytes:
        """Bytes, as base64."""
        try:
            return b64decode(self.text(name), validate=True)
        except (ValueError, binascii.Error) as error:
            raise self.wrong(name, "no base64") from error

    def part(self, name: str) -> Part:
        """An object."""
        return Part(self._fields.get(name), f"{self._place}{name}.")

    def parts(self, name: str) -> Iterator[Part]:
        """A list of objects."""
        for index, found in enumerate(self._items(name)):
            yield Part(found, f"{self._place}{name}[{index}].")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        found = tuple(self._items(name))
        if not all(isinstance(item, str) for item in found):
            raise self.wrong(name, "no list of strings")
        return cast(tuple[str, ...], found)

    def names(self) -> tuple[str, ...]:
        """Its fields' names, where they are data."""
        return tuple(self._fields)

    def wrong(self, name: str, what: str) -> Unreadable:
        """The error that a field is something else than it should be."""
        return Unreadable(f"{self._place}{name} is {what}")

    def _items(self, name: str) -> list[object]:
        found = self._fields.get(name)
        if not isinstance(found, list):
            raise self.wrong(name, "no list")
        return found
