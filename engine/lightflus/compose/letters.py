"""Where the dead letters of a run go: a file, or any system that can be a sink.

What it owns: telling the two apart, opening the second. What it leaves: writing letters (`connectors/files/`).
"""

from __future__ import annotations

from lightflus.compose.alone import sink_alone
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.contract.registry import schemes
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.connectors.files.letter_sink import SinkDeadLetters
from lightflus.errors import BindingInvalid
from lightflus.model.types import Scalar, ScalarType
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
    scheme, colon, rest = named.partition(":")
    if not colon or scheme not in schemes(is_source=False) or scheme == _FILE:
        letters = FileDeadLetters(rest if colon and scheme == _FILE else named, form)
        letters.check()
        return letters
    if scheme == "stdout":
        raise BindingInvalid("dead letters cannot go to standard output, which is the job's own", hint="name a file")
    sink = sink_alone(named, _LINE, (), streams, name="dead-letters")
    return SinkDeadLetters(f"{scheme}:", sink, form, OperatorHealth(Counters()))
