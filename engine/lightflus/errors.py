"""The exception tree: every error that leaves an edge of Lightflus is one of these.

What it owns: the classes and what each carries. It imports nothing of Lightflus and runs on any thread.
What it leaves: how an error looks on a screen is the CLI's affair (`cli/problems.py`).

::

    LightflusError
    ├── UserError                 the job, its input or its command line is wrong; never retried (exit code 2)
    │   ├── BuildFailed           a compiler refused the user's source; carries diagnostics
    │   ├── ModuleInvalid         the bytes are not a module we accept
    │   ├── JobInvalid            the graph breaks its rules; carries all problems at once
    │   ├── BindingInvalid        `--bind` or a connector's options name something that is not there
    │   ├── NotAllowed            a module wants to touch what the policy does not name
    │   ├── NotFound              there is no such job, module or worker in this namespace
    │   ├── Conflict              what is asked of the cluster is not legal now; says what would be
    │   ├── RecordInvalid         a record of a source cannot be decoded; carries its position
    │   ├── StoreInUse            another run works on this store of checkpoints
    │   ├── CheckpointUnfit       a checkpoint is of another job, or its state is none that this module can take
    │   ├── StateTooLarge         the state of one subtask outgrew the kernel's memory
    │   └── GuestError            the module failed while it ran; carries function, row, source position
    │       ├── GuestAborted          it said so itself (`throw`, panic, `lightflus.abort`)
    │       ├── GuestTrapped          wasm trapped: unreachable, out of bounds, stack overflow
    │       ├── GuestDeadlineExceeded a call ran longer than its deadline
    │       ├── GuestDisturbed        a call was ended for another's sake; whoever made it makes it again
    │       ├── GuestMemoryExceeded   it asked for more memory than its limit
    │       ├── KeyTooLarge           the key of a record is longer than limits allow
    │       ├── StateRowTooLarge      a record makes the state of its key larger than limits allow
    │       └── GuestProtocolError    it broke docs/abi.md: a lie about an address, length, type or graph
    ├── ExternalError             a system outside failed: file, disk, server; may be retried (exit code 1)
    │   ├── SourceFailed
    │   ├── SinkFailed
    │   │   └── RecordRefused         a sink does not take a value (exit code 2: the job can write another)
    │   ├── PeerLost              the process in which another part of the job runs is gone
    │   │   └── PeerRefused           it is there, but of another version or generation, or sends what nobody can read
    │   ├── CallFailed            another process of the cluster does not answer
    │   ├── Superseded            a newer session or generation has taken the place of this one
    │   ├── StoreFailed           a store of checkpoints cannot be read or written
    │   │   ├── ObjectMissing         it has no such object
    │   │   └── CheckpointDamaged     bytes of a checkpoint are not those that were written
    │   └── ToolMissing           node, cargo, ... is not on this machine (exit code 2: the user can get it)
    └── InternalError             our own bug (exit code 70)
        └── KernelFailed          the kernel refused a call that the engine should not have made
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Domain = Literal["user", "external", "internal"]


class LightflusError(Exception):
    """Base of all. `str(error)` says what was wrong; `where` says where; `hint` says what would be right.

    Attributes:
        where: a place that the reader can open: `book.txt:12`, `job.ts:3:9`, an operator's name; or None.
        hint: one sentence with the way out; or None.
        source: the user's line at `where`, once somebody who may read it has added it.
    """

    domain: ClassVar[Domain] = "internal"
    source: str | None = None

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.where = where
        self.hint = hint


class UserError(LightflusError):
    """The job, its input or its command line is wrong."""

    domain: ClassVar[Domain] = "user"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: with a source line (a compiler's diagnostic) or a node of the graph.

    Attributes:
        text: what is wrong.
        where: `file:line:col`, or the operator's name, or None.
        hint: what would be right, or None.
        code: stable code such as `LF203` or `TS2322`, or None.
        source: the user's line that it points to, or None.
    """

    text: str
    where: str | None = None
    hint: str | None = None
    code: str | None = None
    source: str | None = None


class _ManyProblems(UserError):
    def __init__(self, message: str, problems: tuple[Problem, ...], *, hint: str | None = None) -> None:
        super().__init__(message, where=problems[0].where if problems else None, hint=hint)
        self.problems = problems


class BuildFailed(_ManyProblems):
    """A compiler refused the user's source. `problems` holds its diagnostics in source order."""


class ModuleInvalid(UserError):
    """The bytes are not a module that Lightflus accepts: not wasm, truncated, wrong ABI, a forbidden import."""


