"""A process that writes checkpoints to a folder dies, at each of its steps: all that is there can be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_whatever_a_death_leaves_is_whole_and_the_next_run_tidies_up(tmp_path: Path) -> None:
    program = Path(__file__).with_name("deadly_steps.py")
    done = subprocess.run([sys.executable, program, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50
