"""The job graph as values: what a module says that it is (proto/lightflus/v1/job.proto).

What it owns: operators, functions, connectors, and look-ups in them. Pure, frozen, no checks of its own.
What it leaves: what is known of each kind of operator (`operators.py`), whether a graph makes sense (`validation.py`),
derived names (`names.py`), how it runs (`plan.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NewType

from lightflus.model.extract import Emit, Extractor, FunctionNumber
from lightflus.model.options import Names
from lightflus.model.schemas import NAMES
from lightflus.model.timed import TimedKind
from lightflus.model.types import Type

OperatorId = NewType("OperatorId", int)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the user's source, counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class FunctionKind(Enum):
    """What the engine calls a function for."""

    MAP = "map"
    FILTER = "filter"
    FLAT_MAP = "flat_map"
    KEY = "key"
    REDUCE = "reduce"
    FIELD = "field"
    TIMESTAMP = "timestamp"
    AGGREGATE = "aggregate"
    PROCESS = "process"
    JOIN = "join"
    FINISH = "finish"
    FINISH_LIST = "finish_list"


@dataclass(frozen=True, slots=True)
class Function:
    """A user function; its number is its index in `JobGraph.functions`.

    Attributes:
        input: record type that it reads.
        output: what it yields per row: mapped record, list item (flat_map), bool (filter), key, field value, state.
        reads: columns of `input` that the engine passes, in that order; None = all.
        keeps: fields that it hands on unchanged (map, reduce).
        times: whether its folds get the times of their rows (aggregate).
    """

    kind: FunctionKind
    input: Type
    output: Type
    reads: tuple[str, ...] | None = None
    keeps: tuple[str, ...] = ()
    position: Position | None = None
    name: str = ""
    times: bool = False


@dataclass(frozen=True, slots=True)
class Connector:
    """An external system in neutral words. A list-valued option is joined by commas."""

    kind: str
    options: Mapping[str, str]

    @property
    def shown_options(self) -> dict[str, str]:
        """The options as anybody may see them: secrets are `***`."""
        return {name: shown_option(name, value) for name, value in self.options.items()}

    @property
    def open_secrets(self) -> tuple[str, ...]:
        """Secret options whose value stands in the graph itself, not `env:NAME` or `file:path`."""
        return tuple(n for n, v in self.options.items() if is_secret(n) and v and not v.startswith(_REFERENCES))


def is_secret(option: str) -> bool:
    """Whether an option's value must not be shown: as it is declared, or of one that we do not know, by its words."""
    if option in NAMES:
        return NAMES[option] is Names.SECRET
    return any(word in option.lower() for word in _SECRET) and not option.lower().endswith(_PLACES)


def shown_option(name: str, value: str) -> str:
    """An option's value as anybody may see it: `***`, or without the login of an address."""
    return "***" if is_secret(name) else _LOGIN.sub(r"\1***@", value)


_SECRET = ("password", "passphrase", "secret", "token", "credential", "key.pem", "oauthbearer.config")
_PLACES = (".url", ".location")
"""Where a secret is fetched or lies is none."""
_LOGIN = re.compile(r"(://[^/@:\s]*:)[^/@\s]+@")
_REFERENCES = ("env:", "file:")


class BadRecords(Enum):
    """What happens to a record that cannot be decoded, or on which an operator's function fails (a poison record)."""

    FAIL = "fail"
    DEAD_LETTER = "dead-letter"
    DROP = "drop"


class Delivery(Enum):
    """What a write to a sink means."""

    APPEND = "append"
    UPSERT = "upsert"


@dataclass(frozen=True, slots=True)
class Source:
    """Reads records. `format` is empty where the type decides: raw for utf8 and binary, json for a struct.

    With an `envelope` the record is the message around the value, a struct of the fields of `model/envelope.py`, and
    `format` is that of its field `value`.
    """

    connector: Connector
    format: str = ""
    bad_records: BadRecords | None = None
    envelope: bool = False


@dataclass(frozen=True, slots=True)
class Map:
    """One record out per record in."""

    function: FunctionNumber


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps the records for which the function is true."""

    function: FunctionNumber


@dataclass(frozen=True, slots=True)
class FlatMap:
    """Any number of records out per record in."""

    function: FunctionNumber


@dataclass(frozen=True, slots=True)
class KeyBy:
    """Gives each record a key; records of one key meet in one subtask."""

    key: Extractor
    key_type: Type


@dataclass(frozen=True, slots=True)
class Reduce:
    """Running reduction per key; the function also merges two states."""

    function: FunctionNumber
    emit: Emit = Emit.UPDATES


@dataclass(frozen=True, slots=True)
class SinkField:
    """One column that a sink writes."""

    name: str
    value: Extractor
    type: Type


@dataclass(frozen=True, slots=True)
class Sink:
    """Writes records; `key_fields` names the fields that form the key of an upsert."""

    connector: Connector
    fields: tuple[SinkField, ...]
    delivery: Delivery = Delivery.APPEND
    key_fields: tuple[str, ...] = ()


Kind = Source | Map | Filter | FlatMap | KeyBy | Reduce | Sink | TimedKind


@dataclass(frozen=True, slots=True)
class Input:
    """An edge seen from its reader; an empty port is the main output."""

    operator: OperatorId
    port: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """A node.

    `name` is what the user gave, or empty; `output` is None on a sink; `parallelism` 0 = the default; `poison` says
    what happens to a record on which one of its functions fails, None = as its sources are known for (`poison.py`).
    """

    id: OperatorId
    kind: Kind
    inputs: tuple[Input, ...]
    output: Type | None
    name: str = ""
    parallelism: int = 0
    position: Position | None = None
    poison: BadRecords | None = None


@dataclass(frozen=True, slots=True)
class ResourceLimits:
    """What a job asks for; 0 = the engine's default."""

    memory_mib: int = 0
    deadline_ms: int = 0


@dataclass(frozen=True, slots=True)
class JobGraph:
    """A whole job. Operators stand in order of registration; a function's number is its index.

    `abi_minor` is the minor version of the guest ABI that the module needs.
    """

    job: str
    namespace: str
    operators: tuple[Operator, ...]
    functions: tuple[Function, ...]
    limits: ResourceLimits = ResourceLimits()
    language: str = ""
    sdk_version: str = ""
    version: int = 1
    abi_minor: int = 0

    def operator(self, operator_id: OperatorId) -> Operator:
        """The operator with that id. Raises KeyError if there is none."""
        for operator in self.operators:
            if operator.id == operator_id:
                return operator
        raise KeyError(operator_id)

    def readers(self, operator_id: OperatorId) -> tuple[Operator, ...]:
        """Operators that read from it, in order of registration."""
        return tuple(o for o in self.operators if any(i.operator == operator_id for i in o.inputs))
