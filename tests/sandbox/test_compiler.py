"""The jailed compiler: it ends at its limits, and what it made is kept and checked."""

from __future__ import annotations

import hashlib

import pytest

from lightflus.errors import InternalError, ModuleInvalid
from lightflus.sandbox.compiler import compiled
from lightflus.wasm import ArtefactCache, Engine, Instance, Store, StoreLimits, from_text

WASM = from_text('(module (func (export "f") (result i32) i32.const 42))')
DIGEST = hashlib.sha256(WASM).hexdigest()


def bomb(functions: int, width: int) -> bytes:
    """Functions that are hard to compile: long chains of joins."""
    body = "(local i64 i64 i64 i64)" + "".join(
        f"(if (i64.eqz (local.get {i % 4}))"
        f" (then (local.set {(i + 1) % 4} (i64.mul (local.get {i % 4}) (i64.const {i}))))"
        f" (else (local.set {(i + 2) % 4} (i64.add (local.get {(i + 3) % 4}) (local.get {i % 4})))))"
        for i in range(width)
    )
    return from_text("(module" + f"(func {body})" * functions + ")")


def answer_of(cache: ArtefactCache | None) -> int:
    module = compiled(WASM, DIGEST, cache, Engine())
    return Instance.without_imports(Store(StoreLimits(1 << 20, 1_000), module.engine), module).function("f")()


def test_what_the_child_compiled_runs_here() -> None:
    assert answer_of(None) == 42


def test_a_second_compilation_comes_from_the_cache(cache: ArtefactCache, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_of(cache)
    monkeypatch.setattr("sys.executable", "/nowhere")
    assert answer_of(cache) == 42


def test_bytes_that_wasmtime_refuses_are_refused_with_its_words() -> None:
    with pytest.raises(ModuleInvalid, match=r"cannot be compiled: .+"):
        compiled(from_text("(module (memory 1) (memory 1))"), "digest", None, Engine())


@pytest.mark.slow
def test_a_module_that_takes_too_long_to_compile_is_given_up() -> None:
    with pytest.raises(ModuleInvalid, match="cannot be compiled within 1 s"):
        compiled(bomb(1_500, 400), "digest", None, Engine(), cpu_seconds=1)


@pytest.mark.slow
def test_a_module_that_takes_too_much_memory_to_compile_is_given_up() -> None:
    with pytest.raises(ModuleInvalid, match="within 200 MiB of memory"):
        compiled(bomb(2, 20_000), "digest", None, Engine(), memory_bytes=200 << 20)


@pytest.mark.parametrize(("program", "said"), [("/bin/false", "ended with code 1"), ("/nowhere", "does not start")])
def test_a_child_that_cannot_work_is_our_own_bug(monkeypatch: pytest.MonkeyPatch, program: str, said: str) -> None:
    monkeypatch.setattr("sys.executable", program)
    with pytest.raises(InternalError, match=said):
        compiled(WASM, DIGEST, None, Engine())
