"""The same through wasmtime's public interface, as it is used where the package's private names have moved."""

from __future__ import annotations

import threading

import pytest

from lightflus.wasm import (
    CompiledModule,
    Instance,
    OutOfBounds,
    Store,
    StoreLimits,
    TrapKind,
    WasmTrap,
    call,
    engine,
    from_text,
    memory,
    store,
)

TEXT = """
(module
  (memory (export "memory") 1)
  (func (export "echo") (param i32) (result i32) local.get 0)
  (func (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "loop") (loop br 0)))
"""


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Instance:
    for file in (call, engine, memory, store):
        monkeypatch.setattr(file, "NATIVE", None)
    module = CompiledModule.from_wasm(from_text(TEXT))
    return Instance.without_imports(Store(StoreLimits(1 << 20, 50), module.engine), module)


def test_calls_answer_unsigned_numbers(instance: Instance) -> None:
    assert instance.function("echo")(-1) == 0xFFFF_FFFF


def test_memory_is_read_written_and_bounded(instance: Instance) -> None:
    instance.memory().write(65_535, b"x")
    assert instance.memory().read(65_535, 1) == b"x"
    with pytest.raises(OutOfBounds):
        instance.memory().read(65_536, 1)
    instance.function("grow")()
    assert instance.memory().read(65_535, 2) == b"x\0"


def test_deadlines_hold(instance: Instance) -> None:
    with pytest.raises(WasmTrap) as caught:
        instance.function("loop")()
    assert caught.value.kind is TrapKind.INTERRUPTED


def test_interrupts_arrive(instance: Instance) -> None:
    timer = threading.Timer(0.02, instance.store.interrupt)
    timer.start()
    with pytest.raises(WasmTrap):
        instance.function("loop")()
    timer.join()