class JobInvalid(_ManyProblems):
    """The graph breaks its rules. `problems` holds all of them."""


class BindingInvalid(UserError):
    """A `--bind` or a connector's option names something that is not there."""


class NotAllowed(UserError):
    """A module wants to touch a file, host, secret or library that the policy does not name."""


class NotFound(UserError):
    """There is no such job, module or worker, or it is another namespace's."""


class Conflict(UserError):
    """What is asked is not legal in the status that the job or module has now; `hint` says what would be."""


class RecordInvalid(UserError):
    """A record of a source cannot be decoded; `where` is its position, e.g. `book.txt:12`."""


class StateTooLarge(UserError):
    """The keys and state rows of one subtask do not fit the memory of its kernel."""


class StoreInUse(UserError):
    """Another run works on this store of checkpoints."""


class CheckpointUnfit(UserError):
    """A checkpoint is of another job, or its state is none that this module can take."""


class GuestError(UserError):
    """The module failed while it ran.

    Attributes:
        function: number of the function that was called, or None outside calls.
        row: row of the call's batch that it worked on, or None.
        position: the user's `file:line:col`, or None where the module carries no map.
        frames: wasm frames by name, innermost first.
        operator: name of the operator whose call failed, once the runtime has added it.
        record: where that row comes from (`book.txt:12`) or its key, where the runtime knows it.
        rule: the rule of docs/abi.md that it broke (`6.3`), where one can be named.
    """

    def __init__(
        self,
        message: str,
        *,
        function: int | None = None,
        row: int | None = None,
        position: str | None = None,
        frames: tuple[str, ...] = (),
        hint: str | None = None,
        operator: str | None = None,
        record: str | None = None,
        rule: str | None = None,
    ) -> None:
        super().__init__(message, where=position, hint=hint)
        self.rule = rule
        self.operator = operator
        self.record = record
        self.function = function
        self.row = row
        self.position = position
        self.frames = frames


class GuestAborted(GuestError):
    """The guest ended itself: `throw`, a panic, `lightflus.abort`."""


class GuestTrapped(GuestError):
    """Wasm trapped: unreachable, out of bounds, stack overflow."""


class GuestDeadlineExceeded(GuestError):
    """A call ran longer than its deadline."""


class GuestDisturbed(GuestError):
    """A call was ended, before its deadline, by an interrupt that was meant for another instance of its job."""


class GuestMemoryExceeded(GuestError):
    """The guest asked for more memory than its limit."""


class KeyTooLarge(GuestError):
    """A key is longer than `limits.KEY_BYTES`; where it is a field of its record, no function is to blame."""


class StateRowTooLarge(GuestError):
    """A record would make the state of its key larger than `limits.STATE_ROW_BYTES`; it stays as it was."""


class GuestProtocolError(GuestError):
    """The guest broke docs/abi.md."""


class TimeInvalid(GuestError):
    """A record has no event time: what stands for it is null, no whole number of milliseconds, or too far away."""


class ExternalError(LightflusError):
    """A system outside failed."""

    domain: ClassVar[Domain] = "external"


class SourceFailed(ExternalError):
    """A source cannot be opened or read."""


class SinkFailed(ExternalError):
    """A sink cannot be opened or written."""


class RecordRefused(SinkFailed):
    """A sink does not take a record: its column, its message or its command has no room for such a value."""

    domain: ClassVar[Domain] = "user"


class PeerLost(ExternalError):
    """The process in which another part of the job runs is gone, or cannot be reached."""


class PeerRefused(PeerLost):
    """A process does not take part: it is of another version or generation, or breaks docs/data-plane.md."""


class CallFailed(ExternalError):
    """Another process of the cluster does not answer: it is away, or slower than the call's deadline."""


class Superseded(ExternalError):
    """A newer session of this worker, or generation of this job, has taken the place of the one that speaks."""


class StoreFailed(ExternalError):
    """A store of checkpoints cannot be read or written."""


class ObjectMissing(StoreFailed):
    """A store has no such object."""


class CheckpointDamaged(StoreFailed):
    """Bytes of a checkpoint are not those that were written: a checksum or a length is another."""

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = "`lightflus checkpoint verify` says which checkpoints are whole; another folder begins anew",
    ) -> None:
        super().__init__(message, where=where, hint=hint)


class ToolMissing(ExternalError):
    """A tool that a command needs is not on this machine; `hint` says how to get it."""

    domain: ClassVar[Domain] = "user"


class InternalError(LightflusError):
    """Our own bug."""


class KernelFailed(InternalError):
    """The kernel refused a call that the engine should not have made."""
