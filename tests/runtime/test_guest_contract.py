"""The Python double and the published program as a module are the same guest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jobs import WORD_COUNT

from lightflus.cli.modules import load_job
from lightflus.ports.guests import Guest
from lightflus.sandbox.module import LoadedModule
from lightflus.testing.graphs import word_count
from lightflus.testing.guest import WordCountGuestContract
from lightflus.testing.guests import PythonGuests

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "word_count" / "wordCount.ts"


class TestPythonGuest(WordCountGuestContract):
    @pytest.fixture
    def guest(self) -> Guest:
        return PythonGuests(word_count(), WORD_COUNT)()


@pytest.fixture(scope="module")
def module() -> LoadedModule:
    return load_job(PROGRAM)


@pytest.mark.slow
class TestModuleGuest(WordCountGuestContract):
    @pytest.fixture
    def guest(self, module: LoadedModule) -> Iterator[Guest]:
        guest = module()
        yield guest
        guest.close()
