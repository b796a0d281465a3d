"""Ctrl-C while a module is being asked what it is, or never comes to its start."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from job_modules import graph, write_job

from lightflus.model.graph import ResourceLimits
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.module import with_graph

DESCRIBE = '(func (export "lf_describe") (result i32)'
LOG = "(call $log (i32.const 1) (i32.const 16) (i32.const 1))"
FOR_EVER = f"{DESCRIBE} {LOG} (loop $ever br $ever)"


NAMES = ["-b", "numbers=generate:?rows=1", "-b", "redis=blackhole:"]


@pytest.mark.slow
@pytest.mark.parametrize("command", [["inspect"], ["run", *NAMES]])
def test_a_module_that_never_ends_its_description_is_interrupted(command: list[str], tmp_path: Path) -> None:
    job = write_job(tmp_path / "job.wasm", change=(DESCRIBE, FOR_EVER))
    assert seconds_of_interrupt([command[0], str(job), *command[1:]]) < 1


@pytest.mark.slow
def test_a_module_that_carries_its_graph_and_never_starts_is_interrupted(tmp_path: Path) -> None:
    limits = ResourceLimits(memory_mib=8)
    job = write_job(tmp_path / "job.wasm", limits=limits, change=(DESCRIBE, FOR_EVER))
    job.write_bytes(with_graph(job.read_bytes(), graph_to_json(graph(limits))))
    assert seconds_of_interrupt(["run", str(job), *NAMES]) < 2  # 0.7 s on an idle machine


def seconds_of_interrupt(arguments: list[str]) -> float:
    """How long a command goes on after Ctrl-C, which comes when its guest has said something."""
    start = [sys.executable, "-c", "from lightflus.cli.start import main; main()"]
    with subprocess.Popen([*start, *arguments], stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert child.stderr.readline().startswith("[info]")
        asked = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait() == 130
        return time.monotonic() - asked
