"""Names of functions of Rust modules, and what is made of their debug information."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.build.debug_info import with_source_map
from lightflus.build.dwarf import Debug, read_debug
from lightflus.build.symbols import readable
from lightflus.sandbox.binary import section, with_section

EMPTY = b"\0asm\1\0\0\0"


@pytest.mark.parametrize(
    ("mangled", "name"),
    [
        ("_ZN3job5depth17h0123456789abcdefE", "job::depth"),
        ("_ZN3job4work28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE", "job::work::{{closure}}"),
        ("_ZN4core3ptr4read17h0123456789abcdefE.123", "~lib/ptr::read"),
        (
            "_ZN43_$LT$alloc..string..String$u20$as$u20$X$GT$3fmt17h0123456789abcdefE",
            "~lib/<String as X>::fmt",
        ),
        ("_RNvCs1234_3job4main", "job::main"),
        ("_RNvNtCs12_3job5parse4line.17", "job::parse::line"),
        ("_RNvMsa_NtCsgXGp5Oqx2Ny_4core3fmtNtB5_9Formatter3pad", "~lib/Formatter::pad"),
        ("_RNvCs1234_4core4main", "~lib/core::main"),
        ("_Rx", "_Rx"),
        ("lf_apply", "lf_apply"),
        ("_ZN3job5brokenE_", "_ZN3job5brokenE_"),
    ],
)
def test_a_name_is_readable_and_a_librarys_is_marked(mangled: str, name: str) -> None:
    assert readable(mangled, "job") == name


def test_debug_information_leaves_the_module_even_if_it_is_damaged(tmp_path: Path) -> None:
    wasm = with_section(with_section(EMPTY, ".debug_line", b"\7"), ".debug_info", b"\xff" * 9)
    assert with_source_map(wasm, tmp_path, tmp_path) == EMPTY


@pytest.mark.parametrize("size", [1, 4, 11, 40])
def test_damaged_tables_give_nothing(size: int) -> None:
    tables = {".debug_info": bytes([size, 0, 0, 0, 4, 0]) + b"\1" * size, ".debug_abbrev": b"\1\x11\1\x10\x17"}
    assert read_debug(tables, "") == Debug()


def test_a_module_without_debug_information_stays_as_it_is(tmp_path: Path) -> None:
    assert with_source_map(EMPTY, tmp_path, tmp_path) == EMPTY
    assert section(EMPTY, "lightflus.sourcemap") is None
