"""What several files of the ApiServer's tests ask for: a module, a command line that asks a server of the test."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from lightflus.cli.screen import results, words

WRITE = Path(__file__).parents[1] / "cli" / "job_modules.py"


@pytest.fixture(scope="session")
def numbers_job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module of a job between Kafka and Redis, made without a compiler."""
    write = cast("Callable[[Path], Path]", runpy.run_path(str(WRITE))["write_job"])
    return write(tmp_path_factory.mktemp("job") / "numbers.wasm")


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("COLUMNS", "LIGHTFLUS_NAMESPACE", "LIGHTFLUS_TOKEN", "LIGHTFLUS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    words.cache_clear()
    results.cache_clear()
