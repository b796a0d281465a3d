"""The columns of records that are whole messages: key, value, timestamp, partition, offset, topic, headers.

What it owns: those columns, each made from a whole batch; messages whose key or headers do not fit the declared type.
What it leaves: decoding the value (handed in), which types a field may have (`model/envelope.py`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.codec.schema import schema_of
from lightflus.connectors.kafka.messages import NO_TIME, PROPERTIES, Gathered, Run
from lightflus.connectors.kafka.records import Headers
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.model.envelope import VALUE
from lightflus.model.types import StructType, Type, columns
from lightflus.ports.formats import BadRecord, Decoded, MessageDecoder

"""What librdkafka has for a message of a log that keeps no times."""


class EnvelopeDecoder:
    """Turns messages into rows of an envelope."""

    def __init__(self, topic: str, record: Type, decoder: MessageDecoder | None) -> None:
        """`decoder` is of the field `value`; None where the record has none."""
        self._topic = topic
        self._schema = schema_of(record)
        self._decoder = decoder
        self._value = next((field.type for field in columns(record) if field.name == VALUE), None)

    @property
    def properties(self) -> Sequence[str]:
        """What it needs of messages beside their values."""
        return [name for name in self._schema.names if name in PROPERTIES]

    def decode(self, gathered: Gathered) -> Decoded:
        """A row per message; those that do not fit are bad, whole."""
        count = len(gathered)
        values = gathered.values()
        decoded = None if self._decoder is None else self._decoder.decode_messages(values)
        bad = {} if decoded is None else {record.index: record for record in decoded.bad}

        def refuse(index: int, why: str) -> None:
            raw = values[index].as_py() or b""
            bad.setdefault(index, BadRecord(index, 0, why, "declare it as bytes, or as optional", raw))

        made = {name: self._column(name, gathered, refuse) for name in self._schema.names if name != VALUE}
        rows = _kept(decoded, bad, count)
        if rows is not None:
            made = {name: column.take(rows) for name, column in made.items()}
        if decoded is not None:
            made[VALUE] = self._values(decoded, rows)
        batch = pa.RecordBatch.from_arrays([made[name] for name in self._schema.names], schema=self._schema)
        return Decoded(batch, count, rows, tuple(bad[index] for index in sorted(bad)))

    def _column(self, name: str, gathered: Gathered, refuse: Refuse) -> AnyArray:
        field, runs = self._schema.field(name), gathered.runs
        if name == "key":
            return _texts(cast("list[bytes | None]", gathered.lists[name]), field, "key", refuse)
        if name == "headers":
            return _headers(cast("list[Headers | None]", gathered.lists[name]), field, refuse)
        if name == "timestamp":
            return _times(cast("list[tuple[int, int]]", gathered.lists[name]), field)
        if name == "topic":
            return pa.repeat(pa.scalar(self._topic, pa.utf8()), len(gathered))
        numbers = [run.partition for run in runs for _ in run.offsets] if name == "partition" else _offsets(runs)
        return pa.array(numbers, pa.int64()).cast(field.type)

    def _values(self, decoded: Decoded, rows: pa.Int32Array | None) -> AnyArray:
        """The decoded values as one column, of the kept messages."""
        made = decoded.columns
        if isinstance(self._value, StructType) and not self._value.nullable:
            column: AnyArray = pa.StructArray.from_arrays(made.columns, fields=list(made.schema))
        else:
            column = made.column(0)
        if rows is None or (decoded.record_of_row is not None and len(rows) == len(decoded.record_of_row)):
            return column
        if decoded.record_of_row is None:
            return column.take(rows)
        return column.take(pc.index_in(rows, value_set=decoded.record_of_row))


def _kept(decoded: Decoded | None, bad: dict[int, BadRecord], count: int) -> pa.Int32Array | None:
    """The message of each row; None where every message is a row."""
    if not bad and (decoded is None or decoded.record_of_row is None):
        return None
    found = decoded.record_of_row if decoded is not None and decoded.record_of_row is not None else range(count)
    rows = pa.array(found, pa.int32())
    refused = pa.array(list(bad), pa.int32())
    return rows.filter(pc.invert(pc.is_in(rows, value_set=refused)))


_SHOWN_BYTES = 40
"""Of a key or header that is refused: a dead letter holds the message's value."""
Refuse = Callable[[int, str], None]
"""Called with the index of a message or item that does not fit, and why."""


def _texts(values: list[bytes | None], field: pa.Field[pa.DataType], what: str, refuse: Refuse) -> AnyArray:
    """Bytes as the field's text or bytes; what does not fit is refused, and something stands in its place."""
    if not field.nullable and None in values:
        for index in [index for index, value in enumerate(values) if value is None]:
            refuse(index, f"the message's {what} is missing")
            values[index] = b""
    raw = pa.array(values, pa.binary())
    try:
        return raw.cast(field.type)
    except pa.ArrowInvalid:
        for index in [index for index, value in enumerate(values) if not _is_text(value)]:
            refuse(index, f"the message's {what} is not valid UTF-8: 0x{(values[index] or b'')[:_SHOWN_BYTES].hex()}")
            values[index] = b""
        return pa.array(values, pa.binary()).cast(field.type)


def _is_text(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _times(stamps: Sequence[tuple[int, int]], field: pa.Field[pa.DataType]) -> AnyArray:
    missing = None if field.nullable else NO_TIME
    times = [missing if time == NO_TIME else time for _, time in stamps]
    return pa.array(times, pa.int64()).cast(field.type)


def _offsets(runs: Sequence[Run]) -> list[int]:
    return list(chain.from_iterable(run.offsets for run in runs))


def _headers(found: Sequence[Headers | None], field: pa.Field[pa.DataType], refuse: Refuse) -> AnyArray:
    """A list of {name, value} per message; none is an empty list."""
    lists = [headers or [] for headers in found]
    flat = list(chain.from_iterable(lists))
    offsets = [0, *accumulate(map(len, lists))]
    owner = list(chain.from_iterable([index] * len(items) for index, items in enumerate(lists)))
    assert isinstance(field.type, pa.ListType)
    item = field.type.value_field
    parts = {part.name: part for part in (item.type.field(i) for i in range(item.type.num_fields))}
    names = pa.array([name for name, _ in flat], pa.utf8())
    values = _texts(
        [value for _, value in flat],
        parts["value"],
        "header",
        lambda i, why: refuse(owner[i], why),
    )
    made: dict[str, AnyArray] = {"name": names, "value": values}
    structs = pa.StructArray.from_arrays([made[name] for name in parts], fields=list(parts.values()))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=field.type)
