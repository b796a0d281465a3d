"""What a start does about the checkpoints that it finds.

What it owns: the decisions: begin anew, go on from one, or refuse, with words. Pure; a coordinator decides by the same.
What it leaves: finding manifests (`checkpoint/`), what sinks have committed (`runtime/recovery.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lightflus.errors import CheckpointUnfit
from lightflus.model.checkpoints import Manifest, OperatorState
from lightflus.model.letter_parts import LETTERS
from lightflus.model.types import Field, ListType, ScalarType, StructType, Type


@dataclass(frozen=True, slots=True)
class Starting:
    """Which job it is that starts.

    Attributes:
        namespace: of the job.
        job: its name.
        digest: of its module.
        key_groups: of its plan.
        operators: what keeps state in it, without content.
        sinks: the names of all its sinks.
        sources: the names of all its sources.
    """

    namespace: str
    job: str
    digest: str
    key_groups: int
    operators: Sequence[OperatorState]
    sources: frozenset[str]
    sinks: frozenset[str]


def check_fit(start: Starting, manifest: Manifest) -> None:
    """Raises CheckpointUnfit: the checkpoint is another job's, or holds what this module cannot take."""
    if (manifest.namespace, manifest.job) != (start.namespace, start.job):
        raise CheckpointUnfit(
            f"these are checkpoints of job `{manifest.job}` of namespace `{manifest.namespace}`, not of `{start.job}`",
            hint="name another directory for this job",
        )
    if manifest.key_groups != start.key_groups:
        raise CheckpointUnfit(f"its state is in {manifest.key_groups} key groups, the job's in {start.key_groups}")
    wanted = {operator.name: operator for operator in start.operators}
    for kept in manifest.operators:
        if kept.name not in wanted:
            _refuse_gone(kept, wanted)
        _check_operator(kept, wanted[kept.name], is_same_module=manifest.digest == start.digest)
    for what, names, theirs in (
        ("source", start.sources, [source.name for source in manifest.sources]),
        ("sink", start.sinks | {LETTERS}, [sink.name for sink in manifest.sinks if sink.outputs]),
    ):
        gone = [name for name in theirs if name not in names]
        if gone:
            raise CheckpointUnfit(
                f"the job has no {what} `{gone[0]}`, of which the checkpoint knows",
                hint=f"give the {what} that name, or name another directory to begin anew",
            )


def _refuse_gone(kept: OperatorState, wanted: Iterable[str]) -> None:
    there = ", ".join(wanted) or "none"
    raise CheckpointUnfit(
        f"the job has no operator `{kept.name}` ({kept.kind}), whose state the checkpoint holds",
        hint=f"give the operator that has this state the name `{kept.name}`; operators with state: {there}",
    )


def _check_operator(kept: OperatorState, now: OperatorState, *, is_same_module: bool) -> None:
    if not is_same_module and kept.key is not None and not (kept.is_named and now.is_named):
        raise CheckpointUnfit(
            f"operator `{kept.name}` has no name of its own, and the module is another one: whose state this is cannot "
            "be known",
            hint="name operators that keep state, in both versions",
        )
    for what, before, after in (("kind", kept.kind, now.kind), ("settings", kept.settings, now.settings)):
        if before != after:
            raise CheckpointUnfit(f"operator `{kept.name}` had the {what} {before}, and has {after} now")
    for what, then, since in (("key", kept.key, now.key), ("state", kept.state, now.state)):
        if then != since:
            raise CheckpointUnfit(f"the {what} of operator `{kept.name}` has changed: {difference(then, since)}")


def difference(before: Type | None, after: Type | None, path: str = "") -> str:
    """The first place where two types differ, in words."""
    where = f"`{path}` " if path else ""
    match before, after:
        case StructType(theirs), StructType(ours) if before.nullable == after.nullable:
            return _difference_of_fields(theirs, ours, path)
        case ListType(then), ListType(since) if before.nullable == after.nullable:
            return difference(then, since, f"{path}[]")
        case _:
            return f"{where}was {told_type(before)}, and is {told_type(after)}"


def _difference_of_fields(before: Sequence[Field], after: Sequence[Field], path: str) -> str:
    names, others = [one.name for one in before], [one.name for one in after]
    at = f"{path}." if path else ""
    for name in names:
        if name not in others:
            return f"`{at}{name}` is gone"
    for name in others:
        if name not in names:
            return f"`{at}{name}` is new"
    if names != others:
        return f"the fields of `{path}` stand in another order" if path else "its fields stand in another order"
    ours = {one.name: one.type for one in after}
    for one in before:
        if one.type != ours[one.name]:
            return difference(one.type, ours[one.name], f"{at}{one.name}")
    return "it is the same"


def told_type(type_: Type | None) -> str:
    """A type in a few words."""
    match type_:
        case None:
            return "nothing"
        case ScalarType(scalar):
            name = scalar.name.lower()
        case ListType(item):
            name = f"a list of {told_type(item)}"
        case StructType(fields):
            name = f"a record of {len(fields)} fields"
    return f"{name} or null" if type_.nullable else name


@dataclass(frozen=True, slots=True)
class Ahead:
    """A sink that shows output of an epoch behind the checkpoint that a start would go on from."""

    sink: str
    epoch: int


def check_ahead(epoch: int, committed: Mapping[str, int | None], *, accepts_duplicates: bool) -> None:
    """Raises CheckpointUnfit: sinks (by name) show later epochs than the checkpoint's; these would come again."""
    ahead = [Ahead(sink, last) for sink, last in committed.items() if last is not None and last > epoch]
    if ahead and not accepts_duplicates:
        told = "; ".join(f"`{one.sink}` shows epoch {one.epoch}" for one in ahead)
        raise CheckpointUnfit(
            f"the newest checkpoint that can be read is that of epoch {epoch}, but {told}: what came between would be "
            "written again",
            hint="bring the later checkpoint back, or accept it: --accept-duplicates",
        )
