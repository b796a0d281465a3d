"""Calls into wasm: the fast way does what the package's own way does."""

from __future__ import annotations

import threading

import pytest

from lightflus.errors import InternalError
from lightflus.wasm import (
    CompiledModule,
    Frame,
    Function,
    Instance,
    OutOfBounds,
    Store,
    StoreLimits,
    TrapKind,
    WasmRefused,
    WasmTrap,
    from_text,
)
from lightflus.wasm.native import NATIVE

TEXT = """
(module
  (memory (export "memory") 1 4)
  (func (export "nothing"))
  (func (export "echo") (param i32) (result i32) local.get 0)
  (func (export "echo64") (param i64) (result i64) local.get 0)
  (func (export "mixed") (param i32 i64 i32) (result i64)
    local.get 0 i64.extend_i32_u local.get 1 i64.add local.get 2 i64.extend_i32_u i64.sub)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func $deep (export "deep") (param i32) (result i32) local.get 0 call $deep i32.const 1 i32.add)
  (func (export "loop") (loop br 0))
  (func $inner unreachable)
  (func (export "unreachable") call $inner)
  (func (export "divide") (param i32) (result i32) i32.const 1 local.get 0 i32.div_u)
  (func (export "outside") (result i32) i32.const -4 i32.load)
  (func (export "floating") (param f64)))
"""


@pytest.fixture(scope="module")
def module() -> CompiledModule:
    return CompiledModule.from_wasm(from_text(TEXT))


def make(module: CompiledModule, *, deadline_ms: int | None = 1_000) -> Instance:
    return Instance.without_imports(Store(StoreLimits(4 * 65_536, deadline_ms), module.engine), module)


def test_this_package_of_wasmtime_has_the_native_entries() -> None:
    assert NATIVE is not None


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("nothing", (), 0),
        ("echo", (7,), 7),
        ("echo", (-1,), 0xFFFF_FFFF),
        ("echo", (0xFFFF_FFFF,), 0xFFFF_FFFF),
        ("echo", (1 << 32,), 0),
        ("echo64", (-1,), 0xFFFF_FFFF_FFFF_FFFF),
        ("mixed", (1, 1 << 40, 3), (1 << 40) - 2),
        ("grow", (1,), 1),
        ("grow", (100,), 0xFFFF_FFFF),
    ],
)
def test_the_fast_call_answers_what_the_checked_call_answers(
    module: CompiledModule, name: str, arguments: tuple[int, ...], result: int
) -> None:
    fast = make(module).function(name)(*arguments)
    checked = make(module).function(name).call_checked(*arguments)
    assert (fast, checked) == (result, result)


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("unreachable", (), TrapKind.UNREACHABLE),
        ("divide", (0,), TrapKind.DIVISION_BY_ZERO),
        ("outside", (), TrapKind.OUT_OF_BOUNDS),
        ("deep", (0,), TrapKind.STACK_OVERFLOW),
    ],
)
def test_a_trap_is_the_same_in_both_calls(
    module: CompiledModule, name: str, arguments: tuple[int, ...], kind: TrapKind
) -> None:
    with pytest.raises(WasmTrap) as fast:
        make(module).function(name)(*arguments)
    with pytest.raises(WasmTrap) as checked:
        make(module).function(name).call_checked(*arguments)
    assert fast.value.kind is checked.value.kind is kind
    assert fast.value.frames == checked.value.frames


def test_a_trap_names_its_frames_from_inside_out(module: CompiledModule) -> None:
    with pytest.raises(WasmTrap) as caught:
        make(module).function("unreachable")()
    assert [type(frame) for frame in caught.value.frames] == [Frame, Frame]
    assert caught.value.frames[0].function == "inner"
    assert caught.value.frames[0].module_offset < caught.value.frames[1].module_offset


def test_a_call_after_a_trap_still_answers(module: CompiledModule) -> None:
    instance = make(module)
    with pytest.raises(WasmTrap):
        instance.function("unreachable")()
    assert instance.function("echo")(5) == 5


def test_an_endless_loop_ends_at_its_deadline(module: CompiledModule) -> None:
    with pytest.raises(WasmTrap) as caught:
        make(module, deadline_ms=20).function("loop")()
    assert caught.value.kind is TrapKind.INTERRUPTED


def test_every_call_has_its_deadline_anew(module: CompiledModule) -> None:
    instance = make(module, deadline_ms=20)
    for _ in range(3):
        with pytest.raises(WasmTrap):
            instance.function("loop")()
    assert instance.function("echo")(1) == 1


