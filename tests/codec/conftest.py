"""A linear memory to write to and read from, and record types with values of all kinds."""

from __future__ import annotations

import pytest

from lightflus.wasm import CompiledModule, Instance, LinearMemory, Store, StoreLimits, from_text

PAGES = 32
MODULE = CompiledModule.from_wasm(from_text(f'(module (memory (export "memory") {PAGES}))'))


@pytest.fixture
def memory() -> LinearMemory:
    return Instance.without_imports(Store(StoreLimits(PAGES * 65_536, None)), MODULE).memory()
