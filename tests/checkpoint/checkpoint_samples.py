"""Manifests for the tests of checkpoints."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from xxhash import xxh3_128_hexdigest

from lightflus.checkpoint.footer import footer_bytes
from lightflus.checkpoint.manifests import write_manifest
from lightflus.checkpoint.names import object_name
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
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.stores import CheckpointStore
from lightflus.testing.runs import PlainRow, run_bytes

TEXT = ScalarType(Scalar.UTF8)
STATE = StructType((Field("count", ScalarType(Scalar.INT64)), Field("tags", ListType(TEXT, nullable=True))))


def whole_manifest(epoch: int = 7, generation: int = 2) -> Manifest:
    """One in which everything is something."""
    name = object_name(epoch, generation, "0-0-run")
    operator = OperatorState(
        name="counts of wörds",
        is_named=True,
        kind="reduce",
        settings='{"window":{}}',
        key=TEXT,
        state=STATE,
        parallelism=2,
        subtasks=(
            SubtaskState(0, (RunRef(ObjectRef(name, 4096, "0" * 32), 12),), b"\x00\xff", {}),
            SubtaskState(1, (), b"", {"waiting": ObjectRef("objects/t", 1, "f" * 32)}),
        ),
    )
    staged = (StagedOutput(epoch, 0, b"inside \xff"), StagedOutput(epoch - 1, 1, ObjectRef("objects/s", 9, "a" * 32)))
    return Manifest(
        namespace="default",
        job="word count",
        incarnation="abc",
        generation=generation,
        epoch=epoch,
        writer="nonce",
        digest="d" * 64,
        created_ms=1_764_000_000_000,
        is_end=False,
        key_groups=128,
        sources=(SourceState("text", ("b", "a"), {"b": "12", "a\ud800": '{"line":3}'}),),
        operators=(operator, replace(operator, name="rules", key=None, state=None)),
        sinks=(SinkState("out", 2, staged),),
    )


def stored(store: CheckpointStore, epoch: int, *names: str, generation: int = 1) -> Manifest:
    """A manifest that names some objects, as the newest of a store; those that are not there yet are made."""
    for name in names:
        store.create(name, b"x")
    runs = tuple(RunRef(ObjectRef(name, 1, "0" * 32), 1) for name in names)
    operator = OperatorState("op", True, "reduce", "", TEXT, TEXT, 1, (SubtaskState(0, runs),))
    return replace(whole_manifest(epoch, generation), operators=(operator,), sinks=())


def footer_checksum(data: bytes) -> str:
    """What a manifest says of a run."""
    return xxh3_128_hexdigest(memoryview(data)[-footer_bytes(data, len(data), "a run") :])


def put_run(store: CheckpointStore, name: str, rows: Iterable[PlainRow], kind: int = 0) -> RunRef:
    """A run of these rows in a store."""
    data, count = run_bytes(rows, kind), len(list(rows))
    upload = store.upload(name)
    upload.write(data)
    upload.finish()
    return RunRef(ObjectRef(name, len(data), footer_checksum(data)), count)


def put_runs(store: CheckpointStore, kind: int, *runs: Sequence[PlainRow], what: str = "") -> tuple[RunRef, ...]:
    """Runs of one subtask, the oldest first; `what`: where they lie, by default a place of their own."""
    place = what or f"objects/{uuid4().hex}"
    return tuple(put_run(store, f"{place}-{age}-run", rows, kind) for age, rows in enumerate(runs))


def operator_of(kind: str, *subtasks: SubtaskState, key: Type = TEXT, state: Type = TEXT) -> OperatorState:
    """One that keeps state by key."""
    return OperatorState("op", True, kind, "{}", key, state, len(subtasks), subtasks)


WINDOWED = '{"windows":"FixedWindow","size":60000,"offset":0}'
PLACE = StructType((Field("shop", TEXT), Field("day", ScalarType(Scalar.DATE32))))
NUMBER = ScalarType(Scalar.INT64)
COUNT = StructType((Field("count", ScalarType(Scalar.INT64)), Field("mean", ScalarType(Scalar.FLOAT64))))


def put_checkpoint(store: CheckpointStore, epoch: int = 12, changes: int = 0) -> Manifest:
    """A checkpoint of a job of three operators, whose words have changed some times since."""

    def kept(name: str, kind: str, runs: int, key: Type, state: Type, *rows: Sequence[PlainRow]) -> OperatorState:
        what = object_name(epoch, 2, f"{name.replace(' ', '-')}/0")
        part = SubtaskState(0, put_runs(store, runs, *rows, what=what))
        return replace(operator_of(kind, part, key=key, state=state), name=name)

    words = [[PlainRow(b"word-%d" % n, _counted(n, 0.5)) for n in range(200)]]
    for change in range(changes):
        words.append([PlainRow(b"word-7", _counted(7_000 + change, 2.0)), PlainRow(b"word-8", None)])
    place = struct.pack("<I", 3) + b"ulm" + struct.pack("<i", 20_000)
    windows = [PlainRow(place, _counted(3, 1.5), (start, start), start) for start in (0, 60_000)]
    timed = [PlainRow(struct.pack("<q", 42), b"\x02\0\0\0hi" + struct.pack("<IqIq", 1, 90_000, 0, 80_000))]
    operators = (
        kept("counts", "reduce", 0, TEXT, COUNT, *words),
        replace(kept("by shop", "window", 2, PLACE, COUNT, windows), settings=WINDOWED),
        kept("p", "process", 1, NUMBER, TEXT, timed),
    )
    base = whole_manifest(epoch)
    output = StagedOutput(epoch, 1, b"staged")
    manifest = replace(base, operators=operators, sinks=(replace(base.sinks[0], outputs=(output,)),))
    write_manifest(store, manifest)
    return manifest


def _counted(count: int, mean: float) -> bytes:
    return struct.pack("<qd", count, mean)
