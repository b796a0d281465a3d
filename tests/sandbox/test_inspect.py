"""Modules that are refused without running them, each for the reason that it is."""

from __future__ import annotations

import contextlib
import random
import time

import pytest
from numbers_guest import Assemble

from lightflus.errors import LightflusError, ModuleInvalid
from lightflus.limits import MODULE_BYTES
from lightflus.sandbox.binary import section, with_section
from lightflus.sandbox.inspect import inspect
from lightflus.wasm import from_text

EMPTY = b"\0asm\1\0\0\0"
LOG = '(import "lightflus" "log" (func $log (param i32 i32 i32)))'
MEMORY = '(memory (export "memory") 2)'


def test_a_good_module_is_reported(assemble: Assemble) -> None:
    wasm = assemble()
    report = inspect(wasm)
    assert (report.size_bytes, report.memory_minimum_bytes, report.memory_maximum_bytes) == (len(wasm), 131_072, None)
    assert {f"{wanted.module}.{wanted.name}" for wanted in report.imports} == {"lightflus.abort", "lightflus.log"}
    assert str(report.exports["lf_apply"].signature) == "(i32) -> (i32)"
    assert report.is_portable
    assert report.graph is None
    assert len(report.digest) == 64


def test_its_graph_section_is_found(assemble: Assemble) -> None:
    report = inspect(with_section(assemble(), "lightflus.job", b"{}"))
    assert report.graph == b"{}"
    start, end = report.sections["lightflus.job"]
    assert report.wasm[start:end] == b"{}"


def test_simd_and_a_large_memory_are_not_portable(assemble: Assemble) -> None:
    simd = "(func (result v128) v128.const i64x2 1 2)\n  (global $heap"
    report = inspect(assemble(("(global $heap", simd), (MEMORY, '(memory (export "memory") 64)')))
    assert report.not_portable_because == (
        "it uses SIMD (v128)",
        "it begins with 4,096 KiB of memory; 2,048 KiB are portable",
    )


@pytest.mark.parametrize(
    ("wasm", "said"),
    [
        (b"", "it is empty"),
        (b"import { x } from 'y'", 'not a WebAssembly file: it begins with "import {"'),
        (b"\x7fELF\2\1\1\0", "it begins with the bytes 7f 45 4c 46 02 01 01 00"),
        (b"\0asm", "truncated"),
        (b"\0asm\2\0\0\0", "WebAssembly version 2"),
        (b"\0asm\x0d\0\1\0", "component"),
        (EMPTY, "not a Lightflus module"),
        (EMPTY + b"\1\x7f", "truncated: it ends at byte 10"),
        (EMPTY + b"\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "a number at byte"),
        (EMPTY + b"\0\2\1\xff", "not UTF-8"),
        (EMPTY + b"\0\0" * 2_000, "truncated|more than 1000 sections"),
        (EMPTY + b"\0\1\0" * 2_000, "more than 1000 sections"),
        (EMPTY + b"\1\5\xff\xff\xff\xff\x0f", "4294967295 types"),
        (EMPTY + b"\7\5\xff\xff\xff\xff\x0f", "4294967295 exports"),
        (EMPTY + b"\1\4\1\x5f\0\0", "garbage collection"),
        (EMPTY + b"\5\5\2\0\1\0\1", "2 memories"),
        (EMPTY + b"\3\2\1\0", "no type 0"),
        (EMPTY + b"\x7f\0", "not a valid module"),
    ],
)
def test_bytes_that_are_no_module_are_refused(wasm: bytes, said: str) -> None:
    with pytest.raises(ModuleInvalid, match=said):
        inspect(wasm)


def test_a_section_of_ours_that_comes_twice_is_refused(assemble: Assemble) -> None:
    one = with_section(assemble(), "lightflus.job", b"{}")
    twice = one + with_section(assemble(), "lightflus.job", b"[]")[len(assemble()) :]
    with pytest.raises(ModuleInvalid, match=r"two sections lightflus\.job"):
        inspect(twice)


def test_a_module_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ModuleInvalid, match="it has 16,777,224 bytes; a module has at most 16,777,216"):
        inspect(EMPTY + bytes(MODULE_BYTES))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((LOG, LOG + '(import "env" "open" (func))'), r"it imports env\.open, which no host offers"),
        ((LOG, LOG + '(import "lightflus" "time" (func))'), r"it imports lightflus\.time, which no host offers"),
        (
            (LOG, LOG + '(import "wasi_snapshot_preview1" "fork" (func))'),
            r"it imports wasi_snapshot_preview1\.fork, which no host",
        ),
        (
            (LOG, '(import "lightflus" "log" (func $log (param i32 i32 i64)))\n(func $x (param i32 i32 i32))'),
            r"not a valid module|it imports lightflus\.log as \(i32, i32, i64\) -> \(\); the host offers",
        ),
        ((LOG, LOG + '(import "lightflus" "abort" (memory 1))'), "memories"),
        ((LOG, LOG + '(import "lightflus" "log" (global i32))'), r"it imports lightflus\.log as global"),
        (
            ('(export "lf_abi_v1")', '(export "lf_abi_v2")'),
            "speaks version 2 of the guest ABI; this engine speaks",
        ),
        (('(export "lf_abi_v1")', ""), "not a Lightflus module"),
        (('(func (export "lf_row")', "(func "), "it does not export lf_row"),
        (
            ('(func (export "lf_reset")', '(func (export "lf_reset") (param i32)'),
            r"it exports lf_reset as \(i32\) -> \(\); \(\) -> \(\) is expected",
        ),
        ((MEMORY, '(memory 2) (global (export "memory") i32 (i32.const 1))'), "does not export its memory"),
        ((MEMORY, '(memory (export "memory") 1 1 shared)'), "not a valid module: .*threads"),
        ((MEMORY, '(memory (export "memory") i64 1)'), "not a valid module"),
        (("(global $heap", "(table 1 externref) (global $heap"), "not a valid module"),
    ],
)
def test_a_module_that_breaks_a_rule_is_refused(assemble: Assemble, change: tuple[str, str], said: str) -> None:
    with pytest.raises(ModuleInvalid, match=said):
        inspect(assemble(change))


