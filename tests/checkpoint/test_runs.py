"""Runs from outside: every row is found where the footer says, and no byte is believed that is another."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest
from checkpoint_samples import footer_checksum
from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from lightflus import checkpoint_limits
from lightflus.checkpoint.footer import footer_bytes
from lightflus.checkpoint.rows import Row, rows_of
from lightflus.checkpoint.runs import RunFile
from lightflus.errors import CheckpointDamaged, ObjectMissing
from lightflus.model.checkpoints import ObjectRef
from lightflus.model.key_groups import KeyGroupRange
from lightflus.testing.runs import PlainRow, run_bytes
from lightflus.testing.stores import MemoryStore

NAME = "objects/run"
ALL = KeyGroupRange(0, 128)
ROWS = [PlainRow(b"key-%d" % number, b"s" * (number % 90)) for number in range(3_000)]


def stored(data: bytes) -> tuple[MemoryStore, ObjectRef]:
    store = MemoryStore()
    store.place.objects[NAME] = data
    return store, ObjectRef(NAME, len(data), footer_checksum(data))


def opened(data: bytes) -> RunFile:
    return RunFile(*stored(data))


def all_rows(run: RunFile) -> list[Row]:
    return list(run.rows(range(len(run.footer.hashes))))


def group_of(key: bytes) -> int:
    return ((xxh3_64_intdigest(key) >> 32) * 128) >> 32


def test_all_rows_are_there_in_the_order_of_hashes() -> None:
    rows = all_rows(opened(run_bytes(ROWS)))
    assert [row.key for row in rows] == sorted((row.key for row in ROWS), key=xxh3_64_intdigest)
    assert {row.key: row.state for row in rows} == {row.key: row.state for row in ROWS}


@pytest.mark.parametrize("has_filter", [True, False])
def test_every_key_lies_in_the_blocks_that_the_footer_names(has_filter: bool) -> None:
    run = opened(run_bytes(ROWS, has_filter=has_filter))
    for row in ROWS[::7]:
        key_hash = xxh3_64_intdigest(row.key)
        assert run.footer.may_have(key_hash)
        blocks = run.footer.blocks_of_hash(key_hash)
        assert len(blocks) <= 2
        assert list(run.rows_of_key(row.key, key_hash)) == [Row(row.key, None, row.state)]


def test_the_filter_knows_nearly_all_keys_that_are_not_there() -> None:
    run = opened(run_bytes(ROWS))
    wrong = sum(run.footer.may_have(xxh3_64_intdigest(b"other-%d" % number)) for number in range(2_000))
    assert wrong < 60


def test_keys_of_one_hash_are_found_over_several_blocks() -> None:
    rows = [PlainRow(b"key-%d" % number, b"s" * 1_000) for number in range(40)]
    run = opened(run_bytes(rows, hash_of=lambda key: 7 if key > b"key-2" else 5))
    assert len(run.footer.blocks_of_hash(7)) > 2
    assert all(list(run.rows_of_key(row.key, 7)) for row in rows if row.key > b"key-2")


@pytest.mark.parametrize(("start", "stop"), [(0, 128), (0, 1), (127, 128), (3, 50), (64, 128), (9, 9)])
def test_a_range_of_key_groups_has_all_its_rows(start: int, stop: int) -> None:
    run = opened(run_bytes(ROWS))
    data = b"".join(block.to_pybytes() for block in run.blocks(KeyGroupRange(start, stop), 10_000))
    wanted = [row.key for row in ROWS if start <= group_of(row.key) < stop]
    assert all(key in data for key in wanted)
    assert len(data) <= len(run_bytes(ROWS)) * (stop - start) / 128 + 2 * 4_300


def test_neighbouring_blocks_come_together_but_not_too_many() -> None:
    run = opened(run_bytes(ROWS))
    sizes = [block.size for block in run.blocks(ALL, 10_000)]
    assert max(sizes) <= 10_000
    assert sum(sizes) == run.footer.ends[-1]
    assert len(list(run.blocks(ALL, 1))) == len(run.footer.ends)
    assert len(list(run.blocks(ALL, 1 << 30))) == 1


def test_a_run_without_rows_has_no_blocks() -> None:
    run = opened(run_bytes([]))
    assert (run.footer.rows, list(run.blocks(ALL, 1)), run.footer.may_have(3)) == (0, [], False)
    assert not run.footer.blocks_of_hash(3)


def test_a_footer_that_is_larger_than_the_first_read_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    data = run_bytes(ROWS)
    for first in (footer_bytes(data, len(data), "") - 1, 12):
        monkeypatch.setattr(checkpoint_limits, "FOOTER_READ_BYTES", first)
        assert opened(data).footer.rows == len(ROWS)


def test_every_flipped_bit_is_found_and_named() -> None:
    data = run_bytes(ROWS)
    store, ref = stored(data)
    draw = random.Random(3)
    for place in [*(draw.randrange(len(data)) for _ in range(400)), *range(len(data) - 70, len(data))]:
        flipped = bytearray(data)
        flipped[place] ^= 1 << draw.randrange(8)
        store.place.objects[NAME] = bytes(flipped)
        with pytest.raises(CheckpointDamaged, match="the run is damaged: ") as damaged:
            list(RunFile(store, ref).blocks(ALL, 100_000))
        assert damaged.value.where == "memory/objects/run"


CUTS: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data[:-1],
    lambda data: data[5:],
    lambda data: data + b"x",
    lambda _: b"",
)


@pytest.mark.parametrize("change", CUTS)
def test_another_length_is_found(change: Callable[[bytes], bytes]) -> None:
    store, ref = stored(run_bytes(ROWS))
    store.place.objects[NAME] = change(store.place.objects[NAME])
    with pytest.raises(CheckpointDamaged, match=r"the run is damaged: it has (more|fewer) than"):
        list(RunFile(store, ref).blocks(ALL, 100_000))


def test_a_run_that_is_gone_is_named() -> None:
    store, ref = stored(run_bytes(ROWS))
    store.delete([NAME])
    with pytest.raises(ObjectMissing) as missing:
        RunFile(store, ref).footer  # noqa: B018
    assert missing.value.where == "memory/objects/run"


def test_another_number_of_key_groups_is_refused() -> None:
    with pytest.raises(CheckpointDamaged, match="with 64 key groups"):
        opened(run_bytes(ROWS, key_groups=64)).footer  # noqa: B018


@pytest.mark.parametrize(
    ("at", "form", "value", "told"),
    [
        (0, "<I", 2, "it has version 2"),
        (4, "<I", 9, "its rows version 9"),
        (8, "<I", 4, "it is of kind 4"),
        (16, "<Q", 2**63, "rows together"),
        (24, "<Q", 2**63, "rows removed"),
        (32, "<I", 2**32 - 1, "do not make a footer"),
        (36, "<I", 2**31, "do not make a footer"),
        (48, "<Q", 2**64 - 1, "not in order"),
    ],
)
def test_a_footer_that_somebody_made_up_is_refused(at: int, form: str, value: int, told: str) -> None:
    data = bytearray(run_bytes(ROWS))
    struct.pack_into(form, data, len(data) - footer_bytes(bytes(data), len(data), "") + at, value)
    with pytest.raises(CheckpointDamaged, match=told):
        opened(bytes(data)).footer  # noqa: B018


@pytest.mark.parametrize(
    ("part", "index", "value", "told"),
    [
        ("ends", 0, 0, "do not end where"),
        ("ends", 2, 10**9, "not in order"),
        ("ends", -1, 10**9, "do not end where"),
        ("counts", 0, 0, "rows together"),
        ("counts", 1, 2**32 - 1, "rows together"),
        ("groups", 0, 2**32 - 1, "rows together"),
    ],
)
def test_parts_that_somebody_made_up_are_refused(part: str, index: int, value: int, told: str) -> None:
    data = bytearray(run_bytes(ROWS))
    blocks = len(opened(bytes(data)).footer.ends)
    begins = {"ends": 8 * blocks, "counts": 24 * blocks, "groups": 28 * blocks}
    form, size = ("<Q", 8) if part == "ends" else ("<I", 4)
    first = len(data) - footer_bytes(bytes(data), len(data), "") + 48 + begins[part]
    struct.pack_into(form, data, first + size * (index % blocks), value)
    with pytest.raises(CheckpointDamaged, match=told):
        opened(bytes(data)).footer  # noqa: B018


@pytest.mark.parametrize("length", [0, 1, 11, 12, 71])
def test_what_is_too_short_for_a_run_is_refused(length: int) -> None:
    data = (bytes(71) + struct.pack("<I8s", 60, b"LFSTATE1"))[-length:] if length else b""
    store = MemoryStore()
    store.place.objects[NAME] = data
    with pytest.raises(CheckpointDamaged):
        RunFile(store, ObjectRef(NAME, len(data), xxh3_128_hexdigest(data))).footer  # noqa: B018


@pytest.mark.parametrize(
    ("block", "count", "told"),
    [
        (b"\x02k\x01", 1, "more than it"),
        (b"\x06k", 1, "more than it"),
        (b"\x02k\x00!", 1, "1 bytes behind"),
        (b"\x02k\x80\x00", 1, "shortest form"),
        (b"\xff\xff\xff\xff\xff", 1, "no end"),
        (b"\xff\xff\xff\xff\x1f", 1, "shortest form"),
        (b"\x02k\x00", 2, "no end"),
        (b"", 1, "no end"),
    ],
)
def test_rows_that_somebody_made_up_are_refused(block: bytes, count: int, told: str) -> None:
    with pytest.raises(CheckpointDamaged, match=told):
        list(rows_of(block, count, 0, "here"))


def test_rows_of_windows_have_them() -> None:
    rows = [PlainRow(b"k", b"s", (-5, 10)), PlainRow(b"k", None, (5, 0))]
    run = opened(run_bytes(rows, kind=2))
    found = all_rows(run)
    assert found == [Row(b"k", (-5, 10), b"s"), Row(b"k", (5, 0), None)]
    assert found[0].identity(2) == (b"k", (-5, 10))
    assert found[0].identity(3) == (b"k", (-5,))
