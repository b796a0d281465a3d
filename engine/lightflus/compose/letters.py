"""Where the dead letters of a run go: a file, or any system that can be a sink.

What it owns: telling the two apart, opening the second. What it leaves: writing letters (`connectors/files/`).
"""

from __future__ import annotations

from lightflus.compose.alone import sink_alone
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import schemes
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.epoch_letters import EpochLetters
from lightflus.connectors.files.file import FileSink
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.connectors.files.letter_sink import SinkDeadLetters
from lightflus.errors import BindingInvalid
from lightflus.formats.registry import line_encoder
from lightflus.model.types import VALUE_COLUMN, Field, Scalar, ScalarType
from lightflus.ports.sinks import Sink, TransactionalSink
from lightflus.runtime.counters import Counters, OperatorHealth

_FILE = "file"
_LINE = ScalarType(Scalar.UTF8)


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
