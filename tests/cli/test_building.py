"""Where `lightflus build` puts the module."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightflus.cli.building import write_module
from lightflus.errors import UserError


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_module_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "job.wasm"
    target.write_bytes(b"old")
    with files_of_at_most(10), pytest.raises(UserError, match="cannot be written"):
        write_module(target, b"new" * 10)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"job.wasm": b"old"}


def test_a_module_replaces_the_old_one_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.wasm").write_bytes(b"old")
    (tmp_path / "job.wasm").symlink_to("real.wasm")
    write_module(tmp_path / "job.wasm", b"new")
    assert (tmp_path / "real.wasm").read_bytes() == b"new"
    assert (tmp_path / "job.wasm").is_symlink()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_device_is_written_and_never_replaced() -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_module(Path("/dev/full"), b"new")
    assert Path("/dev/full").is_char_device()


def test_a_module_cannot_get_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="File name too long"):
        write_module(tmp_path / ("x" * 300), b"new")
    assert not list(tmp_path.iterdir())
