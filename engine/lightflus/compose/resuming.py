"""The checkpoints of a run: the store opened and held, what is there looked at, and what to do about it decided.

What it owns: from a URI and a plan to the `CheckpointPlan` of a run.
What it leaves: the decisions (`model/resuming.py`), the store and its forms (`checkpoint/`), the sinks' part of it
(`runtime/recovery.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lightflus.checkpoint.manifests import epochs, read_manifest
from lightflus.checkpoint.names import COPIES, copy_name
from lightflus.checkpoint.opening import open_store
from lightflus.checkpoint.starts import begin
from lightflus.checkpoint.stored import StoredCheckpoints
from lightflus.errors import CheckpointDamaged, ObjectMissing
from lightflus.model.checkpoints import Manifest
from lightflus.model.graph import Sink, Source
from lightflus.model.kept import shape_of
from lightflus.model.plan import Plan
from lightflus.model.resuming import Starting, check_fit
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.stores import CheckpointStore


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person who starts a job says of its checkpoints.

    Attributes:
        uri: where they lie.
        every: seconds from one to the next.
        accepts_duplicates: whether the job may go on where some output will come again.
    """

    uri: str
    every: float
    accepts_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a start has found.

    Attributes:
        store: open, and held; its owner closes it.
        manifest: the newest checkpoint that can be read; None: there is none.
        plan: how the run takes checkpoints.
        damaged: newer ones that cannot be read, and why.
    """

    store: CheckpointStore
    manifest: Manifest | None
    plan: CheckpointPlan
    damaged: Sequence[CheckpointDamaged | ObjectMissing] = field(default_factory=list)


def found(wanted: Wanted, plan: Plan, digest: str) -> Found:
    """Opens the store, makes it where it is missing, and decides. Raises StoreInUse, CheckpointUnfit, StoreFailed."""
    store = open_store(wanted.uri, is_made=True)
    try:
        store.hold()
        return decided(store, wanted, plan, digest)
    except BaseException:
        store.close()
        raise


def decided(store: CheckpointStore, wanted: Wanted, plan: Plan, digest: str) -> Found:
    """The same of a store that is open, and held. Raises CheckpointUnfit, StoreFailed."""
    there = epochs(store)
    manifest, damaged = _newest(store, there)
    header = Manifest(
        namespace=plan.graph.namespace,
        job=plan.graph.job,
        incarnation="",
        generation=0,
        epoch=0,
        writer="",
        digest=digest,
        created_ms=time.time_ns() // 1_000_000,
        is_end=False,
        key_groups=plan.key_groups,
        sources=(),
        operators=(),
        sinks=(),
    )
    if manifest is not None:
        check_fit(_starting(plan, header), manifest)
    start = begin(store, *((None, 0) if manifest is None else (manifest.incarnation, manifest.generation)))
    header = replace(header, incarnation=start.incarnation, generation=start.generation, writer=start.writer)
    how = CheckpointPlan(
        checkpoints=StoredCheckpoints(store, start.generation),
        header=header,
        every=wanted.every,
        last_epoch=there[-1] if there else 0,
        resumed=manifest,
        accepts_duplicates=wanted.accepts_duplicates,
    )
    return Found(store, manifest, how, damaged)


def _newest(
    store: CheckpointStore, there: Sequence[int]
) -> tuple[Manifest | None, list[CheckpointDamaged | ObjectMissing]]:
    """The newest manifest that can be read, and what is wrong with newer ones. Raises StoreFailed: there is none left.

    Of a checkpoint that was never complete there is one text at most, and no copy: that one is none.
    """
    damaged: list[CheckpointDamaged | ObjectMissing] = []
    for epoch in reversed(there):
        try:
            return read_manifest(store, epoch), damaged
        except (CheckpointDamaged, ObjectMissing) as error:
            if copy_name(epoch) in store.names(COPIES):
                damaged.append(error)
    if damaged:
        raise damaged[0]
    return None, damaged


def _starting(plan: Plan, header: Manifest) -> Starting:
    operators = plan.graph.operators
    return Starting(
        namespace=header.namespace,
        job=header.job,
        digest=header.digest,
        key_groups=plan.key_groups,
        operators=shape_of(plan, header, ()).operators,
        sources=frozenset(plan.names[one.id] for one in operators if isinstance(one.kind, Source)),
        sinks=frozenset(plan.names[one.id] for one in operators if isinstance(one.kind, Sink)),
    )
