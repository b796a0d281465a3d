"""A store in a bucket: the suite of all stores, over a real server; and what the client's errors become."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from obstore import exceptions

from lightflus import checkpoint_limits
from lightflus.checkpoint import bucket
from lightflus.checkpoint.bucket import BucketStore
from lightflus.checkpoint.directory import DirectoryStore
from lightflus.checkpoint.opening import open_store
from lightflus.checkpoint_limits import STORE_PART_BYTES
from lightflus.errors import ObjectMissing, StoreFailed, UserError
from lightflus.ports.stores import CheckpointStore
from lightflus.testing.stores import check_store

NOBODY = "http://127.0.0.1:1"


def opened(url: str, prefix: str) -> CheckpointStore:
    return open_store(f"s3://bucket/{prefix}?endpoint={url}&region=us-east-1", is_made=True)


@pytest.mark.parametrize("prefix", ["", "some/jobs"])
def test_a_bucket_does_what_a_store_must(buckets: str, prefix: str) -> None:
    check_store(lambda: opened(buckets, prefix), large=2 * STORE_PART_BYTES)


def test_stores_below_other_prefixes_do_not_see_each_other(buckets: str) -> None:
    one, other = opened(buckets, "job"), opened(buckets, "job-2")
    one.create("objects/a", b"x")
    assert list(other.names("objects/")) == []
    with pytest.raises(ObjectMissing) as missing:
        other.read("objects/a")
    assert missing.value.where == "s3://bucket/job-2/objects/a"
    one.delete(["objects/a"])


def test_probing_leaves_nothing(buckets: str) -> None:
    prefix = uuid4().hex
    opened(buckets, prefix)
    assert list(open_store(f"s3://bucket?endpoint={buckets}").names(f"{prefix}/")) == []


def test_a_bucket_that_is_not_there_is_told_at_the_start(buckets: str) -> None:
    with pytest.raises(StoreFailed, match="NoSuchBucket") as failed:
        open_store(f"s3://nothing/job?endpoint={buckets}", is_made=True)
    assert failed.value.hint == "make the bucket first, or name another one"
    with pytest.raises(StoreFailed, match="NoSuchBucket"):
        open_store(f"s3://nothing/job?endpoint={buckets}").names("manifests/")


def test_a_server_that_is_away_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_limits, "STORE_RETRY_SECONDS", 0)
    with pytest.raises(StoreFailed, match="Connection refused") as failed:
        BucketStore("bucket", "", endpoint=NOBODY).size("a")
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("name", [name for name in vars(exceptions) if name.endswith("Error")])
def test_no_error_of_the_client_leaves_the_store(name: str) -> None:
    kind = getattr(exceptions, name)
    assert issubclass(kind, exceptions.BaseError | OSError)
    with pytest.raises(StoreFailed), bucket._told("s3://bucket"):
        raise kind("what happened")


def test_a_server_that_makes_what_is_there_is_refused(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = BucketStore("bucket", "", endpoint=buckets)
    monkeypatch.setattr(store, "create", lambda *_: True)
    with pytest.raises(StoreFailed, match="there already") as failed:
        store.probe()
    assert "If-None-Match" in (failed.value.hint or "")


def test_a_path_and_a_file_uri_are_a_folder(tmp_path: Path) -> None:
    for uri in (str(tmp_path), f"file:{tmp_path}", f"file://{tmp_path}", f"file://localhost{tmp_path}"):
        store = open_store(uri)
        assert isinstance(store, DirectoryStore)
        assert store.where == str(tmp_path)


def test_a_relative_folder_is_one_of_where_the_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for uri in ("one", "file:two%20three"):
        open_store(uri, is_made=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two three"]


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("gs://bucket/job", "no checkpoints in 'gs:'"),
        ("file://elsewhere/job", "no folder of this machine"),
        ("file:", "no folder of this machine"),
        ("s3:///job", "the bucket is missing"),
        ("s3://key:secret@bucket/job", "no credentials"),
        ("s3://bucket/job?zone=3", "no option 'zone'"),
    ],
)
def test_what_no_uri_is_has_its_way_out(uri: str, told: str) -> None:
    with pytest.raises(UserError, match=told) as refused:
        open_store(uri)
    assert refused.value.hint
    assert "secret" not in f"{refused.value} {refused.value.where}"
