"""Shared by the tests of the command line: consoles that write where the test looks, a cache of its own, a job."""

from __future__ import annotations

from pathlib import Path

import pytest
from job_modules import write_job

from lightflus.cli.screen import results, words


@pytest.fixture(scope="session")
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _surroundings(cache_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_directory))
    monkeypatch.delenv("COLUMNS", raising=False)  # of the terminal that the tests were started from
    words.cache_clear()
    results.cache_clear()


@pytest.fixture(scope="session")
def numbers_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_job(tmp_path_factory.mktemp("job") / "numbers.wasm")
