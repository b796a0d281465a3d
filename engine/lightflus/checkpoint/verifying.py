"""Whether all that the checkpoints of a store are made of is what was written: every byte is read.

What it owns: which objects are looked at, each once, and what of them is wrong.
What it leaves: forms and checksums (`manifest_json.py`, `runs.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from xxhash import xxh3_128

from lightflus.checkpoint.manifests import epochs, read_text
from lightflus.checkpoint.names import copy_name, manifest_name
from lightflus.checkpoint.runs import RunFile
from lightflus.checkpoint_limits import STORE_PART_BYTES
from lightflus.errors import CheckpointDamaged, ObjectMissing
from lightflus.model.checkpoints import Manifest, ObjectRef, RunRef
from lightflus.model.key_groups import KeyGroupRange
from lightflus.ports.stores import CheckpointStore

Damage = CheckpointDamaged | ObjectMissing


@dataclass(slots=True)
class Verified:
    """What was found in a store.

    Attributes:
        epochs: what is wrong of each checkpoint; a damaged text of two does not keep it from being read.
        unreadable: the epochs that no job can go on from.
        objects: how many were read.
        bytes: of them.
    """

    epochs: dict[int, list[Damage]] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)
    objects: int = 0
    bytes: int = 0


def verify(store: CheckpointStore) -> Verified:
    """Reads everything, the newest first; what a job has removed meanwhile is not told. Raises StoreFailed."""
    report = Verified()
    known: dict[ObjectRef | RunRef, Damage | None] = {}
    for epoch in reversed(epochs(store)):
        manifest, damages = _texts(store, epoch)
        parts = [] if manifest is None else _parts(store, manifest, known, report)
        damages += parts
        if damages and epoch not in epochs(store):
            continue
        report.epochs[epoch] = damages
        if parts or manifest is None:
            report.unreadable.add(epoch)
    return report


def _parts(
    store: CheckpointStore, manifest: Manifest, known: dict[ObjectRef | RunRef, Damage | None], report: Verified
) -> list[Damage]:
    """What is wrong with the objects of a checkpoint; each is read once, whoever names it."""
    runs = {run.object.name: run for one in manifest.operators for part in one.subtasks for run in part.runs}
    damages: list[Damage] = []
    for ref in set(manifest.objects()):
        named = runs.get(ref.name, ref)
        if named not in known:
            known[named] = _looked_at(store, named, manifest.key_groups)
            report.objects += 1
            report.bytes += ref.bytes
        if (damage := known[named]) is not None:
            damages.append(damage)
    return damages


def check_object(store: CheckpointStore, ref: ObjectRef) -> None:
    """Reads a whole object, part by part. Raises CheckpointDamaged, ObjectMissing, StoreFailed."""
    digest, at = xxh3_128(), 0
    while (part := store.read(ref.name, at, STORE_PART_BYTES)).size:
        digest.update(part)
        at += part.size
    where = f"{store.where}/{ref.name}"
    if at != ref.bytes:
        raise CheckpointDamaged(f"the object is damaged: it has {at:,} bytes, not {ref.bytes:,}", where=where)
    if digest.hexdigest() != ref.checksum:
        raise CheckpointDamaged(
            f"the object is damaged: its checksum is {digest.hexdigest()}, not {ref.checksum}", where=where
        )


def check_run(store: CheckpointStore, ref: RunRef, key_groups: int) -> None:
    """Reads a whole run. Raises CheckpointDamaged, ObjectMissing, StoreFailed."""
    run = RunFile(store, ref.object, key_groups)
    if run.footer.rows != ref.rows:
        raise CheckpointDamaged(
            f"the run is damaged: it has {run.footer.rows:,} rows, not {ref.rows:,}", where=run.where
        )
    for _ in run.blocks(KeyGroupRange(0, key_groups), STORE_PART_BYTES):
        pass


def _texts(store: CheckpointStore, epoch: int) -> tuple[Manifest | None, list[Damage]]:
    """What either text of a manifest says, and what is wrong with them."""
    manifest: Manifest | None = None
    damages: list[Damage] = []
    for name in (manifest_name(epoch), copy_name(epoch)):
        try:
            manifest = read_text(store, name)
        except (CheckpointDamaged, ObjectMissing) as error:
            damages.append(error)
    return manifest, damages


def _looked_at(store: CheckpointStore, named: ObjectRef | RunRef, key_groups: int) -> Damage | None:
    try:
        if isinstance(named, RunRef):
            check_run(store, named, key_groups)
        else:
            check_object(store, named)
    except (CheckpointDamaged, ObjectMissing) as error:
        return error
    return None
