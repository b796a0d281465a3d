"""Host functions: they never raise into wasmtime, and errors stay with the store that they happened in."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from lightflus.errors import GuestAborted, InternalError
from lightflus.wasm import (
    CompiledModule,
    Engine,
    HostFunction,
    Instance,
    LinearMemory,
    Linker,
    Store,
    StoreLimits,
    WasmRefused,
    from_text,
)

CALLS_THE_HOST = """
(module
  (import "host" "note" (func $note (param i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func $on)
  (func (export "call") (param i32) (result i32) local.get 0 i64.const -1 call $note)
  (func (export "call_and_go_on") (param i32) local.get 0 i64.const 0 call $note drop (loop call $on br 0)))
"""


class World:
    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[tuple[int, ...]] = []


def note(world: World, memory: LinearMemory | None, arguments: Sequence[int]) -> int:
    assert memory is not None
    world.seen.append(tuple(arguments))
    if arguments[0] == 13:
        raise GuestAborted(f"{world.name} gave up")
    if arguments[0] == 14:
        raise ZeroDivisionError
    return arguments[0] + 1


FUNCTIONS = [HostFunction("host", "note", "iI", "i", note)]
ENGINE = Engine()
LINKER = Linker(FUNCTIONS, ENGINE)
PUBLIC_LINKER = Linker(FUNCTIONS, ENGINE, is_native=False)


def make(world: World, linker: Linker[World] = LINKER) -> tuple[Store, Instance]:
    store = Store(StoreLimits(1 << 20, 1_000), ENGINE)
    prepared = linker.prepare(CompiledModule.from_wasm(from_text(CALLS_THE_HOST), ENGINE))
    return store, prepared.instantiate(store, world)


def test_a_host_function_gets_unsigned_arguments_and_its_stores_world() -> None:
    one, other = World("one"), World("other")
    _, first = make(one)
    make(other)
    assert first.function("call")(-1) == 0
    assert (one.seen, other.seen) == ([(0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)], [])


@pytest.mark.parametrize("linker", [LINKER, PUBLIC_LINKER], ids=["native", "public"])
@pytest.mark.parametrize("how", ["__call__", "call_checked"])
def test_an_error_of_a_host_function_ends_the_call_that_it_happened_in(linker: Linker[World], how: str) -> None:
    _, instance = make(World("guest"), linker)
    with pytest.raises(GuestAborted, match="guest gave up"):
        getattr(instance.function("call_and_go_on"), how)(13)


@pytest.mark.parametrize("linker", [LINKER, PUBLIC_LINKER], ids=["native", "public"])
def test_both_ways_of_linking_pass_the_same_numbers(linker: Linker[World]) -> None:
    world = World("guest")
    _, instance = make(world, linker)
    assert instance.function("call")(0xFFFF_FFFE) == 0xFFFF_FFFF
    assert world.seen == [(0xFFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF)]


def test_an_unforeseen_error_of_a_host_function_is_an_internal_error() -> None:
    _, instance = make(World("guest"))
    with pytest.raises(InternalError, match="host function note: ZeroDivisionError"):
        instance.function("call")(14)


def test_threads_do_not_get_each_others_errors() -> None:
    wrong: list[str] = []

    def work(name: str) -> None:
        for _ in range(50):
            _, instance = make(World(name))
            with pytest.raises(GuestAborted) as caught:
                instance.function("call")(13)
            if str(caught.value) != f"{name} gave up":
                wrong.append(str(caught.value))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_import_that_nobody_offers_is_refused_by_name() -> None:
    module = CompiledModule.from_wasm(from_text('(module (import "env" "secret" (func)))'), ENGINE)
    with pytest.raises(WasmRefused, match=r"env::secret"):
        LINKER.prepare(module)
