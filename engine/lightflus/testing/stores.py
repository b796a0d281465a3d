"""Stores of checkpoints: what every one must do, as a suite, and one in memory whose failures are planned.

What it owns: the rules of `ports.CheckpointStore` as checks that raise AssertionError, and `MemoryStore`, which passes
them. What it leaves: making a store over an empty place (the caller).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa

from lightflus.checkpoint.names import checked
from lightflus.errors import LightflusError, ObjectMissing, StoreFailed, StoreInUse
from lightflus.ports.stores import CheckpointStore

NO_NAMES = ("", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.b", "A", "a b", "a\\b", "ä", "a\n", "a" * 513)
"""What no store takes for the name of an object."""


class Trouble(Enum):
    """What may happen to one call of a store."""

    REFUSED = "nothing is done, and the caller is told: a full disk, a server that is away"
    LOST = "it is done, but the caller is told that it is not; of a create: that somebody else did"
    TORN = "half of the bytes are there, and the caller is told"
    FLIPPED = "a bit of what is there is another, and nobody knows"


@dataclass(slots=True)
class MemoryPlace:
    """What stays when a process ends: the objects by name, and who holds them."""

    objects: dict[str, bytes] = field(default_factory=dict)
    holder: MemoryStore | None = None


def no_trouble(call: str, name: str) -> Trouble | None:
    """Everything goes well."""
    return None


class MemoryStore:
    """A store whose objects are in memory. See `ports.stores.CheckpointStore`."""

    def __init__(
        self, place: MemoryPlace | None = None, trouble: Callable[[str, str], Trouble | None] = no_trouble
    ) -> None:
        """`trouble` is asked with the name of each call (of an upload: `finish`) and of its object."""
        self.place = place or MemoryPlace()
        self._trouble = trouble

    @property
    def where(self) -> str:
        """See `CheckpointStore`."""
        return "memory"

    def create(self, name: str, data: bytes) -> bool:
        """See `CheckpointStore`."""
        if checked(name) in self.place.objects:
            return False
        lost = self._put("create", name, data)
        return not lost

    def upload(self, name: str) -> MemoryUpload:
        """See `CheckpointStore`."""
        return MemoryUpload(self, checked(name))

    def read(self, name: str, start: int = 0, length: int | None = None) -> pa.Buffer:
        """See `CheckpointStore`."""
        self._ask("read", name)
        data = self._found(name)
        return pa.py_buffer(data[start : None if length is None else start + length])

    def size(self, name: str) -> int:
        """See `CheckpointStore`."""
        self._ask("size", name)
        return len(self._found(name))

    def names(self, prefix: str) -> Sequence[str]:
        """See `CheckpointStore`."""
        self._ask("names", prefix)
        return sorted(name for name in self.place.objects if name.startswith(prefix))

    def delete(self, names: Collection[str]) -> None:
        """See `CheckpointStore`."""
        for name in names:
            trouble = self._ask("delete", checked(name))
            self.place.objects.pop(name, None)
            if trouble is Trouble.LOST:
                raise _failed("delete", name)

    def hold(self) -> None:
        """See `CheckpointStore`."""
        if self.place.holder not in (None, self):
            raise StoreInUse("a job runs on these checkpoints", where=self.where)
        self.place.holder = self

    def close(self) -> None:
        """See `CheckpointStore`."""
        if self.place.holder is self:
            self.place.holder = None

    def put(self, name: str, data: bytes) -> None:
        """What an upload does at its end."""
        if self._put("finish", name, data):
            raise _failed("finish", name)

    def _put(self, call: str, name: str, data: bytes) -> bool:
        """Whether it is there, but nobody may know."""
        trouble = self._ask(call, name)
        match trouble:
            case Trouble.TORN:
                self.place.objects[name] = data[: len(data) // 2]
                raise _failed(call, name)
            case Trouble.FLIPPED:
                middle = len(data) // 2
                data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        self.place.objects[name] = data
        return trouble is Trouble.LOST

    def _ask(self, call: str, name: str) -> Trouble | None:
        trouble = self._trouble(call, name)
        if trouble is Trouble.REFUSED:
            raise _failed(call, name)
        return trouble

    def _found(self, name: str) -> bytes:
        if checked(name) not in self.place.objects:
            raise ObjectMissing("there is no such object", where=f"memory/{name}")
        return self.place.objects[name]


class MemoryUpload:
    """See `ports.stores.Upload`."""

    def __init__(self, store: MemoryStore, name: str) -> None:
        self._store = store
        self._name = name
        self._data = bytearray()

    def write(self, data: bytes | pa.Buffer) -> None:
        """See `Upload`."""
        self._data += data

    def finish(self) -> None:
        """See `Upload`."""
        self._store.put(self._name, bytes(self._data))

    def abandon(self) -> None:
        """See `Upload`."""


def _failed(call: str, name: str) -> StoreFailed:
    return StoreFailed(f"{call} of {name} fails, as planned", where="memory")


def check_store(open_store: Callable[[], CheckpointStore], *, large: int = 1_000_000) -> None:
    """Runs every check of a store over a place that is empty at first.

    Args:
        open_store: opens it, each time as another process would.
        large: bytes of an object that is written in more than one piece.
    """
    store, other = open_store(), open_store()
    _check_create(store, other)
    _check_upload(store, other, large)
    _check_read(store)
    _check_names(store)
    _check_delete(store)
    _check_bad_names(store)
    _check_race(open_store)
    assert store.names("a/") == [], "checks leave nothing behind"
    for one in (store, other):
        one.close()
        one.close()


def check_hold(open_store: Callable[[], CheckpointStore]) -> None:
    """Runs the check of a store that can tell whether a job runs on it."""
    store, other = open_store(), open_store()
    store.hold()
    with _raises(StoreInUse, "a second run must be refused"):
        other.hold()
    store.close()
    other.hold()
    other.close()


def _check_create(store: CheckpointStore, other: CheckpointStore) -> None:
    assert store.create("a/one", b"first"), "what is not there is made"
    assert not other.create("a/one", b"second"), "what is there is not made again"
    assert bytes(other.read("a/one")) == b"first", "and stays what it is"
    assert store.create("a/empty", b"")
    assert bytes(other.read("a/empty")) == b""
    store.delete(["a/one", "a/empty"])
    assert other.create("a/one", b"third"), "what was deleted is not there"
    other.delete(["a/one"])


def _check_upload(store: CheckpointStore, other: CheckpointStore, large: int) -> None:
    piece = bytes(range(256)) * (large // 1024)
    begun = store.upload("a/run")
    for _ in range(5):
        begun.write(pa.py_buffer(piece))
    assert other.names("a/") == [], "nobody sees an object before it is whole"
    with _raises(ObjectMissing, "nor can it be read"):
        other.read("a/run")
    begun.finish()
    begun.abandon()
    assert other.size("a/run") == 5 * len(piece)
    assert bytes(other.read("a/run")) == 5 * piece, "an object is its pieces, in order"
    for pieces in (0, 1, 5):
        left = store.upload("a/left")
        for _ in range(pieces):
            left.write(piece)
        left.abandon()
        left.abandon()
    assert other.names("a/") == ["a/run"], "of what was abandoned there is nothing"
    empty = store.upload("a/nothing")
    empty.finish()
    assert (other.size("a/nothing"), bytes(other.read("a/nothing"))) == (0, b"")
    store.delete(["a/run", "a/nothing"])


def _check_read(store: CheckpointStore) -> None:
    store.create("a/ten", b"0123456789")
    read = [((0, None), b"0123456789"), ((3, None), b"3456789"), ((3, 4), b"3456"), ((8, 9), b"89"), ((0, 0), b"")]
    read += [((10, None), b""), ((10, 1), b""), ((11, 1), b""), ((5, 0), b"")]
    for (start, length), data in read:
        assert bytes(store.read("a/ten", start, length)) == data, f"{length} bytes from {start} on are {data!r}"
    with _raises(ObjectMissing, "what is not there cannot be read"):
        store.read("a/eleven")
    with _raises(ObjectMissing, "nor a part of it"):
        store.read("a/eleven", 2, 3)
    with _raises(ObjectMissing, "and has no size"):
        store.size("a/eleven")
    store.delete(["a/ten"])


def _check_names(store: CheckpointStore) -> None:
    names = ["a/b", "a/b-c/d", "a/b.c", "a/e/f/g", "ab"]
    for name in reversed(names):
        store.create(name, b"x")
    assert list(store.names("a/")) == names[:-1], "the names below a folder, ascending, however deep"
    assert list(store.names("a/e/")) == ["a/e/f/g"]
    assert list(store.names("c/")) == [], "what is not there has no names"
    store.delete(names)


def _check_delete(store: CheckpointStore) -> None:
    store.create("a/one", b"x")
    store.create("a/two", b"x")
    store.delete([])
    store.delete(["a/one", "a/three", *(f"a/none{number}" for number in range(1_100))])
    assert list(store.names("a/")) == ["a/two"], "what is named goes, and nothing else"
    store.delete(["a/two"])


def _check_bad_names(store: CheckpointStore) -> None:
    calls = (
        lambda name: store.create(name, b""),
        store.upload,
        store.read,
        store.size,
        lambda name: store.delete([name]),
    )
    for name in NO_NAMES:
        for call in calls:
            with _raises(StoreFailed, f"{name!r} is no name"):
                call(name)


def _check_race(open_store: Callable[[], CheckpointStore]) -> None:
    stores = [open_store() for _ in range(8)]
    with ThreadPoolExecutor(len(stores)) as pool:
        made = list(pool.map(lambda index: stores[index].create("a/race", b"%d" % index), range(len(stores))))
    assert made.count(True) == 1, "of those who create the same name, one does"
    assert bytes(stores[0].read("a/race")) == b"%d" % made.index(True), "and it is that one's"
    stores[0].delete(["a/race"])
    for store in stores:
        store.close()


@contextmanager
def _raises(kind: type[LightflusError], rule: str) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise AssertionError(rule)
