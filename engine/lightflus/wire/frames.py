"""The bytes between two runners: who speaks, what a frame is, what of it is believed (docs/data-plane.md).

What it owns: hello, answer, head and control elements as bytes and back, each within its bounds. Pure; any thread.
What it leaves: batches (`batches.py`), connections (`streams.py`). Whatever is wrong with bytes that came is `Refused`,
which those make an error of.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import IntEnum
from struct import Struct
from typing import Final

from lightflus import cluster_limits
from lightflus.model.elements import (
    Barrier,
    Control,
    EndOfInput,
    Idle,
    SplitEnded,
    SplitFound,
    Stop,
    Watermark,
)
from lightflus.model.plan import SubtaskId, TaskId

VERSION: Final = 1
_MAGIC: Final = b"LFLSDATA"
_GREETING = Struct("<8sHH")
GREETING_BYTES: Final = _GREETING.size
_HEAD = Struct("<BBHHHIq")
HEAD_BYTES: Final = _HEAD.size


ELEMENTS: Final = "elements"
EPOCHS: Final = "epochs"


class Refused(Exception):
    """What came is not what this page says; the text says how."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What a connection carries: elements of one job, in one of its lives, or what its fragments say about epochs.

    Attributes:
        namespace, job: whose elements.
        generation: the job's n-th start; nothing of another one is accepted.
        token: what all processes of this generation know, and nobody else.
        sender: who speaks, for messages.
        carries: ELEMENTS or EPOCHS.
    """

    namespace: str
    job: str
    generation: int
    token: str
    sender: str
    carries: str = ELEMENTS

    @property
    def name(self) -> str:
        """The job, for messages."""
        return f"{self.namespace}/{self.job}"


class Kind(IntEnum):
    """What a frame carries; `value` of its head is told here."""

    BATCH = 1
    """Rows; so many bytes follow. `parts` says which columns stand beside the record."""
    WATERMARK = 2
    """Its time."""
    BARRIER = 3
    """Its epoch."""
    IDLE = 4
    END_OF_INPUT = 5
    STOP = 6
    SPLIT_FOUND = 7
    """The split; `parts` is 1 where it came late."""
    SPLIT_ENDED = 8
    """The split."""
    CREDIT = 9
    """From the receiver: so many more elements may come."""
    JOINED = 10
    """About epochs, from here on (`model/epochs.py`). First: 1 where a source there wants to know what is done."""
    EPOCH_BEGUN = 11
    """Its number, as in the next two."""
    EPOCH_FLUSHED = 12
    EPOCH_DONE = 13
    ENDED = 14
    OVER = 15
    GOODBYE = 16
    """Nothing follows."""


_KINDS: Final = frozenset(map(int, Kind))
_BARE: Final[dict[Kind, Control]] = {Kind.IDLE: Idle(), Kind.END_OF_INPUT: EndOfInput(), Kind.STOP: Stop()}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before everything: which input of which subtask it is for, and one number."""

    kind: Kind
    subtask: SubtaskId
    number: int
    value: int = 0
    parts: int = 0

    def to_bytes(self) -> bytes:
        """HEAD_BYTES of them."""
        return _HEAD.pack(self.kind, self.parts, self.subtask.task, self.subtask.number, 0, self.number, self.value)


GOODBYE: Final = Head(Kind.GOODBYE, SubtaskId(TaskId(0), 0), 0)
"""The last one of who has nothing more to say."""


def head(came: bytes | bytearray) -> Head:
    """The head in HEAD_BYTES bytes. Raises Refused."""
    kind, parts, task, subtask, nothing, number, value = _HEAD.unpack(came)
    if kind not in _KINDS or nothing:
        raise Refused(f"a frame of kind {kind}.{nothing}, which there is not in version {VERSION}")
    if kind == Kind.BATCH and not 0 < value <= cluster_limits.FRAME_BYTES:
        raise Refused(f"a batch of {value:,} bytes; there may be {cluster_limits.FRAME_BYTES:,}")
    if kind == Kind.CREDIT and not 0 < value <= cluster_limits.EXCHANGE_CREDIT:
        raise Refused(f"a credit of {value:,}; there may be {cluster_limits.EXCHANGE_CREDIT}")
    return Head(Kind(kind), SubtaskId(TaskId(task), subtask), number, value, parts)


def control_head(element: Control, subtask: SubtaskId, number: int) -> Head:
    """A control element on its way to an input."""
    match element:
        case Watermark(time_ms):
            return Head(Kind.WATERMARK, subtask, number, time_ms)
        case Barrier(epoch):
            return Head(Kind.BARRIER, subtask, number, epoch)
        case SplitFound(split, is_late):
            return Head(Kind.SPLIT_FOUND, subtask, number, split, int(is_late))
        case SplitEnded(split):
            return Head(Kind.SPLIT_ENDED, subtask, number, split)
        case _:
            kind = next(kind for kind, bare in _BARE.items() if bare == element)
            return Head(kind, subtask, number)


def control(came: Head) -> Control:
    """The control element of a head. Raises Refused for a head that has none."""
    match came.kind:
        case Kind.WATERMARK:
            return Watermark(came.value)
        case Kind.BARRIER:
            return Barrier(came.value)
        case Kind.SPLIT_FOUND:
            return SplitFound(came.value, is_late=bool(came.parts))
        case Kind.SPLIT_ENDED:
            return SplitEnded(came.value)
        case _ if came.kind in _BARE:
            return _BARE[came.kind]
        case _:
            raise Refused(f"a frame of kind {came.kind.name} where an element belongs")


def greeting(said: dict[str, object]) -> bytes:
    """What both begin with: the version, and an object of JSON."""
    text = json.dumps(said).encode()
    return _GREETING.pack(_MAGIC, VERSION, len(text)) + text


def greeting_bytes(came: bytes | bytearray) -> int:
    """How many bytes follow the first GREETING_BYTES. Raises Refused."""
    magic, version, size = _GREETING.unpack(came)
    if magic != _MAGIC:
        raise Refused("what came first is no greeting of a runner")
    if version != VERSION:
        raise Refused(f"the other side speaks version {version} of the data plane, this one {VERSION}")
    if size > cluster_limits.GREETING_BYTES:
        raise Refused(f"a greeting of {size:,} bytes; there may be {cluster_limits.GREETING_BYTES:,}")
    return int(size)


def hello_bytes(hello: Hello) -> bytes:
    """What the side that connects says first."""
    return greeting(asdict(hello))


def hello(came: bytes | bytearray) -> Hello:
    """A hello, from the bytes behind its first ones. Raises Refused."""
    said = _object(came)
    for field in fields(Hello):
        wanted = int if field.name == "generation" else str
        if type(said.get(field.name)) is not wanted:
            raise Refused(f"a hello without `{field.name}`")
    return Hello(**{field.name: said[field.name] for field in fields(Hello)})  # type: ignore[arg-type] # just looked at


def answer_bytes(refusal: str | None) -> bytes:
    """What the side that listens answers: welcome, or why not."""
    return greeting({} if refusal is None else {"refused": refusal[: cluster_limits.GREETING_BYTES // 8]})


def refusal(came: bytes | bytearray) -> str | None:
    """Why the other side does not want us; None = welcome. Raises Refused."""
    said = _object(came).get("refused")
    return None if said is None else str(said)


def _object(came: bytes | bytearray) -> dict[str, object]:
    try:
        said = json.loads(came)
    except (ValueError, RecursionError):
        raise Refused("a greeting that is no JSON") from None
    if not isinstance(said, dict):
        raise Refused("a greeting that is no object")
    return said
