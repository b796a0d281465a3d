"""Examination in the jail: it ends at its bounds, each with its own words, and what it found is kept and checked."""

from __future__ import annotations

import json

import pytest
from numbers_guest import Assemble

from lightflus.errors import InternalError, JobInvalid, ModuleInvalid
from lightflus.jail import Bounds
from lightflus.limits import FUNCTION_RESULTS, FUNCTION_STACK_VALUES, JUMP_TARGETS, MODULE_BYTES
from lightflus.sandbox.binary import with_section
from lightflus.sandbox.examining import TooCostly, examined
from lightflus.sandbox.facts import from_facts, to_facts
from lightflus.sandbox.inspect import inspect
from lightflus.wasm import ArtefactCache, Engine, from_text

HEAP = "(global $heap"


def bomb(assemble: Assemble, functions: int, width: int) -> bytes:
    """A module with functions that are hard to compile: long chains of joins."""
    body = "(local i64 i64 i64 i64)" + "".join(
        f"(if (i64.eqz (local.get {i % 4}))"
        f" (then (local.set {(i + 1) % 4} (i64.mul (local.get {i % 4}) (i64.const {i}))))"
        f" (else (local.set {(i + 2) % 4} (i64.add (local.get {(i + 3) % 4}) (local.get {i % 4})))))"
        for i in range(width)
    )
    return assemble((HEAP, f"(func {body})" * functions + HEAP))


def test_what_a_child_found_is_what_inspection_finds(assemble: Assemble) -> None:
    wasm = assemble()
    report, module = examined(wasm, None, Engine())
    assert report == inspect(wasm)
    assert module.artefact()


def test_a_second_examination_comes_from_the_cache(
    assemble: Assemble, cache: ArtefactCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    wasm = with_section(assemble(), "note", b"kept")
    found, _ = examined(wasm, cache, Engine())
    monkeypatch.setattr("lightflus.sandbox.examining.ask", lambda *_: pytest.fail("a child was asked"))
    assert examined(wasm, cache, Engine())[0] == found


def test_what_was_found_under_other_rules_is_found_again(assemble: Assemble) -> None:
    wasm = assemble()
    facts = to_facts(inspect(wasm))
    assert from_facts(facts, wasm, inspect(wasm).digest) == inspect(wasm)
    assert from_facts(json.dumps({**json.loads(facts), "rules": "others"}).encode(), wasm, "") is None


@pytest.mark.parametrize("facts", [b"", b"[]", b"{}", b'{"rules": 1}', b"[" * 100_000, b"\xff"])
def test_facts_that_cannot_be_read_are_none(facts: bytes) -> None:
    assert from_facts(facts, b"", "") is None


def test_a_graph_that_cannot_be_read_is_refused_by_the_child(assemble: Assemble) -> None:
    with pytest.raises(JobInvalid):
        examined(with_section(assemble(), "lightflus.job", b'{"nobody": 1}'), None, Engine())


def test_a_module_that_is_too_large_is_not_handed_to_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.sandbox.examining.ask", lambda *_: pytest.fail("a child was asked"))
    with pytest.raises(ModuleInvalid, match="a module has at most"):
        examined(bytes(MODULE_BYTES + 1), None, Engine())


@pytest.mark.slow
def test_a_module_that_takes_too_long_is_given_up(assemble: Assemble) -> None:
    with pytest.raises(TooCostly, match="cannot be examined and compiled within 1 s"):
        examined(bomb(assemble, 1_500, 400), None, Engine(), bounds=Bounds(1, 1 << 30, 1 << 30))


@pytest.mark.slow
def test_a_module_that_takes_too_much_memory_is_given_up(assemble: Assemble) -> None:
    with pytest.raises(TooCostly, match="within 100 MiB of memory"):
        examined(bomb(assemble, 2, 20_000), None, Engine(), bounds=Bounds(30, 100 << 20, 1 << 30))


def test_machine_code_that_is_too_large_is_given_up(assemble: Assemble) -> None:
    with pytest.raises(TooCostly, match="its machine code has more than 0 MiB"):
        examined(assemble(), None, Engine(), bounds=Bounds(10, 1 << 30, 1_000))


def table(targets: int) -> str:
    return f"(func (block (br_table {' 0' * targets} 0 (i32.const 0))))"


MANY = f"(func (result {'i32 ' * FUNCTION_RESULTS}) unreachable)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"(type (func (result {'i32 ' * (FUNCTION_RESULTS + 1)})))", "17 results of a function; 16 are allowed"),
        (f"(type (func (param {'i32 ' * 1_001})))", "1001 parameters of a function; 1000 are allowed"),
        (table(JUMP_TARGETS + 1), "a br_table of 10,001 targets; 10,000 are allowed"),
        (table(JUMP_TARGETS) * 101, "more than 1,000,000 targets together"),
        (f"(func {'i32.const 1 ' * (FUNCTION_STACK_VALUES + 1)} unreachable)", "10,001 values on its stack"),
        (f"{MANY} (func {'call $many ' * 700} unreachable)".replace("(func (", "(func $many ("), "values on its stack"),
        (f"(func unreachable {'drop ' * 20_000} {'i32.const 1 ' * 10_001} unreachable)", "10,001 values on its stack"),
        (f'(func (export "{"x" * 4_097}"))', "a name of 4,097 bytes"),
    ],
    ids=["results", "parameters", "targets", "all targets", "constants", "calls", "never reached", "name"],
)
def test_what_multiplies_elsewhere_is_bounded_by_name(assemble: Assemble, text: str, said: str) -> None:
    with pytest.raises(ModuleInvalid, match=said):
        inspect(from_text(f"(module {text})"))


def test_a_stack_as_high_as_it_may_be_is_accepted(assemble: Assemble) -> None:
    high = f"(func {'i32.const 1 ' * FUNCTION_STACK_VALUES} {'drop ' * FUNCTION_STACK_VALUES})"
    inspect(assemble((HEAP, high + table(JUMP_TARGETS) + HEAP)))


@pytest.mark.parametrize("answer", [b"", b"\2", b"\2\0\0\0{}", b"\xff\xff\xff\xff{}"])
def test_a_damaged_answer_of_a_child_is_our_own_bug(
    assemble: Assemble, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr("lightflus.sandbox.examining.ask", lambda *_: answer)
    with pytest.raises(InternalError, match="facts that cannot be read"):
        examined(assemble(), None, Engine())
