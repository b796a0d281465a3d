"""The job graph between its JSON text and `model.graph`.

What it owns: reading a text that a stranger wrote within bounds of size, depth and count, and writing one. Any thread.
What it leaves: whether the graph makes sense (`model/validation.py`); here only its form is checked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import cast

from google.protobuf import json_format

from lightflus import limits
from lightflus.errors import JobInvalid, Problem
from lightflus.model.graph import JobGraph
from lightflus.model.types import Type
from lightflus.proto import reading, writing
from lightflus.proto.lightflus.v1 import job_pb2

_MAP = "options"
"""The one field whose keys are not names of fields."""
_HALF = re.compile("[\ud800-\udfff]")
_SHOWN_DIGITS = 40
_MESSAGES_PER_TYPE_LEVEL = 3
_MESSAGES_ABOVE_A_TYPE = 6
_DEPTH = limits.TYPE_DEPTH * _MESSAGES_PER_TYPE_LEVEL + _MESSAGES_ABOVE_A_TYPE


def graph_from_json(text: bytes) -> JobGraph:
    """Reads a graph from protobuf's JSON mapping (docs/abi.md, section 5).

    Raises:
        JobInvalid: the text is too large, too deep, not JSON, or has unknown fields, wrong values or missing parts.
    """
    tree = _parsed(text)
    message = job_pb2.JobGraph()
    try:
        json_format.ParseDict(tree, message, max_recursion_depth=_DEPTH)
    except json_format.ParseError as error:
        raise _refused(_without_names_of_ours(str(error))) from error
    except RecursionError as error:
        raise _refused("it is nested too deeply") from error
    return reading.graph(message)


def graph_to_json(graph: JobGraph) -> bytes:
    """Writes a graph as compact JSON that `graph_from_json` reads back to an equal one."""
    tree = json_format.MessageToDict(writing.graph(graph))
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def type_from_tree(tree: object) -> Type:
    """Reads a type from its part of a graph's JSON. Raises JobInvalid."""
    message = job_pb2.Type()
    try:
        json_format.ParseDict(cast(dict[str, object], tree), message, max_recursion_depth=_DEPTH)
    except (json_format.ParseError, RecursionError, TypeError, AttributeError) as error:
        raise JobInvalid("a type cannot be read", (Problem(_without_names_of_ours(str(error))),)) from error
    return reading.record_type(message)


def type_to_tree(value: Type) -> dict[str, object]:
    """A type as a part of a graph's JSON, which `type_from_tree` reads."""
    return json_format.MessageToDict(writing.record_type(value))


def _parsed(text: bytes) -> dict[str, object]:
    if len(text) > limits.GRAPH_BYTES:
        raise _refused(f"it has {len(text):,} bytes; the limit is {limits.GRAPH_BYTES:,}")
    try:
        reader = _ObjectReader()
        tree = cast(object, json.loads(text.decode(), object_pairs_hook=reader, parse_float=_finite))
    except UnicodeDecodeError as error:
        raise _refused(f"it is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise _refused("it is nested too deeply") from error
    except ValueError as error:
        raise _refused(f"it is not JSON: {error}") from error
    if not isinstance(tree, dict):
        raise _refused("it is not a JSON object")
    _check_texts(tree)
    _check_count(tree, "operators", limits.GRAPH_OPERATORS)
    _check_count(tree, "functions", limits.GRAPH_FUNCTIONS)
    return tree


class _ObjectReader:
    """Builds the objects of one text: counts them and refuses a field that comes twice."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        self._count += 1
        if self._count > limits.GRAPH_OBJECTS:
            raise ValueError(f"more than {limits.GRAPH_OBJECTS:,} objects")
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the field {twice!r} comes twice in one object")
        return found


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ValueError(f"the number {number[:_SHOWN_DIGITS]} is beyond any that a field takes")
    return found


def _check_texts(tree: object) -> None:
    """Refuses halves of characters, which JSON can escape and no encoding has, and a field in two spellings.

    Protobuf reads both of `memoryMib` and `memory_mib`: the last would win.
    """
    left = [tree]
    while left:
        match left.pop():
            case dict() as found:
                spelt = {_spelt(name): name for name in found}
                if len(spelt) != len(found):
                    twice = next(name for name in found if spelt[_spelt(name)] != name)
                    raise _refused(f"the field {twice!r} comes twice in one object, in two spellings")
                for name, value in found.items():
                    left.append(name)
                    left += _pairs(value) if name == _MAP and isinstance(value, dict) else (value,)
            case list() as items:
                left += items
            case str() as text if not text.isascii() and _HALF.search(text):
                raise _refused(f"a text has half of a character: {text!r}")
            case _:
                pass


def _pairs(options: Mapping[object, object]) -> list[object]:
    """Names and values of a map, whose names may be spelt in any way."""
    return [*options, *options.values()]


def _spelt(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _check_count(tree: Mapping[str, object], name: str, most: int) -> None:
    found = tree.get(name)
    if isinstance(found, list) and len(found) > most:
        raise _refused(f"it has {len(found):,} {name}; the limit is {most:,}")


def _without_names_of_ours(text: str) -> str:
    """Drops the prefix that names our own top message: a reader knows that it is about the graph."""
    return text.replace("Failed to parse ", "cannot read ").replace("JobGraph.", "").replace("lightflus.v1.", "")


def _refused(reason: str) -> JobInvalid:
    text = f"the job graph cannot be read: {reason}"
    hint = "the graph is written by an SDK (docs/abi.md, section 5); build the module again with one of this version"
    return JobInvalid(text, (Problem(text, hint=hint),), hint=hint)