def test_all_that_is_wrong_is_said_at_once(assemble: Assemble) -> None:
    with pytest.raises(ModuleInvalid) as caught:
        inspect(assemble(('(export "lf_abi_v1")', ""), ('(func (export "lf_row")', "(func ")))
    assert str(caught.value).count(";") == 1
    assert caught.value.hint is not None


def test_a_module_cut_anywhere_is_refused(assemble: Assemble) -> None:
    wasm = assemble()
    for end in range(0, len(wasm) - 1, 37):
        with pytest.raises(ModuleInvalid):
            inspect(wasm[:end])


def test_a_module_with_flipped_bits_is_refused_or_fine_but_never_a_surprise(assemble: Assemble) -> None:
    wasm = assemble()
    chance = random.Random(1)
    for _ in range(300):
        damaged = bytearray(wasm)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(8, len(wasm))] ^= 1 << chance.randrange(8)
        with contextlib.suppress(ModuleInvalid):
            inspect(bytes(damaged))


@pytest.mark.parametrize(
    "wasm",
    [
        EMPTY + b"\7\xff\xff\xff\7" + b"\xff" * (MODULE_BYTES - 100),
        EMPTY + b"\1\xfc\xff\xff\7" + b"\xff\xff\xff\xff\x0f" * 3_000_000,
        EMPTY + b"\0\1\0" * 5_000_000,
    ],
    ids=["exports", "types", "sections"],
)
def test_a_hostile_file_costs_little(wasm: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(ModuleInvalid):
        inspect(wasm[:MODULE_BYTES])
    assert time.process_time() - begun < 2


def test_a_section_is_added_replaced_and_read(assemble: Assemble) -> None:
    wasm = assemble()
    one = with_section(wasm, "lightflus.job", b"one")
    two = with_section(one, "lightflus.job", b"2" * 300)
    assert (section(one, "lightflus.job"), section(two, "lightflus.job")) == (b"one", b"2" * 300)
    assert section(wasm, "lightflus.job") is None
    assert two.startswith(wasm)


def test_wasm_text_that_is_wrong_is_refused() -> None:
    with pytest.raises(LightflusError):
        from_text("(module (func $)")
