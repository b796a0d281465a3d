"""What the commands over checkpoints share: the store that is meant, its epochs, an operator of one of them.

What it owns: choosing, and errors that say what there is. What it leaves: the commands (`checkpoints.py`,
`keyed_state.py`), reading (`checkpoint/`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

from lightflus.checkpoint.manifests import epochs, read_manifest
from lightflus.checkpoint.opening import open_store
from lightflus.cli.screen import say
from lightflus.errors import CheckpointDamaged, ObjectMissing, UserError
from lightflus.model.checkpoints import Manifest, OperatorState
from lightflus.ports.stores import CheckpointStore

T = TypeVar("T")

_TRIES = 5
_LISTED = 20
"""Epochs or operators that an error names."""


@contextmanager
def opened(uri: str) -> Iterator[CheckpointStore]:
    """The store of a URI, for reading: it is not made, and nobody is kept from it."""
    with closing(open_store(uri)) as store:
        yield store


def chosen(store: CheckpointStore, epoch: int | None) -> Manifest:
    """The checkpoint of an epoch; None: the newest that can be read.

    Raises UserError, CheckpointDamaged, StoreFailed.
    """
    there = epochs(store)
    if not there:
        raise UserError(
            "there are no checkpoints", where=store.where, hint="a job that runs there writes the first one"
        )
    if epoch is not None:
        if epoch not in there:
            raise UserError(f"there is no checkpoint {epoch}", where=store.where, hint=f"there are {_named(there)}")
        return read_manifest(store, epoch)
    for newest in reversed(there):
        try:
            return read_manifest(store, newest)
        except (CheckpointDamaged, ObjectMissing) as error:
            say(f"checkpoint {newest} cannot be read: {error}", "yellow")
    raise CheckpointDamaged(f"none of {len(there)} checkpoints can be read", where=store.where)


def looked_at(store: CheckpointStore, epoch: int | None, look: Callable[[Manifest], T]) -> T:
    """What `look` finds in a checkpoint: of a job that runs, the newest may be gone before everything was read."""
    for _ in range(_TRIES):
        manifest = chosen(store, epoch)
        try:
            return look(manifest)
        except ObjectMissing:
            if manifest.epoch in epochs(store):
                raise
    raise UserError(
        "checkpoints are removed before they are read", where=store.where, hint="copy the folder, or stop the job"
    )


def operator_of(manifest: Manifest, name: str) -> OperatorState:
    """The operator of that name, which keeps state by key. Raises UserError."""
    keyed = {operator.name: operator for operator in manifest.operators if operator.key is not None}
    if name not in keyed:
        raise UserError(f"there is no operator `{name}` with state by key", hint=_hint(manifest, list(keyed)))
    return keyed[name]


def _hint(manifest: Manifest, keyed: list[str]) -> str:
    if keyed:
        return f"those of `{manifest.job}` are {_named(keyed)}"
    if manifest.is_end:
        return f"`{manifest.job}` has ended, and keeps nothing any more; --epoch names an earlier checkpoint"
    return f"`{manifest.job}` has none"


def _named(names: list[int] | list[str]) -> str:
    left = len(names) - _LISTED
    return ", ".join(map(str, names[-_LISTED:])) + (f", and {left} more" if left > 0 else "")
