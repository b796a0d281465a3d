"""The `lightflus` executable until the command line is loaded.

What it owns: that a Ctrl-C in the first moments ends the process as it ends any other, without a traceback of imports.
What it leaves: everything else, to `main.py`.
"""

from __future__ import annotations

import signal


def main() -> None:
    """Entry of the executable."""
    is_heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not in the background of a script
    if is_heard:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from lightflus.cli.main import main as run_command  # noqa: PLC0415 (this is what takes the time)

    if is_heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()
