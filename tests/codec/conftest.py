"""A linear memory to write to and read from.

The engine must not be made while a conftest is imported: pytest's fault handler, installed after that, would take
wasmtime's signals away, and the next trap would end the process.
"""

from __future__ import annotations

import pytest

from lightflus.wasm import CompiledModule, Instance, Store, StoreLimits, Window, from_text

PAGES = 32


@pytest.fixture(scope="session")
def memory_module() -> CompiledModule:
    return CompiledModule.from_wasm(from_text(f'(module (memory (export "memory") {PAGES}))'))


@pytest.fixture
def memory(memory_module: CompiledModule) -> Window:
    return Instance.without_imports(Store(StoreLimits(PAGES * 65_536, None)), memory_module).memory().window()
