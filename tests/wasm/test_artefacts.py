"""The cache of compiled modules: only what is whole and ours is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.wasm import ArtefactCache, CompiledModule, Engine, Instance, Store, StoreLimits, artefacts, from_text
from lightflus.wasm.artefacts import default_cache_directory

WASM = from_text('(module (func (export "f") (result i32) i32.const 42))')


@pytest.fixture
def cache(tmp_path: Path) -> ArtefactCache:
    kept = ArtefactCache(tmp_path / "modules")
    kept.store("digest", CompiledModule.from_wasm(WASM).artefact(), b"facts")
    return kept


def only_file(cache: ArtefactCache) -> Path:
    (file,) = cache.directory.iterdir()
    return file


def test_a_stored_artefact_runs_again(cache: ArtefactCache) -> None:
    kept = cache.load("digest", Engine())
    assert kept is not None
    assert kept.facts == b"facts"
    module = kept.module
    assert Instance.without_imports(Store(StoreLimits(1 << 20, 1_000), module.engine), module).function("f")() == 42


def test_an_unknown_digest_is_not_there(cache: ArtefactCache) -> None:
    assert cache.load("other", Engine()) is None


def test_cache_and_artefact_belong_to_the_user_alone(cache: ArtefactCache) -> None:
    assert cache.directory.stat().st_mode & 0o777 == 0o700
    assert only_file(cache).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("place", [0, 31, 32, 35, 36, -1])
def test_a_flipped_bit_is_found_before_the_code_is_loaded(cache: ArtefactCache, place: int) -> None:
    content = bytearray(only_file(cache).read_bytes())
    content[place] ^= 1
    only_file(cache).write_bytes(content)
    assert cache.load("digest", Engine()) is None


def test_a_torn_file_is_not_loaded(cache: ArtefactCache) -> None:
    file = only_file(cache)
    file.write_bytes(file.read_bytes()[:100])
    assert cache.load("digest", Engine()) is None


def test_a_file_that_others_may_write_is_not_loaded(cache: ArtefactCache) -> None:
    only_file(cache).chmod(0o622)
    assert cache.load("digest", Engine()) is None


def test_a_directory_that_others_may_write_is_not_used(cache: ArtefactCache) -> None:
    cache.directory.chmod(0o777)
    assert cache.load("digest", Engine()) is None


def test_a_link_is_not_followed(cache: ArtefactCache, tmp_path: Path) -> None:
    file = only_file(cache)
    target = file.rename(tmp_path / "elsewhere")
    file.symlink_to(target)
    assert cache.load("digest", Engine()) is None


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = ArtefactCache(tmp_path / "file" / "modules")
    cache.store("digest", b"artefact")
    assert cache.load("digest", Engine()) is None


def test_the_artefacts_not_used_for_longest_are_deleted(cache: ArtefactCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artefacts, "ARTEFACT_CACHE_FILES", 2)
    for digest in ("b", "c"):
        cache.store(digest, b"artefact of " + digest.encode())
    assert len(list(cache.directory.iterdir())) == 2


def test_the_default_directory_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_directory() == tmp_path / "lightflus" / "modules"
