"""What of a store is kept: the newest checkpoints, and what they are made of.

What it owns: which manifests go, and which objects then belong to nobody. It looks at what there is each time: whatever
a failure left behind goes with the next call.
What it leaves: when to call it (`runtime/`): after a checkpoint, not while another one of the same store does.
"""

from __future__ import annotations

from lightflus import checkpoint_limits
from lightflus.checkpoint.manifests import epochs, read_manifest
from lightflus.checkpoint.names import OBJECTS, copy_name, manifest_name, origin_of
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import Manifest
from lightflus.ports.stores import CheckpointStore


class Retention:
    """Keeps the store of one run small."""

    def __init__(self, store: CheckpointStore, generation: int, keep: int = checkpoint_limits.CHECKPOINTS_KEPT) -> None:
        """`generation`: of the run that keeps it; `keep`: checkpoints, 1 or more."""
        self._store = store
        self._generation = generation
        self._keep = keep
        self._known: dict[int, Manifest] = {}

    def apply(self, under_way: int) -> None:
        """Deletes what nobody needs, except objects of epochs from `under_way` on: their manifests are yet to come.

        Nothing is deleted where a younger generation has written: then this run is a zombie. Raises StoreFailed.
        """
        objects = self._store.names(OBJECTS)
        there = epochs(self._store)
        kept = self._newest(there)
        if len(kept) == 0 or kept[0].generation > self._generation:
            return
        oldest = kept[-1].epoch
        old = [epoch for epoch in there if epoch < oldest]
        self._store.delete([name for epoch in old for name in (copy_name(epoch), manifest_name(epoch))])
        needed = {found.name for manifest in kept for found in manifest.objects()}
        self._store.delete([name for name in objects if name not in needed and self._is_over(name, under_way)])

    def _newest(self, there: list[int]) -> list[Manifest]:
        """The newest manifests that can be read, the newest first: one that cannot is nothing to go back to."""
        found: list[Manifest] = []
        for epoch in reversed(there):
            if len(found) == self._keep:
                break
            try:
                found.append(self._known.get(epoch) or read_manifest(self._store, epoch))
            except CheckpointDamaged:
                continue
        self._known = {manifest.epoch: manifest for manifest in found}
        return found

    def _is_over(self, name: str, under_way: int) -> bool:
        origin = origin_of(name)
        return origin is not None and origin[0] < under_way and origin[1] <= self._generation
