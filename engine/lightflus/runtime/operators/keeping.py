"""What stages keep beside state by key, as bytes and as rows, and the way back.

What it owns: the form of a few named numbers, and of batches in flight as one table. Pure.
What it leaves: which numbers and batches (the stages), where they lie (`../snapshots.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

import pyarrow as pa

from lightflus.errors import CheckpointDamaged
from lightflus.ports.batch import Batch
from lightflus.ports.durable import Durable
from lightflus.runtime.operators.stage import Kept, KeptPart

_RECORD, _KEYS, _STAMPS = "record", "keys", "stamps"


def facts_of(numbers: Mapping[str, int | Mapping[str, int]]) -> bytes:
    """Named numbers as bytes."""
    return json.dumps(numbers, separators=(",", ":"), sort_keys=True).encode()


def numbers_of(facts: bytes) -> dict[str, int | dict[str, int]]:
    """The way back. Raises CheckpointDamaged."""
    try:
        found = json.loads(facts)
    except ValueError as error:
        raise CheckpointDamaged(f"what an operator keeps is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise CheckpointDamaged("what an operator keeps has no names")
    return cast("dict[str, int | dict[str, int]]", found)


def number_of(kept: Kept, name: str, default: int) -> int:
    """The least of the numbers of that name in what the parts keep. Raises CheckpointDamaged."""
    found = [numbers_of(part.facts).get(name, default) for part in kept.parts]
    if not all(isinstance(number, int) for number in found):
        raise CheckpointDamaged(f"what an operator keeps as `{name}` is no number")
    return min(cast("list[int]", found), default=default)


def packed(batch: Batch) -> pa.RecordBatch:
    """Rows with their keys and stamps as one table."""
    parts = {_RECORD: batch.columns, _KEYS: batch.keys, _STAMPS: batch.stamps}
    columns = {name: part.to_struct_array() for name, part in parts.items() if part is not None}
    return pa.RecordBatch.from_pydict(columns)


def unpacked(table: pa.RecordBatch) -> Batch:
    """The way back. Raises CheckpointDamaged."""
    names = table.schema.names
    if _RECORD not in names:
        raise CheckpointDamaged("rows that an operator keeps have no records")

    def part(name: str) -> pa.RecordBatch | None:
        return pa.RecordBatch.from_struct_array(cast(pa.StructArray, table.column(name))) if name in names else None

    columns = part(_RECORD)
    assert columns is not None
    return Batch(columns, part(_KEYS), None, part(_STAMPS))


def restore(state: Durable, kept: Kept) -> None:
    """Puts the rows of this subtask's keys back, and what is not by key. Raises CheckpointDamaged, StoreFailed."""
    for part in kept.parts:
        if part.facts:
            state.restore_facts(part.facts)
        restore_rows(state, part)


def restore_rows(state: Durable, part: KeptPart) -> None:
    """Puts the rows alone back."""
    for blocks, groups in part.blocks:
        state.restore(blocks, groups.start, groups.stop)
