"""How many lives are drawn: a few of each job in a test run, as many as one likes by `make simulate`."""

from __future__ import annotations

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "life" in metafunc.fixturenames:
        first = metafunc.config.getoption("--first-life")
        metafunc.parametrize("life", range(first, first + metafunc.config.getoption("--lives")))
