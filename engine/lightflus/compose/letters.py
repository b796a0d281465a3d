"""Where the dead letters of a run go: a file, or any system that can be a sink.

What it owns: telling the two apart, opening the second; whether letters are part of checkpoints.
What it leaves: writing letters (`connectors/files/`), which parts put them (`model/letter_parts.py`).
"""

from __future__ import annotations

from lightflus.compose.alone import sink_alone
from lightflus.compose.opening import bad_record_policies
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import schemes
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.epoch_letters import EpochLetters
from lightflus.connectors.files.file import FileSink
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.connectors.files.letter_sink import SinkDeadLetters
from lightflus.errors import BindingInvalid
from lightflus.formats.registry import line_encoder
from lightflus.model.graph import BadRecords
from lightflus.model.letter_parts import LETTERS, letter_parts
from lightflus.model.plan import Plan
from lightflus.model.types import VALUE_COLUMN, Field, Scalar, ScalarType
from lightflus.ports.checkpointing import CheckpointPlan
from lightflus.ports.sinks import Sink, TransactionalSink
from lightflus.runtime.counters import Counters, OperatorHealth

_FILE = "file"
_LINE = ScalarType(Scalar.UTF8)


Letters = FileDeadLetters | SinkDeadLetters | EpochLetters
"""Where they go."""


def letters_of_run(
    plan: Plan,
    named: str | None,
    default: str,
    form: LetterForm,
    streams: Streams,
    *,
    poison: BadRecords | None,
    checkpoints: CheckpointPlan | None,
) -> Letters:
    """Where the letters of a run go: as `open_letters`, but exactly once where it has checkpoints.

    That is, if it may put any, or its last checkpoint knows of some. Raises BindingInvalid, SinkFailed.
    """
    if checkpoints is None or not (_puts_letters(plan, poison) or _knows_letters(checkpoints)):
        return open_letters(named, default, form, streams)
    return open_epoch_letters(named, default, form, streams)


def _puts_letters(plan: Plan, poison: BadRecords | None) -> bool:
    policies = bad_record_policies(plan, None, poison)
    return bool(letter_parts(plan, {number: policy.action for number, policy in policies.items()}))


def _knows_letters(checkpoints: CheckpointPlan) -> bool:
    sinks = () if checkpoints.resumed is None else checkpoints.resumed.sinks
    return any(sink.name == LETTERS for sink in sinks)


def open_letters(
    named: str | None, default: str, form: LetterForm, streams: Streams
) -> FileDeadLetters | SinkDeadLetters:
    """Where letters go: `named` is a path, or a URI as `--bind` takes them; `default` a path where nothing is named.

    Raises:
        BindingInvalid: what is named is not there, or cannot be written.
        SinkFailed: a system cannot be reached.
    """
    if named is None:
        return FileDeadLetters(default, form)
    if (path := _path(named)) is not None:
        letters = FileDeadLetters(path, form)
        letters.check()
        return letters
    return SinkDeadLetters(_scheme(named), _sink(named, streams), form, OperatorHealth(Counters()))


def open_epoch_letters(
    named: str | None, default: str, form: LetterForm, streams: Streams
) -> EpochLetters | SinkDeadLetters:
    """The same for a job with checkpoints: exactly once, where the sink takes part in them.

    A file is there as soon as the job begins. Raises BindingInvalid, SinkFailed.
    """
    path = default if named is None else _path(named)
    place, health = path or _scheme(named or ""), OperatorHealth(Counters())
    sink = _sink(named or "", streams) if path is None else _file_sink(path)
    if isinstance(sink, TransactionalSink):
        return EpochLetters(place, sink, form, health)
    return SinkDeadLetters(place, sink, form, health)


def _file_sink(path: str) -> FileSink:
    """Lines as they are, behind those that stand there."""
    return FileSink(path, line_encoder("raw", [Field(VALUE_COLUMN, _LINE)], {}), is_appending=True)


def _path(named: str) -> str | None:
    """The file that is named; None where it is another system."""
    scheme, colon, rest = named.partition(":")
    if colon and scheme == _FILE:
        return rest
    return None if colon and scheme in schemes(is_source=False) else named


def _scheme(named: str) -> str:
    return named.partition(":")[0] + ":"


def _sink(named: str, streams: Streams) -> Sink:
    if _scheme(named) == "stdout:":
        raise BindingInvalid("dead letters cannot go to standard output, which is the job's own", hint="name a file")
    return sink_alone(named, _LINE, (), streams, name="dead-letters")
