"""Around a process of a cluster: its log on standard error, as JSON also the error that ends it; its traces.

What it owns: that with `--log-format json` every line is an object.
What it leaves: the forms (`telemetry/logs.py`), spans (`telemetry/traces.py`), the screen of an error (`problems.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from lightflus.cli.problems import exit_code, to_json
from lightflus.errors import LightflusError
from lightflus.telemetry.logs import LogForm, log_to_stderr
from lightflus.telemetry.traces import tracing

_log = logging.getLogger("lightflus.cli")


@contextmanager
def watched(form: LogForm, collector: str, process: str, **about: str) -> Iterator[None]:
    """While the block runs; `about` says more of which process this is. Traces go to `collector`, if there is one.

    Raises Exit instead of an error that it has logged.
    """
    log_to_stderr(form, process=process, **about)
    try:
        with tracing(collector, process):
            yield
    except LightflusError as error:
        if form is LogForm.TEXT:
            raise
        _log.error("%s", error, extra={"error": to_json(error)})
        raise typer.Exit(exit_code(error)) from error
