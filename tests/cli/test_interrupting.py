"""Ctrl-C while a module is still being asked what it is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from job_modules import write_job

from lightflus.limits import RUN_DEADLINE_MS

DESCRIBE = '(func (export "lf_describe") (result i32)'
LOG = "(call $log (i32.const 1) (i32.const 16) (i32.const 1))"
FOR_EVER = f"{DESCRIBE} {LOG} (loop $ever br $ever)"


@pytest.mark.slow
@pytest.mark.parametrize("command", [["inspect"], ["run", "-b", "numbers=stdin:", "-b", "redis=blackhole:"]])
def test_a_module_that_never_ends_its_description_is_interrupted(command: list[str], tmp_path: Path) -> None:
    job = write_job(tmp_path / "job.wasm", change=(DESCRIBE, FOR_EVER))
    start = [sys.executable, "-c", "from lightflus.cli.start import main; main()"]
    with subprocess.Popen([*start, command[0], job, *command[1:]], stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert child.stderr.readline().startswith("[info]")
        asked = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait() == 130
        assert time.monotonic() - asked < RUN_DEADLINE_MS / 1_000 / 3  # a fifth of a second on an idle machine
