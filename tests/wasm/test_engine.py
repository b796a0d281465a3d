"""The engine's settings: what a module may be made of."""

from __future__ import annotations

import threading
import weakref

import pytest

from lightflus.wasm import (
    Code,
    CompiledModule,
    Engine,
    Instance,
    Store,
    StoreLimits,
    WasmRefused,
    fingerprint,
    from_text,
    refusal,
    ticker,
    uses_simd,
)

PORTABLE = {
    "bulk memory": "(module (memory 1) (func i32.const 0 i32.const 0 i32.const 1 memory.fill))",
    "multi-value": "(module (func (result i32 i32) i32.const 1 i32.const 2))",
    "sign extension": "(module (func (result i32) i32.const 1 i32.extend8_s))",
    "saturating conversion": "(module (func (result i32) f64.const 1 i32.trunc_sat_f64_s))",
    "mutable global": '(module (global (export "g") (mut i32) (i32.const 1)))',
    "reference types": "(module (table 1 funcref) (func (result funcref) i32.const 0 table.get 0))",
}
REFUSED = {
    "threads": "(module (memory 1 1 shared))",
    "memory64": "(module (memory i64 1))",
    "multi-memory": "(module (memory 1) (memory 1))",
    "gc": "(module (type (struct)) (func (result (ref null 0)) ref.null 0))",
    "exceptions": "(module (tag) (func throw 0))",
    "tail calls": "(module (func $f return_call $f))",
    "relaxed simd": "(module (func (param v128) (result v128) local.get 0 i32x4.relaxed_trunc_f32x4_s))",
    "wide arithmetic": "(module (func (result i64 i64) i64.const 1 i64.const 1 i64.mul_wide_u))",
    "function references": "(module (type $t (func)) (func (param (ref $t)) local.get 0 call_ref $t))",
    "externref": "(module (func (param externref)))",
}


@pytest.mark.parametrize("feature", PORTABLE)
def test_the_portable_profile_is_accepted(feature: str) -> None:
    wasm = from_text(PORTABLE[feature])
    assert refusal(wasm) is None
    assert not uses_simd(wasm)


@pytest.mark.parametrize("feature", REFUSED)
def test_other_features_are_refused(feature: str) -> None:
    wasm = from_text(REFUSED[feature])
    assert refusal(wasm) is not None
    with pytest.raises(WasmRefused):
        CompiledModule.from_wasm(wasm)


def test_simd_is_accepted_and_seen() -> None:
    wasm = from_text("(module (func (result v128) v128.const i64x2 1 2))")
    assert refusal(wasm) is None
    assert uses_simd(wasm)


def test_code_of_ours_does_not_run_in_a_store_of_guests() -> None:
    module = CompiledModule.from_wasm(from_text("(module)"), Engine(Code.OWN))
    Instance.without_imports(Store(StoreLimits(1 << 20, None), module.engine), module)
    with pytest.raises(WasmRefused, match="cross-`Engine`"):
        Instance.without_imports(Store(StoreLimits(1 << 20, 1_000), Engine()), module)


def test_the_ticker_holds_no_engine_that_nobody_has() -> None:
    engine, gone = Engine(), threading.Event()
    weakref.finalize(engine, gone.set)
    ticker.watch(engine)
    del engine
    assert gone.wait(5)


def test_artefacts_of_ours_have_names_of_their_own() -> None:
    assert fingerprint(Code.OWN) != fingerprint()


@pytest.mark.parametrize(
    "made", ["f64.div (f64.const 0) (f64.const 0)", "f64.add (f64.const -nan:0x123) (f64.const 1)"]
)
def test_every_nan_that_is_computed_has_the_same_bits(made: str) -> None:
    text = f'(module (memory (export "memory") 1) (func (export "bits") (result i64) (i64.reinterpret_f64 ({made}))))'
    module = CompiledModule.from_wasm(from_text(text))
    instance = Instance.without_imports(Store(StoreLimits(65_536, None), module.engine), module)
    assert instance.function("bits")() & (2**64 - 1) == 0x7FF8_0000_0000_0000
