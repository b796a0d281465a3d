"""The checkpoints of one run over a store: parts in and out, manifests, what is kept.

What it owns: `ports.checkpoints.Checkpoints`: names, checksums and forms of objects. Any thread; one at a time uses an
object that is being written.
What it leaves: manifests (`manifests.py`), which are kept (`retention.py`), reading runs (`runs.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

import pyarrow as pa
from xxhash import xxh3_128

from lightflus.checkpoint.manifests import write_manifest
from lightflus.checkpoint.names import object_name
from lightflus.checkpoint.retention import Retention
from lightflus.checkpoint.runs import RunFile
from lightflus.checkpoint_limits import RESTORE_BYTES
from lightflus.errors import CheckpointDamaged
from lightflus.model.checkpoints import Manifest, ObjectRef, RunRef
from lightflus.ports.checkpoints import Place
from lightflus.ports.durable import Piece
from lightflus.ports.stores import CheckpointStore, Upload

_TOLD = 40
"""Characters of an operator's name in those of its objects: for the person who looks into the folder."""


class StoredCheckpoints:
    """`ports.Checkpoints` over a store."""

    def __init__(self, store: CheckpointStore, generation: int) -> None:
        """`generation` is that of the run."""
        self._store = store
        self._retention = Retention(store, generation)
        self._last = 0

    def run(self, place: Place) -> _RunUpload:
        """See `Checkpoints`."""
        name = _name(place)
        return _RunUpload(name, self._store.upload(name))

    def put(self, place: Place, data: bytes) -> ObjectRef:
        """See `Checkpoints`."""
        name = _name(place)
        upload = self._store.upload(name)
        try:
            upload.write(data)
            upload.finish()
        except BaseException:
            upload.abandon()
            raise
        return ObjectRef(name, len(data), xxh3_128(data).hexdigest())

    def put_table(self, place: Place, rows: pa.RecordBatch) -> ObjectRef:
        """See `Checkpoints`."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_batch(rows)
        return self.put(place, sink.getvalue().to_pybytes())

    def get(self, ref: ObjectRef) -> bytes:
        """See `Checkpoints`."""
        data = self._store.read(ref.name).to_pybytes()
        if len(data) != ref.bytes or xxh3_128(data).hexdigest() != ref.checksum:
            raise CheckpointDamaged("its bytes are not those that were written", where=self._place_of(ref))
        return data

    def get_table(self, ref: ObjectRef) -> pa.RecordBatch:
        """See `Checkpoints`."""
        data = self.get(ref)
        try:
            (batch,) = pa.ipc.open_stream(data)
        except (pa.ArrowInvalid, ValueError) as error:
            raise CheckpointDamaged(f"it is not one batch of rows: {error}", where=self._place_of(ref)) from error
        return batch

    def blocks(self, run: RunRef) -> Iterator[pa.Buffer]:
        """See `Checkpoints`."""
        return RunFile(self._store, run.object).blocks(run.groups, RESTORE_BYTES)

    def write(self, manifest: Manifest) -> None:
        """See `Checkpoints`."""
        write_manifest(self._store, manifest)
        self._last = manifest.epoch

    def tidy(self) -> None:
        """See `Checkpoints`."""
        self._retention.apply(self._last + 1)

    def _place_of(self, ref: ObjectRef) -> str:
        return f"{self._store.where}/{ref.name}"


class _RunUpload:
    """`ports.RunUpload`."""

    def __init__(self, name: str, upload: Upload) -> None:
        self._name = name
        self._upload = upload
        self._bytes = 0
        self._rows = 0
        self._footer = xxh3_128()

    def write(self, piece: Piece) -> None:
        """See `RunUpload`."""
        self._upload.write(piece.data)
        self._bytes += piece.data.size
        self._rows += piece.rows
        if piece.is_footer:
            self._footer.update(piece.data)

    def finish(self) -> RunRef:
        """See `RunUpload`."""
        self._upload.finish()
        return RunRef(ObjectRef(self._name, self._bytes, self._footer.hexdigest()), self._rows)

    def abandon(self) -> None:
        """See `RunUpload`."""
        self._upload.abandon()


def _name(place: Place) -> str:
    """`reduce-1-3f2a91c0/0-run`: readable where the operator's name is, and never that of another operator."""
    told = re.sub(r"[^a-z0-9_-]", "-", place.operator.lower())[:_TOLD]
    mark = blake2b(place.operator.encode(), digest_size=4).hexdigest()
    return object_name(place.epoch, place.generation, f"{told}-{mark}/{place.subtask}-{place.part}")