def test_an_interrupt_from_another_thread_ends_an_endless_loop(module: CompiledModule) -> None:
    instance = make(module, deadline_ms=60_000)
    timer = threading.Timer(0.02, instance.store.interrupt)
    timer.start()
    with pytest.raises(WasmTrap) as caught:
        instance.function("loop")()
    timer.join()
    assert caught.value.kind is TrapKind.INTERRUPTED


@pytest.mark.parametrize("name", ["__call__", "call_checked"])
def test_a_call_that_ends_for_another_stores_sake_was_disturbed(module: CompiledModule, name: str) -> None:
    instance, other = make(module, deadline_ms=60_000), make(module, deadline_ms=60_000)
    is_over = threading.Event()

    def interrupt() -> None:
        """Again and again: the first may come before the call has begun."""
        while not is_over.wait(0.02):
            other.store.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(WasmTrap) as caught:
        getattr(instance.function("loop"), name)()
    is_over.set()
    thread.join()
    assert caught.value.kind is TrapKind.DISTURBED


def test_an_interrupt_disturbs_no_store_of_another_engine(module: CompiledModule) -> None:
    instance, other = make(module, deadline_ms=200), make(CompiledModule.from_wasm(from_text(TEXT)), deadline_ms=200)
    timer = threading.Timer(0.02, other.store.interrupt)
    timer.start()
    with pytest.raises(WasmTrap) as caught:
        instance.function("loop")()
    timer.join()
    assert caught.value.kind is TrapKind.INTERRUPTED


@pytest.mark.parametrize("name", ["__call__", "call_checked"])
def test_no_call_begins_after_an_interrupt(module: CompiledModule, name: str) -> None:
    instance = make(module)
    instance.store.interrupt()
    with pytest.raises(WasmTrap, match="interrupted"):
        getattr(instance.function("echo"), name)(1)


def test_a_store_without_a_deadline_outlives_the_interrupt_of_another(module: CompiledModule) -> None:
    kernel = make(module, deadline_ms=None)
    make(module).store.interrupt()
    assert kernel.function("echo")(3) == 3


def test_a_wrong_number_of_arguments_is_refused(module: CompiledModule) -> None:
    with pytest.raises(WasmRefused, match="takes 1 arguments, not 2"):
        make(module).function("echo")(1, 2)


def test_a_function_of_floats_is_refused(module: CompiledModule) -> None:
    with pytest.raises(WasmRefused, match="f64"):
        make(module).function("floating")


def test_a_missing_export_is_named(module: CompiledModule) -> None:
    with pytest.raises(WasmRefused, match="no function lf_row"):
        make(module).function("lf_row")
    with pytest.raises(WasmRefused, match="no memory other"):
        make(module).memory("other")


def test_an_export_that_is_not_a_function_is_no_function(module: CompiledModule) -> None:
    found: Function | None = make(module).optional_function("memory")
    assert found is None


def test_memory_is_read_and_written_up_to_its_last_byte(module: CompiledModule) -> None:
    memory = make(module).memory()
    memory.write(65_534, b"xy")
    assert memory.read(65_534, 2) == b"xy"


@pytest.mark.parametrize(("start", "size"), [(65_535, 2), (65_536, 1), (0xFFFF_FFFF, 1), (-1, 1), (0, -1)])
def test_memory_is_not_touched_outside_its_bounds(module: CompiledModule, start: int, size: int) -> None:
    memory = make(module).memory()
    with pytest.raises(OutOfBounds, match="outside the memory of 65536 bytes"):
        memory.read(start, size)
    with pytest.raises(OutOfBounds):
        memory.window().copy_out(0, start, size)
    with pytest.raises(OutOfBounds):
        memory.window().copy_in(start, 0, size)


def test_memory_that_has_grown_is_seen_at_once(module: CompiledModule) -> None:
    instance = make(module)
    memory = instance.memory()
    instance.function("grow")(1)
    memory.write(65_536, b"z")
    assert (memory.size, memory.read(65_536, 1)) == (2 * 65_536, b"z")


def test_a_store_is_not_closed_under_a_running_call(module: CompiledModule) -> None:
    instance = make(module, deadline_ms=60_000)
    refused: list[InternalError] = []

    def close_and_interrupt() -> None:
        try:
            instance.store.close()
        except InternalError as error:
            refused.append(error)
        instance.store.interrupt()

    timer = threading.Timer(0.02, close_and_interrupt)
    timer.start()
    with pytest.raises(WasmTrap):
        instance.function("loop")()
    timer.join()
    assert len(refused) == 1
    instance.store.close()


def test_a_call_after_the_store_was_closed_is_refused(module: CompiledModule) -> None:
    instance = make(module)
    echo = instance.function("echo")
    instance.store.close()
    with pytest.raises(WasmRefused, match="after its store was closed"):
        echo(1)
