"""A Kafka sink's fields as messages: key, value, timestamp, headers.

What it owns: times and headers from columns, and which types those fields may have. Pure; any thread.
What it leaves: keys and values (`connectors/toolbox/key_value.py`), sending (`sending.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.kafka.records import Headers, Records
from lightflus.connectors.toolbox.key_value import KeyValue
from lightflus.errors import BindingInvalid
from lightflus.model.envelope import wanted
from lightflus.model.types import Field

_TIME, _HEADERS = "timestamp", "headers"


class FieldEncoder:
    """Turns rows of a sink's fields into messages."""

    def __init__(self, spec: SinkSpec) -> None:
        """Raises BindingInvalid for a field of a type that it cannot have."""
        self._pair = KeyValue(spec, others=(_TIME, _HEADERS))
        beside = [field for field in spec.fields if self._pair.has_value and field.name in (_TIME, _HEADERS)]
        self._beside = {field.name for field in beside}
        for field in beside:
            if (right := wanted(Field(field.name, field.type))) is not None:
                text = f"the sink's field `{field.name}` is {field.type}"
                raise BindingInvalid(text, where=spec.name, hint=f"it is {right}")

    def encode(self, columns: pa.RecordBatch) -> Records:
        """A message per row."""
        keys = self._pair.keys(columns)
        return Records(
            self._pair.values(columns),
            None if keys is None else keys.to_pylist(),
            _times(columns) if _TIME in self._beside else None,
            _headers(columns) if _HEADERS in self._beside else None,
        )


def _times(columns: pa.RecordBatch) -> Sequence[int | None]:
    """Milliseconds since 1970."""
    return columns.column(_TIME).cast(pa.int64(), safe=False).to_pylist()


def _headers(columns: pa.RecordBatch) -> Sequence[Headers | None]:
    rows = cast("list[list[dict[str, str | bytes | None]] | None]", columns.column(_HEADERS).to_pylist())
    return [None if row is None else [(str(one["name"]), _bytes(one["value"])) for one in row] for row in rows]


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
