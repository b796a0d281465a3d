"""A manifest as bytes: canonical JSON in an envelope that has its checksum.

What it owns: every byte of the text. What is read is hostile until it has been checked: the checksum tells damage,
types and bounds tell what nobody of ours has written.
What it leaves: where the text lies (`manifests.py`), whether a job can go on from it (`model/resuming.py`).

The text is `{"checksum":"...","manifest":{...}}` and a line feed, the checksum XXH3-128 of the manifest's own text.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import fields

from xxhash import xxh3_128_hexdigest

from lightflus import checkpoint_limits
from lightflus.checkpoint.json_reader import Part, Unreadable, parsed
from lightflus.checkpoint.names import is_name
from lightflus.errors import CheckpointDamaged, JobInvalid
from lightflus.model.checkpoints import (
    Manifest,
    ObjectRef,
    OperatorState,
    RunRef,
    SinkState,
    SourceState,
    StagedOutput,
    SubtaskState,
)
from lightflus.model.key_groups import KeyGroupRange
from lightflus.model.types import ListType, ScalarType, StructType, Type
from lightflus.proto.convert import type_from_tree, type_to_tree

VERSION = 1
"""Of manifests that this engine writes, and reads."""

_HEAD = re.compile(rb'\{"checksum":"([0-9a-f]{32})","manifest":')
_TAIL = b"}\n"
_CHECKSUM = re.compile("[0-9a-f]{32}")


def manifest_to_json(manifest: Manifest) -> bytes:
    """The text of a manifest: equal ones have equal texts."""
    tree = {**_members(manifest), "version": VERSION}
    body = json.dumps(tree, sort_keys=True, separators=(",", ":"), default=_plain).encode()
    return b'{"checksum":"%s","manifest":%s%s' % (xxh3_128_hexdigest(body).encode(), body, _TAIL)


def manifest_from_json(text: bytes, where: str) -> Manifest:
    """Reads one. Raises CheckpointDamaged: not a bit of it may be another than was written."""
    if len(text) > checkpoint_limits.MANIFEST_BYTES:
        raise _damaged(f"{len(text):,} bytes; the limit is {checkpoint_limits.MANIFEST_BYTES:,}", where)
    head = _HEAD.match(text)
    if head is None or not text.endswith(_TAIL):
        raise _damaged(f"{len(text):,} bytes that do not begin and end as a manifest does", where)
    body = text[head.end() : -len(_TAIL)]
    found = xxh3_128_hexdigest(body)
    if found.encode() != head[1]:
        raise _damaged(f"its checksum is {found}, not {head[1].decode()}", where)
    try:
        return _manifest(parsed(body))
    except (Unreadable, JobInvalid) as error:
        raise _damaged(str(error), where) from error


def _damaged(what: str, where: str) -> CheckpointDamaged:
    return CheckpointDamaged(f"the manifest is damaged: {what}", where=where)


def _plain(value: object) -> object:
    """What JSON has no form of its own for."""
    match value:
        case bytes():
            return b64encode(value).decode()
        case ScalarType() | ListType() | StructType():
            return type_to_tree(value)
        case Mapping():
            return dict(value)
        case _:
            return _members(value)


def _members(value: object) -> dict[str, object]:
    return {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]


def _manifest(part: Part) -> Manifest:
    version = part.number("version")
    if version != VERSION:
        raise Unreadable(f"it has version {version}; this Lightflus reads version {VERSION}")
    return Manifest(
        namespace=part.text("namespace"),
        job=part.text("job"),
        incarnation=part.text("incarnation"),
        generation=part.number("generation"),
        epoch=part.number("epoch"),
        writer=part.text("writer"),
        digest=part.text("digest"),
        created_ms=part.number("created_ms"),
        is_end=part.flag("is_end"),
        key_groups=part.number("key_groups"),
        sources=tuple(map(_source, part.parts("sources"))),
        operators=tuple(map(_operator, part.parts("operators"))),
        sinks=tuple(map(_sink, part.parts("sinks"))),
    )


def _source(part: Part) -> SourceState:
    positions = part.part("positions")
    return SourceState(
        name=part.text("name"),
        splits=part.texts("splits"),
        positions={split: positions.text(split) for split in positions.names()},
    )


def _operator(part: Part) -> OperatorState:
    parallelism = part.number("parallelism")
    subtasks = tuple(map(_subtask, part.parts("subtasks")))
    numbers = [found.subtask for found in subtasks]
    if numbers != sorted(set(numbers)) or not all(number < parallelism for number in numbers):
        raise part.wrong("subtasks", f"no list of some of {parallelism} subtasks, by number")
    return OperatorState(
        name=part.text("name"),
        is_named=part.flag("is_named"),
        kind=part.text("kind"),
        settings=part.text("settings"),
        key=_type(part, "key"),
        state=_type(part, "state"),
        parallelism=parallelism,
        subtasks=subtasks,
    )


def _subtask(part: Part) -> SubtaskState:
    tables = part.part("tables")
    return SubtaskState(
        subtask=part.number("subtask"),
        runs=tuple(map(_run, part.parts("runs"))),
        facts=part.data("facts"),
        tables={name: _object(tables.part(name)) for name in tables.names()},
    )


def _run(part: Part) -> RunRef:
    groups = part.part("groups")
    return RunRef(
        object=_object(part.part("object")),
        rows=part.number("rows"),
        groups=KeyGroupRange(groups.number("start"), groups.number("stop")),
    )


def _sink(part: Part) -> SinkState:
    return SinkState(
        name=part.text("name"),
        parallelism=part.number("parallelism"),
        outputs=tuple(map(_output, part.parts("outputs"))),
    )


def _output(part: Part) -> StagedOutput:
    is_inside = isinstance(part.value("data"), str)
    data = part.data("data") if is_inside else _object(part.part("data"))
    return StagedOutput(part.number("epoch"), part.number("subtask"), data)


def _object(part: Part) -> ObjectRef:
    found = ObjectRef(part.text("name"), part.number("bytes"), part.text("checksum"))
    if not is_name(found.name):
        raise part.wrong("name", "no name of an object")
    if not _CHECKSUM.fullmatch(found.checksum):
        raise part.wrong("checksum", "no checksum")
    return found


def _type(part: Part, name: str) -> Type | None:
    return None if part.value(name) is None else type_from_tree(part.value(name))
