"""A store of checkpoints in a bucket of S3, or of a server that speaks its protocol.

What it owns: its client, and what becomes of its errors; the only importer of obstore. Any thread.
What it leaves: which server and credentials: the URI says the first (`opening.py`), the variables of AWS the second.
Whether a job runs on a bucket cannot be told there: generations decide.

An upload of more than STORE_PART_BYTES that is abandoned leaves its parts to the bucket's own rule for uploads
that were never completed (`AbortIncompleteMultipartUpload`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import obstore
import pyarrow as pa
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from lightflus import checkpoint_limits, limits
from lightflus.checkpoint.names import checked
from lightflus.errors import ObjectMissing, StoreFailed

if TYPE_CHECKING:
    from obstore import WritableFile

_PROBE = "probe/"
_CODE = re.compile(r"<Code>(\w+)</Code>")
_MESSAGE = re.compile(r"<Message>([^<]+)</Message>")
_SYSTEM = re.compile(r'message: "([^"]+)"')
_HINTS = {
    "NoSuchBucket": "make the bucket first, or name another one",
    "AccessDenied": "the credentials need s3:GetObject, PutObject, DeleteObject and ListBucket there",
    "InvalidAccessKeyId": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment are those of that server",
    "SignatureDoesNotMatch": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment are those of that server",
    "NotImplemented": "a store of checkpoints needs a server that does conditional writes (If-None-Match)",
}


class BucketStore:
    """A store below a prefix of a bucket. See `ports.stores.CheckpointStore`."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None = None, region: str | None = None) -> None:
        """Asks nobody yet. `endpoint`: the server's URL where it is not AWS."""
        self._where = "/".join(part for part in (f"s3://{bucket}", prefix) if part)
        asked = {"endpoint": endpoint, "region": region}
        with _told(self._where):
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                config={name: value for name, value in asked.items() if value},  # type: ignore[arg-type]
                client_options={
                    "allow_http": endpoint is not None and endpoint.startswith("http:"),
                    "connect_timeout": timedelta(seconds=limits.CONNECT_SECONDS),
                    "read_timeout": timedelta(seconds=checkpoint_limits.STORE_REPLY_SECONDS),
                    "timeout": timedelta(seconds=checkpoint_limits.STORE_REQUEST_SECONDS),
                },
                retry_config={"retry_timeout": timedelta(seconds=checkpoint_limits.STORE_RETRY_SECONDS)},
            )

    @property
    def where(self) -> str:
        """See `CheckpointStore`."""
        return self._where

    def probe(self) -> None:
        """Fails now where it would fail later: asks for rights, and that of two creates one is refused."""
        name = f"{_PROBE}{uuid4().hex}"
        self.create(name, b"")
        if self.create(name, b""):
            raise StoreFailed(
                "the server makes an object that is there already", where=self.where, hint=_HINTS["NotImplemented"]
            )
        self.delete([name])

    def create(self, name: str, data: bytes) -> bool:
        """See `CheckpointStore`."""
        with self._told(name):
            try:
                obstore.put(self._store, name, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def upload(self, name: str) -> BucketUpload:
        """See `CheckpointStore`."""
        with self._told(name):
            return BucketUpload(
                obstore.open_writer(
                    self._store,
                    name,
                    buffer_size=checkpoint_limits.STORE_PART_BYTES,
                    max_concurrency=checkpoint_limits.STORE_PARTS,
                ),
                f"{self._where}/{name}",
            )

    def read(self, name: str, start: int = 0, length: int | None = None) -> pa.Buffer:
        """See `CheckpointStore`."""
        try:
            with self._told(name):
                if start == 0 and length is None:
                    return pa.py_buffer(obstore.get(self._store, name).bytes())
                if length is None:
                    return pa.py_buffer(obstore.get(self._store, name, options={"range": {"offset": start}}).bytes())
                if length > 0:
                    return pa.py_buffer(obstore.get_range(self._store, name, start=start, length=length))
        except ObjectMissing:
            raise
        except StoreFailed:  # no server has a range that begins behind the end
            if self.size(name) > start:
                raise
        return pa.py_buffer(b"")

    def size(self, name: str) -> int:
        """See `CheckpointStore`."""
        with self._told(name):
            return obstore.head(self._store, name)["size"]

    def names(self, prefix: str) -> Sequence[str]:
        """See `CheckpointStore`."""
        with self._told(prefix.removesuffix("/")):
            return sorted(found["path"] for page in obstore.list(self._store, prefix) for found in page)

    def delete(self, names: Collection[str]) -> None:
        """See `CheckpointStore`."""
        for name in names:
            checked(name)
        if names:
            with _told(self._where):
                obstore.delete(self._store, list(names))

    def hold(self) -> None:
        """Nothing. See `CheckpointStore`."""

    def close(self) -> None:
        """Nothing. See `CheckpointStore`."""

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        with _told(f"{self._where}/{checked(name)}"):
            yield


class BucketUpload:
    """An object that is sent part by part. See `ports.stores.Upload`."""

    def __init__(self, file: WritableFile, where: str) -> None:
        self._file: WritableFile | None = file
        self._where = where

    def write(self, data: bytes | pa.Buffer) -> None:
        """See `Upload`."""
        with _told(self._where):
            self._open.write(memoryview(data).cast("B"))

    def finish(self) -> None:
        """See `Upload`."""
        with _told(self._where):
            self._open.close()
        self._file = None

    def abandon(self) -> None:
        """See `Upload`."""
        self._file = None

    @property
    def _open(self) -> WritableFile:
        assert self._file is not None, "an upload is used until it is finished or abandoned"
        return self._file


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        text = str(error)
        code = _CODE.search(text)
        if isinstance(error, FileNotFoundError) and (code is None or code[1] != "NoSuchBucket"):
            raise ObjectMissing("there is no such object", where=where) from error
        hint = None if code is None else _HINTS.get(code[1])
        raise StoreFailed(f"the store fails: {_reason(text)}", where=where, hint=hint) from error


def _reason(text: str) -> str:
    """What is for people in an error of several lines of XML and of the client's own values."""
    code, message, system = (found.search(text) for found in (_CODE, _MESSAGE, _SYSTEM))
    if code is not None:
        return code[1] if message is None else f"{code[1]}: {message[1]}"
    return system[1] if system is not None else text.partition("\n")[0].rpartition(" - ")[2]
