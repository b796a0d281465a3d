"""The cache of built modules."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lightflus.build.cache import BuildCache

WASM = b"\0asm\1\0\0\0 and so on\n\0\xff"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    compiler = tmp_path / "compiler" / "lf-tsc.mjs"
    compiler.parent.mkdir()
    compiler.write_text("compiler")
    (tmp_path / "job.ts").write_text("job")
    (tmp_path / "helper.ts").write_text("helper")
    return {"compiler": compiler, "job": tmp_path / "job.ts", "helper": tmp_path / "helper.ts", "cache": tmp_path / "c"}


def stored(files: dict[str, Path]) -> BuildCache:
    cache = BuildCache(files["compiler"], files["cache"])
    cache.store(files["job"], [str(files["job"]), str(files["helper"])], WASM)
    return cache


def test_what_was_built_is_found_again(files: dict[str, Path]) -> None:
    assert stored(files).load(files["job"]) == WASM


@pytest.mark.parametrize("changed", ["job", "helper"])
def test_a_changed_source_is_built_again(files: dict[str, Path], changed: str) -> None:
    cache = stored(files)
    files[changed].write_text("another")
    assert cache.load(files["job"]) is None


def test_a_removed_source_is_built_again(files: dict[str, Path]) -> None:
    cache = stored(files)
    files["helper"].unlink()
    assert cache.load(files["job"]) is None


def test_another_compiler_builds_again(files: dict[str, Path]) -> None:
    stored(files)
    files["compiler"].write_text("another compiler")
    assert BuildCache(files["compiler"], files["cache"]).load(files["job"]) is None


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_flipped_bit_in_the_cache_builds_again(files: dict[str, Path], place: int) -> None:
    cache = stored(files)
    (entry,) = files["cache"].iterdir()
    content = bytearray(entry.read_bytes())
    content[place] ^= 1
    entry.write_bytes(content)
    assert cache.load(files["job"]) is None


def test_an_entry_is_for_its_user_alone(files: dict[str, Path]) -> None:
    stored(files)
    (entry,) = files["cache"].iterdir()
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(files["cache"].stat().st_mode) == 0o700


def test_a_cache_that_cannot_be_written_is_no_error(files: dict[str, Path]) -> None:
    files["cache"].write_text("a file where the directory should be")
    assert stored(files).load(files["job"]) is None
