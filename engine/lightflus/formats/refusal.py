"""What formats with a schema of their own say when it does not fit the declared record type.

What it owns: the two exceptions that stay inside `formats`. What it leaves: who is told, and when: a mismatch that is
known before the start is a BindingInvalid, one that comes with a record makes that record bad.
"""

from __future__ import annotations

from lightflus.model.types import Type


class SchemaMismatch(Exception):
    """Records of a schema cannot be rows of the declared type. Stays inside `formats`."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class SchemaUnavailable(Exception):
    """A schema cannot be had now; `is_final`: asking again would not help. Stays inside `formats`."""

    def __init__(self, reason: str, hint: str | None = None, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.is_final = is_final


def mismatch(path: str, kind: Type, found: str, hint: str | None = None) -> SchemaMismatch:
    """`field `a.b` is declared float64, but the schema has string`."""
    where = f"field `{path}`" if path else "the record"
    return SchemaMismatch(f"{where} is declared {kind}, but the schema has {found}", hint)


def joined(path: str, name: str) -> str:
    """`a.b`."""
    return f"{path}.{name}" if path else name
