"""Every guest of this repository keeps docs/abi.md, whatever language it was written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from guest_modules import NAMES, NOT_PORTABLE

from lightflus.verify import verify
from lightflus.wasm import ArtefactCache

pytestmark = pytest.mark.slow

WORD_COUNTS = tuple(name for name in NAMES if "word_count/" in name and name.startswith("examples/"))


@pytest.mark.parametrize("name", NAMES)
def test_a_guest_conforms(name: str, guest: Callable[[str], Path]) -> None:
    is_quick = name not in WORD_COUNTS
    report = verify(guest(name).read_bytes(), is_portable=True, is_quick=is_quick, cache=ArtefactCache())
    broken = [result.rule.number for result in report.failed]
    assert broken == (["1.7"] if name in NOT_PORTABLE else []), report.failed
    assert not [note for note in report.notes if "every generated input" in note]


def test_there_are_guests_in_every_language() -> None:
    endings = {"wordCount.ts", "Cargo.toml", "build.sh", "job.ts", "every_type.rs"}
    assert {Path(name).name for name in NAMES} >= endings
    assert len(WORD_COUNTS) >= 5
