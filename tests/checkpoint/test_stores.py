"""Stores of checkpoints: one suite for all of them; then what only a folder can do, and what befalls it."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightflus.checkpoint.directory import DirectoryStore
from lightflus.errors import StoreFailed, StoreInUse
from lightflus.testing.stores import MemoryPlace, MemoryStore, check_hold, check_store

HOLDER = """
import sys
from pathlib import Path
from lightflus.checkpoint.directory import DirectoryStore
store = DirectoryStore(Path(sys.argv[1]))
store.hold()
store.upload("a/begun").write(b"x" * 100_000)
print("held", flush=True)
sys.stdin.read()
"""


def opened(folder: Path) -> DirectoryStore:
    return DirectoryStore(folder / "checkpoints", is_made=True)


def test_a_store_in_memory_does_what_a_store_must() -> None:
    place = MemoryPlace()
    check_store(lambda: MemoryStore(place))
    check_hold(lambda: MemoryStore(place))


def test_a_folder_does_what_a_store_must(tmp_path: Path) -> None:
    check_store(lambda: opened(tmp_path))
    check_hold(lambda: opened(tmp_path))


def test_a_folder_that_is_not_there_is_made_for_a_job_only(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no such folder"):
        DirectoryStore(tmp_path / "none")
    assert not list(tmp_path.iterdir())


def test_nothing_unfinished_stays_behind(tmp_path: Path) -> None:
    check_store(lambda: opened(tmp_path))
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert not left


def test_a_file_that_is_no_object_is_left_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.create("objects/a", b"x")
    (tmp_path / "checkpoints/objects/.DS_Store").write_bytes(b"x")
    (tmp_path / "checkpoints/objects/Notes.txt").write_bytes(b"x")
    assert list(store.names("objects/")) == ["objects/a"]


def test_whoever_holds_a_folder_is_named_until_it_is_killed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "checkpoints")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUse, match=f"process {holder.pid} of") as refused:
            store.hold()
        holder.send_signal(signal.SIGKILL)
    assert refused.value.where == str(tmp_path / "checkpoints")
    assert list((tmp_path / "checkpoints/.unfinished").iterdir())
    store.hold()
    assert not list((tmp_path / "checkpoints/.unfinished").iterdir()), "what it had begun is gone"
    store.close()


def test_a_full_disk_fails_with_the_way_out_and_leaves_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    with small_files(100_000):
        with pytest.raises(StoreFailed, match="cannot write it: File too large"):
            store.create("a/large", b"x" * 200_000)
        upload = store.upload("a/run")
        with pytest.raises(StoreFailed, match="cannot write it"):  # noqa: PT012
            upload.write(b"x" * 200_000)
            upload.finish()
        upload.abandon()
    assert list(store.names("a/")) == []
    assert not list((tmp_path / "checkpoints/.unfinished").iterdir())
    assert store.create("a/large", b"x" * 200_000)


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file of this process may grow beyond `most` bytes: the system then answers as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "make room"),
        (errno.EACCES, "run as a user"),
        (errno.EPERM, "hard links"),
        (errno.EIO, "that disk"),
    ],
)
def test_what_the_system_refuses_has_its_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    store = opened(tmp_path)
    monkeypatch.setattr(os, "link", refuses)
    with pytest.raises(StoreFailed, match="cannot write it") as failed:
        store.create("a/one", b"x")
    assert hint in (failed.value.hint or "")
    assert failed.value.where == str(tmp_path / "checkpoints/a/one")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFailed, match="cannot make it") as failed:
        DirectoryStore(tmp_path / "file/checkpoints", is_made=True)
    assert failed.value.where == str(tmp_path / "file/checkpoints")
