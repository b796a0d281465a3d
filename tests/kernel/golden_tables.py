"""Reads the golden examples of docs/row-encoding.md and docs/key-hash.md: what is written there is what is tested."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from kernel_samples import Value, batch_of

from lightflus.model.types import Field, Scalar, ScalarType, StructType, Type, columns

_DOCS = Path(__file__).parents[2] / "docs"
_HEADING = "## Golden examples"


def golden_rows(document: str) -> list[list[str]]:
    """The cells of the table under the heading."""
    text = (_DOCS / document).read_text(encoding="utf-8").split(_HEADING)[1]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def type_from(text: str) -> Type:
    """`utf8?`, `{a: utf8, s: {x: bool}?}` as a type."""
    kind, rest = _type(text)
    assert not rest, text
    return kind


def _type(text: str) -> tuple[Type, str]:
    if not text.startswith("{"):
        end = next((i for i, c in enumerate(text) if c in "?,}"), len(text))
        nullable = text[end : end + 1] == "?"
        return ScalarType(Scalar(text[:end]), nullable), text[end + nullable :]
    fields: list[Field] = []
    rest = text
    while rest[0] in "{,":
        name, _, rest = rest[1:].strip().partition(": ")
        kind, rest = _type(rest)
        fields.append(Field(name, kind))
    nullable = rest[1:2] == "?"
    return StructType(tuple(fields), nullable), rest[1 + nullable :]


def key_from(kind: Type, text: str) -> pa.RecordBatch:
    """A batch with the one key that `text` says."""
    value: Value = math.nan if text == "NaN" else json.loads(text)
    if kind == ScalarType(Scalar.BINARY):
        value = bytes.fromhex(str(value))
    names: Sequence[str] = [field.name for field in columns(kind)]
    return batch_of(kind, [value if isinstance(value, dict) and names != ["value"] else {"value": value}])
