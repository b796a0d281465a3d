"""What every test may ask for: real servers, started when the first test does. Generated inputs have no deadline.

Programs that tests start end at Ctrl-C even if the run itself does not, which a shell puts into the background: whether
it is ignored is inherited.

Nor do they inherit the width of a terminal: GNU readline exports one from the process that starts the workers.

Files that take longest come first, so that no worker of `make test` is left with one when the others are done.
"""

import os
import signal

import pytest
from hypothesis import settings

pytest_plugins = ["tools.servers.fixtures"]

settings.register_profile("lightflus", deadline=None)
settings.load_profile("lightflus")
signal.signal(signal.SIGINT, signal.default_int_handler)
for of_a_terminal in ("COLUMNS", "LINES"):
    os.environ.pop(of_a_terminal, None)

LONGEST = (
    "rust/test_oldest_rust.py",
    "portability/test_guests.py",
    "connectors/test_kafka_killed.py",
    "cli/test_start_errors.py",
    "connectors/test_kafka_transactions.py",
    "rust/test_golden_jobs.py",
    "e2e/test_kills.py",
    "e2e/test_determinism.py",
    "verify/test_kit.py",
    "wheel/test_wheel.py",
    "connectors/test_kafka_faults.py",
    "cli/test_commands.py",
    "rust/test_rust_failures.py",
    "evil/test_evil.py",
    "fuzz/test_fuzzer.py",
)
"""Whole files, since a file stays on one worker; each takes more than half a minute. The second host runs what the
guests' file has built, and so not at once."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--lives", type=int, default=5, help="seeds of each job that is killed again and again")
    parser.addoption("--first-life", type=int, default=0, help="the first of them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests of the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(LONGEST)))
