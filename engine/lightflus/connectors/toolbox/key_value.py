"""How a sink's columns become keys and values: for systems that know nothing else, such as Kafka and Redis.

What it owns: the rule (docs/connectors.md, "Keys and values"). Vectorised; any thread.
What it leaves: the value's format (`formats/`, handed in), what is done with keys and values (the connector).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.errors import BindingInvalid
from lightflus.model.types import Field, Scalar, ScalarType

KEY, VALUE = "key", "value"
_TEXTS = (Scalar.UTF8, Scalar.BINARY)


class KeyValue:
    """The key and the value of each row of one sink.

    Where the sink has a field `value`, that is the value and `key`, if there is one, the key; both as they are where
    they are text or bytes. Else the value is the whole row, and the key its single key field as text.
    """

    def __init__(self, spec: SinkSpec, *, others: Sequence[str] = ()) -> None:
        """`others` are fields that the connector takes for itself, such as `timestamp`. Raises BindingInvalid."""
        fields = {f.name: Field(f.name, f.type) for f in spec.fields}
        self.has_value = VALUE in fields and not fields.keys() - {KEY, VALUE, *others}
        """Whether the sink says itself what key and value are."""
        if self.has_value:
            self.key_field = KEY if KEY in fields else None
            self._values = [fields[VALUE]]
        else:
            self.key_field = spec.key_fields[0] if len(spec.key_fields) == 1 else None
            self._values = list(fields.values())
        if self.key_field is not None:
            _check_key(spec, fields[self.key_field])
        self._encoder = spec.message_encoder(self._values)
        self._value_names = [field.name for field in self._values]

    def keys(self, columns: pa.RecordBatch) -> pa.BinaryArray | None:
        """The keys as bytes; None where the sink has no key."""
        if self.key_field is None:
            return None
        column = cast(AnyArray, columns.column(self.key_field))
        if pa.types.is_binary(column.type):
            return cast(pa.BinaryArray, column)
        return cast(pa.BinaryArray, column.cast(pa.utf8()).cast(pa.binary()))

    def values(self, columns: pa.RecordBatch) -> Sequence[bytes | None]:
        """The values as bytes."""
        return self._encoder.encode_messages(columns.select(self._value_names))


def _check_key(spec: SinkSpec, field: Field) -> None:
    """Text, bytes and whole numbers have one form each; others have several."""
    kind = field.type
    is_plain = isinstance(kind, ScalarType) and (kind.scalar in _TEXTS or "int" in kind.scalar.value)
    if not is_plain:
        raise BindingInvalid(
            f"the key `{field.name}` of `{spec.connector.kind}:` is {kind}",
            where=spec.name,
            hint="a key is text, bytes or a whole number: make it one, for example with toString()",
        )
