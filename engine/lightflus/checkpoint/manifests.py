"""The manifests of a store: written twice, read from either, listed.

What it owns: who has written an epoch when the answer was lost, and which of two texts holds when one is damaged. Any
thread; nothing is remembered.
What it leaves: their bytes (`manifest_json.py`), which of them to keep (`retention.py`).
"""

from __future__ import annotations

from lightflus.checkpoint.manifest_json import manifest_from_json, manifest_to_json
from lightflus.checkpoint.names import COPIES, MANIFESTS, copy_name, epoch_of, manifest_name
from lightflus.errors import CheckpointDamaged, StoreFailed, Superseded
from lightflus.model.checkpoints import Manifest
from lightflus.ports.stores import CheckpointStore


def write_manifest(store: CheckpointStore, manifest: Manifest) -> None:
    """Makes the epoch one that is complete: it is, once the first of two texts is there. May be called again.

    Raises:
        Superseded: another run has written that epoch.
        StoreFailed: it is not known whether it was written: write it again, or read it.
    """
    text = manifest_to_json(manifest)
    name = manifest_name(manifest.epoch)
    if not store.create(name, text) and store.read(name).to_pybytes() != text:
        raise Superseded(f"checkpoint {manifest.epoch} was written by another run of the job", where=store.where)
    copy = copy_name(manifest.epoch)
    if not store.create(copy, text) and store.read(copy).to_pybytes() != text:
        store.delete([copy])
        store.create(copy, text)


def read_manifest(store: CheckpointStore, epoch: int) -> Manifest:
    """The manifest of an epoch; its copy's where the first text cannot be had.

    Raises:
        ObjectMissing: there is no such epoch.
        CheckpointDamaged: both texts are damaged.
        StoreFailed: the store cannot be read.
    """
    try:
        return read_text(store, manifest_name(epoch))
    except StoreFailed as first:
        try:
            return read_text(store, copy_name(epoch))
        except StoreFailed:
            raise first from None


def read_text(store: CheckpointStore, name: str) -> Manifest:
    """The manifest in one of the two texts. Raises as `read_manifest`."""
    where = f"{store.where}/{name}"
    manifest = manifest_from_json(store.read(name).to_pybytes(), where)
    if manifest.epoch != epoch_of(name):
        raise CheckpointDamaged(f"the manifest is that of epoch {manifest.epoch}", where=where)
    return manifest


def epochs(store: CheckpointStore) -> list[int]:
    """The epochs of which there is a text, ascending. Raises StoreFailed."""
    names = [*store.names(MANIFESTS), *store.names(COPIES)]
    return sorted({epoch for name in names if (epoch := epoch_of(name)) is not None})
