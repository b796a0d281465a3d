"""A linear memory to write to and read from."""

from __future__ import annotations

import functools

from lightflus.wasm import CompiledModule, Instance, Store, StoreLimits, Window, from_text

PAGES = 32


@functools.cache
def _module() -> CompiledModule:
    return CompiledModule.from_wasm(from_text(f'(module (memory (export "memory") {PAGES}))'))


def new_memory() -> Window:
    module = _module()
    return Instance.without_imports(Store(StoreLimits(PAGES * 65_536, None), module.engine), module).memory().window()
