"""Modules that the tests of a worker run, built once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _built(program: str, to: Path) -> bytes:
    lightflus = Path(sys.executable).with_name("lightflus")
    subprocess.run([lightflus, "build", ROOT / "examples" / program, "-o", to], check=True, capture_output=True)
    return to.read_bytes()


@pytest.fixture(scope="session")
def word_count(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The published word count."""
    return _built("word_count/wordCount.ts", tmp_path_factory.mktemp("built") / "job.wasm")


@pytest.fixture(scope="session")
def page_views(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Windows of event time."""
    return _built("event_time/pageViews.ts", tmp_path_factory.mktemp("built") / "job.wasm")
