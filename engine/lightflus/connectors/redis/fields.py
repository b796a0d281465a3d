"""Which field of a sink is what in Redis, and how its values become words.

What it owns: members and scores, values of every type, and the errors for fields that a command cannot take. Pure; any
thread.
What it leaves: the commands (`commands.py`), what a scalar looks like (`words.py`), the key of other sinks
(`connectors/toolbox/key_value.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from lightflus.connectors.contract.kinds import SinkSpec
from lightflus.connectors.redis.words import words_of
from lightflus.connectors.toolbox.key_value import KeyValue
from lightflus.connectors.toolbox.rows import AnyArray
from lightflus.errors import BindingInvalid
from lightflus.model.graph import SinkField
from lightflus.model.types import Field, Scalar, ScalarType

ToWords = Callable[[pa.RecordBatch], pa.BinaryArray]
_MEMBER, _SCORE = "member", "score"
_SCORES = frozenset(Scalar) - {Scalar.BOOL, Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US}
"""Numbers, and text that says one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The key of a sink's rows and their value; `value` is the name of its field, where it is one.

    A null among the values, where there can be one, is one that is to be deleted.
    """

    key: str
    values: ToWords
    value: str | None
    is_nullable: bool = False


def pair(spec: SinkSpec, command: str) -> Pair:
    """By their names; else the key is the job's, and the value the row. Raises BindingInvalid."""
    if command == "zadd":
        return _member_and_score(spec)
    rule = KeyValue(spec)
    if rule.key_field is None:
        raise _wrong_fields(spec, command, "a key and a value")
    _check_not_null(spec, rule.key_field)
    if rule.has_value:
        value = next(field for field in spec.fields if field.name == "value")
        return Pair(rule.key_field, to_words(spec, value), value.name, value.type.nullable)
    return Pair(rule.key_field, lambda columns: pa.array(rule.values(columns), pa.binary()), None)


def only_field(spec: SinkSpec) -> SinkField:
    """`value`, or the only one there is. Raises BindingInvalid."""
    values = [field for field in spec.fields if field.name == "value"] or list(spec.fields)
    if len(values) == 1:
        return values[0]
    raise _wrong_fields(spec, "publish", "one field, `value`")


def to_words(spec: SinkSpec, field: SinkField) -> ToWords:
    """Scalars as text, lists and objects as a message."""
    if isinstance(field.type, ScalarType):
        return lambda columns: words_of(columns.column(field.name))
    encoder = spec.message_encoder([Field("value", field.type)])

    def encoded(columns: pa.RecordBatch) -> pa.BinaryArray:
        column = cast(AnyArray, columns.column(field.name))
        messages = encoder.encode_messages(pa.RecordBatch.from_arrays([column], names=["value"]))
        return cast(pa.BinaryArray, pc.if_else(pc.is_valid(column), pa.array(messages, pa.binary()), None))

    return encoded


def _member_and_score(spec: SinkSpec) -> Pair:
    members = [field for field in spec.fields if field.name in (_MEMBER, "key")]
    scores = [field for field in spec.fields if field.name in (_SCORE, "value")]
    if len(spec.fields) != 2 or len(members) != 1 or len(scores) != 1:
        raise _wrong_fields(spec, "zadd", f"`{_MEMBER}` and `{_SCORE}` (or `key` and `value`)")
    member, score = members[0], scores[0]
    if not isinstance(score.type, ScalarType) or not isinstance(member.type, ScalarType):
        wrong = member if isinstance(score.type, ScalarType) else score
        raise BindingInvalid(
            f"`{wrong.name}` of a sorted set is {wrong.type}", where=spec.name, hint="map it to text or a number first"
        )
    if score.type.scalar not in _SCORES:
        raise BindingInvalid(
            f"`{score.name}` of a sorted set is {score.type}",
            where=spec.name,
            hint="a score is a number: map it to one",
        )
    _check_not_null(spec, member.name)
    return Pair(member.name, to_words(spec, score), score.name, score.type.nullable)


def _check_not_null(spec: SinkSpec, key: str) -> None:
    if any(field.name == key and field.type.nullable for field in spec.fields):
        hint = 'make the key not nullable, for example with `?? ""` in its function'
        raise BindingInvalid(f"`{key}` is a key of Redis and may be null", where=spec.name, hint=hint)


def _wrong_fields(spec: SinkSpec, command: str, wanted: str) -> BindingInvalid:
    found = ", ".join(f"`{field.name}`" for field in spec.fields)
    return BindingInvalid(
        f"command={command} writes {wanted}, but this sink has {found}",
        where=spec.name,
        hint="command=xadd&stream=NAME takes any fields",
    )
