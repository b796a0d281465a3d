"""The boundary of every command: nothing leaves it but an exit code and words.

What it owns: which exception becomes which exit code, and the report of a bug of ours.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable

from rich.text import Text

from lightflus import __version__
from lightflus.cli.problems import EXTERNAL, INTERNAL, INTERRUPTED, OK, exit_code, render
from lightflus.cli.screen import discard, say, tell, width_of, words
from lightflus.connectors.toolbox.failures import STDOUT
from lightflus.errors import ExternalError, InternalError, LightflusError, SinkFailed
from lightflus.limits import BUG_REPORT_CHARACTERS
from lightflus.model.text import lines

_MOST_CHARACTERS = 1_500
"""Of an error that cannot be shown as a screen."""


def guarded(command: Callable[[], None]) -> int:
    """Runs a command and answers its exit code. With LIGHTFLUS_DEBUG=1 a traceback is shown as well."""
    code = OK
    try:
        command()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else OK if end.code is None else EXTERNAL
    except KeyboardInterrupt:
        say("interrupted")
        code = INTERRUPTED
    except Exception as error:
        code = _explain(error)
    _write_out()
    return code


def _write_out() -> None:
    """What Python would write when it ends, where a stream that fails is a traceback."""
    try:
        sys.stdout.flush()
    except OSError:
        discard(sys.stdout)


def _explain(error: Exception) -> int:
    if _is_reader_gone(error):
        discard(sys.stdout)
        return EXTERNAL
    if isinstance(error, OSError | MemoryError):
        error = _of_the_machine(error)
    if not isinstance(error, LightflusError) or isinstance(error, InternalError):
        return _report_bug(error)
    _tell(error)
    if _is_debugging():
        _print_traceback(error)
    return exit_code(error)


def _tell(error: LightflusError) -> None:
    """Prints an error; where that fails, as it came: it is never lost to the telling of it."""
    try:
        tell(render(error, width_of(words())), end="")
    except Exception:
        say(f"error: {str(error)[:_MOST_CHARACTERS]}", "bold red")


def _is_reader_gone(error: Exception) -> bool:
    """Whether who read our output has had enough (`| head`): no words then. A pipe that the job writes is another."""
    is_ours = isinstance(error, SinkFailed) and error.where == STDOUT
    return isinstance(error, BrokenPipeError) or (is_ours and isinstance(error.__cause__, BrokenPipeError))


def _of_the_machine(error: OSError | MemoryError) -> ExternalError:
    """What no layer expected to fail: a full disk for temporary files, no more threads or memory."""
    if isinstance(error, MemoryError):
        text, where = "this machine has no more memory for this process", None
    else:
        text, where = f"the system refuses: {error.strerror or error}", error.filename
    ours = ExternalError(
        text, where=None if where is None else str(where), hint="LIGHTFLUS_DEBUG=1 shows what asked for it"
    )
    ours.__cause__ = error
    return ours


def _report_bug(error: Exception) -> int:
    name = type(error).__name__
    say(f"error: this is a bug in Lightflus {__version__}: {name}: {str(error)[:300]}", "bold red")
    if _is_debugging():
        _print_traceback(error)
        return INTERNAL
    try:
        with tempfile.NamedTemporaryFile("w", prefix="lightflus-bug-", suffix=".txt", delete=False) as file:
            file.write(_traceback(error))
        say(f"  help: please report it with {file.name}; LIGHTFLUS_DEBUG=1 shows the same here")
    except OSError:
        say("  help: please report it with what LIGHTFLUS_DEBUG=1 shows")
    return INTERNAL


def _print_traceback(error: Exception) -> None:
    tell(Text(_traceback(error)), end="")


def _traceback(error: Exception) -> str:
    """Messages of errors in it may be anybody's."""
    return lines("".join(traceback.format_exception(error)), most=BUG_REPORT_CHARACTERS)


def _is_debugging() -> bool:
    return os.environ.get("LIGHTFLUS_DEBUG", "") not in ("", "0")
