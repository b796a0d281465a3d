"""Fixtures that build: guests, and the second host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from guest_modules import built


@pytest.fixture(scope="session")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The module of a guest by name, built when it is first asked for."""
    folder = tmp_path_factory.mktemp("guests")
    known: dict[str, Path] = {}

    def module(name: str) -> Path:
        if name not in known:
            known[name] = built(name, folder)
        return known[name]

    return module
