"""A million damaged inputs through everything that reads a stranger's bytes; what failed can be repeated."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from tools.fuzz import chunks, targets
from tools.fuzz.targets import TARGETS, Target

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_million_cases_and_two_thousand_in_the_jail_end_with_names() -> None:
    command = [sys.executable, "-m", "tools.fuzz", "--seed", "1", "--cases", "1000000", "--jailed", "2000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1,00")


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_follow_from_the_seed(name: str) -> None:
    make = TARGETS[name].make
    one, other = Random(3), Random(3)
    assert [make(one) for _ in range(20)] == [make(other) for _ in range(20)]


def test_the_shares_are_all_of_it() -> None:
    assert sum(target.share for target in TARGETS.values()) == 100


def fails(data: bytes) -> None:
    if data == b"7":
        raise ZeroDivisionError("seven")


def test_what_has_no_name_is_told_with_the_command_that_repeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = Target(lambda chance: str(chance.randrange(10)).encode(), fails, 1)
    monkeypatch.setitem(targets.TARGETS, "names", digits)
    failed = chunks.run(("names", 5, 2))
    assert failed is not None
    assert (
        "ZeroDivisionError: seven\n  input b'7'\n  again: python -m tools.fuzz --target names --seed 5 --chunk 2"
        in failed
    )
    assert chunks.run(("names", 5, 2)) == failed


def hangs(_data: bytes) -> None:
    while True:
        pass


def test_what_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(targets.TARGETS, "names", Target(lambda _: b"", hangs, 1))
    monkeypatch.setattr(chunks, "HANG_SECONDS", 1)
    assert "Hang: it took longer than" in str(chunks.run(("names", 1, 1)))
