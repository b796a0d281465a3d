"""Fixtures around the sample guest of `numbers_guest.py`.

The engine must not be made while a conftest is imported: pytest's fault handler, installed after that, would take
wasmtime's signals away, and the next trap would end the process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from numbers_guest import LIMITS, Assemble, Loads, numbers

from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load
from lightflus.wasm import ArtefactCache


@pytest.fixture
def assemble() -> Assemble:
    return numbers


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> ArtefactCache:
    return ArtefactCache(tmp_path_factory.mktemp("artefacts"))


@pytest.fixture(scope="session")
def loads(cache: ArtefactCache) -> Loads:
    def load_within(wasm: bytes, *, limits: GuestLimits = LIMITS) -> LoadedModule:
        return load(wasm, limits=limits, cache=cache)

    return load_within


@pytest.fixture(scope="session")
def module(loads: Loads) -> LoadedModule:
    return loads(numbers())


@pytest.fixture
def guest(module: LoadedModule) -> Iterator[ModuleGuest]:
    made = module()
    yield made
    made.close()
