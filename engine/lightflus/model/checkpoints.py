"""A checkpoint as a value: what one manifest says of a job at one moment.

What it owns: the values, and which objects a manifest holds. Pure.
What it leaves: its bytes (`checkpoint/manifests.py`), what to do with the manifests that are found (`resuming.py`), the
objects that it names (docs/state-format.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lightflus.limits import KEY_GROUPS
from lightflus.model.key_groups import KeyGroupRange
from lightflus.model.types import Type

EVERY_GROUP = KeyGroupRange(0, KEY_GROUPS)
"""All of them."""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A whole object of the store.

    Attributes:
        name: in the store.
        bytes: its size.
        checksum: XXH3-128 of all of it, in hexadecimal; of a run: of its footer, which has those of its blocks.
    """

    name: str
    bytes: int
    checksum: str


@dataclass(frozen=True, slots=True)
class RunRef:
    """A run of state rows, in the order of hashes.

    Attributes:
        object: the file.
        rows: rows and removals in it.
        groups: the key groups that are meant: of a run that was written at another parallelism, the others are another
            subtask's now, and older than what that one has written since.
    """

    object: ObjectRef
    rows: int
    groups: KeyGroupRange = EVERY_GROUP


@dataclass(frozen=True, slots=True)
class SubtaskState:
    """What one subtask of an operator kept.

    Attributes:
        subtask: its number.
        runs: the oldest first: what a younger one says of a key holds.
        facts: what is not by key.
        tables: rows that are kept whole (those that wait for the watermark, rules), by name, as Arrow IPC streams.
    """

    subtask: int
    runs: tuple[RunRef, ...] = ()
    facts: bytes = b""
    tables: Mapping[str, ObjectRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OperatorState:
    """What one operator kept.

    Attributes:
        name: the operator's, as people call it: state belongs to names.
        is_named: whether the user gave that name, so that another version of the module may take the state.
        kind: of the operator, as in the graph.
        settings: what of the operator the rows depend on (its windows, say), as JSON text that is compared.
        key: the type of its keys; None where it is not by key.
        state: the type of its state rows; None where there are none.
        parallelism: of the subtasks below.
        subtasks: one each, by number.
    """

    name: str
    is_named: bool
    kind: str
    settings: str
    key: Type | None
    state: Type | None
    parallelism: int
    subtasks: tuple[SubtaskState, ...]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far one source was read.

    Attributes:
        name: the operator's.
        splits: all that were known, in the order in which they were found.
        positions: by split: where to go on. A split without one begins where the source's options say.
    """

    name: str
    splits: tuple[str, ...]
    positions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StagedOutput:
    """A committable of a sink, in the manifest itself or in an object."""

    epoch: int
    subtask: int
    data: bytes | ObjectRef


@dataclass(frozen=True, slots=True)
class SinkState:
    """What is to be visible of one sink with this checkpoint: of each subtask at least what it has prepared last."""

    name: str
    parallelism: int
    outputs: tuple[StagedOutput, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One checkpoint.

    Attributes:
        namespace: of the job.
        job: its name.
        incarnation: see `ports.sinks.SinkIdentity`.
        generation: the start of the job that took it.
        epoch: its number; it grows from one to the next, over all generations.
        writer: a nonce of whoever wrote it.
        digest: of the module.
        created_ms: since 1970, by the clock of whoever took it.
        is_end: whether the job has ended with it: nothing is left to do.
        key_groups: of the job.
        sources: how far each was read.
        operators: those that keep something.
        sinks: what each is to show.
    """

    namespace: str
    job: str
    incarnation: str
    generation: int
    epoch: int
    writer: str
    digest: str
    created_ms: int
    is_end: bool
    key_groups: int
    sources: tuple[SourceState, ...]
    operators: tuple[OperatorState, ...]
    sinks: tuple[SinkState, ...]

    def objects(self) -> Iterator[ObjectRef]:
        """All objects that it needs: they are kept as long as it is."""
        for operator in self.operators:
            for part in operator.subtasks:
                yield from (run.object for run in part.runs)
                yield from part.tables.values()
        for sink in self.sinks:
            yield from (output.data for output in sink.outputs if isinstance(output.data, ObjectRef))
