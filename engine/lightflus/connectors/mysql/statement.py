"""What a user's SQL statement writes: its placeholders, their columns, and whether it is an upsert.

What it owns: the answers, as values. Pure. What it leaves: reading an INSERT (`insert.py`), tokens (`tokens.py`),
whether the table agrees (`check.py`); the server judges the syntax (`Client.prepare`).

Only two things are done with a statement: placeholders are counted and named, and an `INSERT ... VALUES (...)` is
found, so that many rows can go out as one statement. Its text is never changed and never made from values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightflus.connectors.mysql.insert import Insert, read_insert
from lightflus.connectors.mysql.tokens import Kind, Token, tokens_of
from lightflus.errors import BindingInvalid

_VERBS = ("INSERT", "REPLACE", "UPDATE", "DELETE", "CALL")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with `?` placeholders.

    Attributes:
        text: as the user wrote it, without what follows its end.
        verb: its first word: INSERT, REPLACE, UPDATE, DELETE, CALL.
        marks: where its placeholders stand.
        columns: per placeholder, the column that it is the value of or is compared with; None = no telling.
        insert: its parts, where it is an INSERT or REPLACE of one row of VALUES.
    """

    text: str
    verb: str
    marks: tuple[int, ...]
    columns: tuple[str | None, ...]
    insert: Insert | None

    def names(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Names for the fields in the order of placeholders: the columns; a field's own where that says nothing."""
        taken: set[str] = set()
        named = []
        for column, field in zip(self.columns, fields, strict=True):
            is_new = column is not None and column.lower() not in taken
            named.append(column if column is not None and is_new else field)
            taken.add(named[-1].lower())
        return tuple(named)

    def key(self, wanted: Sequence[str] = ()) -> tuple[int, ...]:
        """The placeholders that are the key of an upsert; empty = each row has to be written, in order.

        It is an upsert where a later row of a key leaves nothing of an earlier one: `ON DUPLICATE KEY UPDATE` sets
        every column but those of the key to the new row's value; or `REPLACE`, whose key only the table knows.

        Args:
            wanted: the columns of the key, where the user says them; else those that the statement does not set.
        """
        if self.insert is None:
            return ()
        plain = {name.lower(): mark for name, mark in self.insert.plain().items()}
        kept = {name.lower() for name in self.insert.kept()}
        asked = {name.lower() for name in wanted} or kept
        is_key = asked <= plain.keys() if self.insert.is_replace else asked == kept
        return tuple(mark for name, mark in plain.items() if name in asked) if is_key else ()


def parse(text: str) -> Statement:
    """Reads a statement. Raises BindingInvalid: not one, of another kind, without placeholders."""
    tokens = list(tokens_of(text))
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    if any(token.text == ";" and token.kind is Kind.SIGN for token in tokens):
        raise BindingInvalid("the statement is more than one", hint="write one statement; a procedure can do several")
    verb = tokens[0].word if tokens else ""
    if verb not in _VERBS:
        raise BindingInvalid(
            f"the statement begins with `{verb}`" if verb else "the statement is empty",
            hint=f"a sink runs one statement per record: {', '.join(_VERBS[:-1])} or {_VERBS[-1]}",
        )
    marks = [i for i, token in enumerate(tokens) if token.kind is Kind.MARK]
    if not marks:
        raise BindingInvalid(
            "the statement has no placeholder", hint="write `?` where a value of the record goes, outside of quotes"
        )
    insert = read_insert(tokens) if verb in ("INSERT", "REPLACE") else None
    columns = insert.columns_of_marks() if insert else [_compared(tokens, i) for i in marks]
    where = tuple(tokens[i].start for i in marks)
    return Statement(text[: tokens[-1].end], verb, where, tuple(columns), insert)


def _compared(tokens: Sequence[Token], mark: int) -> str | None:
    """The column of `column = ?`."""
    if mark >= 2 and tokens[mark - 1].text == "=" and not _goes_on(tokens, mark + 1):
        return tokens[mark - 2].name
    return None


def _goes_on(tokens: Sequence[Token], after: int) -> bool:
    """Whether the expression that begins with a placeholder has more: `a = ? + 1`."""
    return after < len(tokens) and tokens[after].kind is Kind.SIGN and tokens[after].text not in ",)"
