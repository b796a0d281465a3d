"""The `lightflus` executable until the command line is loaded.

What it owns: that a Ctrl-C in the first moments ends the process as it ends any other, without a traceback of imports;
what libraries have to be told before they are loaded.
What it leaves: everything else, to `main.py`.
"""

from __future__ import annotations

import os
import signal


def main() -> None:
    """Entry of the executable."""
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not in the background of a script
    if is_heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what goes wrong comes as an error; its own lines say it again
    from lightflus.cli.main import main as run_command  # noqa: PLC0415 (this is what takes the time)

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()
