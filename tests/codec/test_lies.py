"""Every lie of docs/abi.md 7.1 is found, named, and harms nothing."""

from __future__ import annotations

from struct import pack

import pyarrow as pa
import pytest
from linear_memory import new_memory

from lightflus.codec import Block, layout_of, read_batch, read_columns_of, read_list, schema_of
from lightflus.errors import GuestMemoryExceeded, GuestProtocolError
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.wasm import Window

BASE = 4_096
WORDS = StructType((Field("word", ScalarType(Scalar.UTF8)), Field("count", ScalarType(Scalar.INT64))))
FLAGS = ScalarType(Scalar.BOOL)
LISTS = ListType(ScalarType(Scalar.INT32))

LENGTH, NULL_COUNT, OFFSET, N_BUFFERS, N_CHILDREN, BUFFERS, CHILDREN, DICTIONARY = 0, 8, 16, 24, 32, 40, 44, 48


@pytest.fixture
def memory() -> Window:
    return new_memory()


class Answer:
    """A truthful answer in linear memory, to be falsified."""

    def __init__(self, memory: Window, record: Type, rows: list[object]) -> None:
        self.memory, self.record, self.rows = memory, record, len(rows)
        names = schema_of(record).names
        values = rows if names != ["value"] else [{"value": row} for row in rows]
        block = Block()
        batch = pa.RecordBatch.from_pylist(values, schema=schema_of(record))  # type: ignore[arg-type]
        handle = block.add_batch(layout_of(record), batch)
        block.write(memory, BASE)
        self.address = block.address(handle)

    def word(self, address: int) -> int:
        return int.from_bytes(self.memory.read(address, 4), "little")

    def column(self, position: int) -> int:
        return self.word(self.word(self.address + CHILDREN) + 4 * position)

    def buffer_entry(self, array: int, position: int) -> int:
        return self.word(array + BUFFERS) + 4 * position

    def put(self, address: int, value: int, size: int = 4) -> None:
        self.memory.write(address, (value % (1 << 8 * size)).to_bytes(size, "little"))

    def read(self) -> pa.RecordBatch:
        return read_batch(self.memory, self.address, layout_of(self.record), self.rows)


@pytest.fixture
def words(memory: Window) -> Answer:
    return Answer(memory, WORDS, [{"word": "ab", "count": 1}, {"word": "c", "count": 2}, {"word": "", "count": 3}])


def test_the_truth_is_accepted(words: Answer) -> None:
    assert words.read().to_pylist()[0] == {"word": "ab", "count": 1}


@pytest.mark.parametrize(
    ("field", "value", "size", "said"),
    [
        (LENGTH, 4, 8, "4 rows where 3 are expected"),
        (LENGTH, -1, 8, "-1 rows cannot lie"),
        (LENGTH, 1 << 31, 8, "2,147,483,648 rows cannot lie"),
        (NULL_COUNT, 4, 8, "null count of 4 in 3 rows"),
        (NULL_COUNT, -2, 8, "null count of -2"),
        (NULL_COUNT, 1, 8, "without a validity bitmap"),
        (OFFSET, 1, 8, "array offset of 1"),
        (N_BUFFERS, 2, 8, "2 buffers and 2 children"),
        (N_CHILDREN, 1, 8, "1 buffers and 1 children"),
        (N_CHILDREN, 1 << 60, 8, "children; its type has 1 and 2"),
        (BUFFERS, -4, 4, "outside the memory"),
        (CHILDREN, 0xFFFF_FFF0, 4, "outside the memory"),
        (DICTIONARY, 64, 4, "dictionary"),
    ],
)
def test_a_false_header_of_the_batch_is_found(words: Answer, field: int, value: int, size: int, said: str) -> None:
    words.put(words.address + field, value, size)
    with pytest.raises(GuestProtocolError, match=said):
        words.read()


@pytest.mark.parametrize(
    ("field", "value", "size", "said"),
    [
        (LENGTH, 2, 8, "word: 2 rows where 3 are expected"),
        (LENGTH, -3, 8, "word: -3 rows"),
        (N_BUFFERS, 2, 8, "word: 2 buffers"),
        (N_CHILDREN, 3, 8, "word: 3 buffers and 3 children"),
        (OFFSET, 1 << 40, 8, "word: an array offset"),
    ],
)
def test_a_false_header_of_a_column_is_found(words: Answer, field: int, value: int, size: int, said: str) -> None:
    words.put(words.column(0) + field, value, size)
    with pytest.raises(GuestProtocolError, match=said):
        words.read()


@pytest.mark.parametrize("address", [0xFFFF_FFF8, 32 * 65_536, 4_097])
def test_an_address_of_the_batch_outside_memory_or_unaligned_is_found(words: Answer, address: int) -> None:
    with pytest.raises(GuestProtocolError, match=r"outside the memory|not 8-byte aligned"):
        read_batch(words.memory, address, layout_of(WORDS), 3)


@pytest.mark.parametrize(
    ("column", "buffer", "address", "said"),
    [
        (0, 1, 0, "word: it has no offsets"),
        (0, 1, 0xFFFF_FFFC, "word: its offsets, 16 bytes at 4294967292, lie outside"),
        (0, 1, 4_098, "word: its offsets at 4098 are not 4-byte aligned"),
        (0, 2, 32 * 65_536 - 1, "word: its bytes, 3 bytes at 2097151, lie outside"),
        (1, 1, 4_100, "count: its values at 4100 are not 8-byte aligned"),
        (1, 1, 32 * 65_536 - 16, "count: its values, 24 bytes"),
        (1, 0, 32 * 65_536, "count: its validity, 1 bytes"),
    ],
)
def test_a_false_address_of_a_buffer_is_found(words: Answer, column: int, buffer: int, address: int, said: str) -> None:
    words.put(words.buffer_entry(words.column(column), buffer), address)
    with pytest.raises(GuestProtocolError, match=said):
        words.read()


@pytest.mark.parametrize(
    "offsets",
    [(0, 3, 2, 3), (0, -1, 2, 3), (0, 2, 3, -1), (0, 2, 3, 1 << 30), (-2, 2, 3, 3), (0, 1 << 30, 3, 3)],
    ids=["backwards", "negative", "last negative", "past the end", "first negative", "far"],
)
def test_false_offsets_are_found(words: Answer, offsets: tuple[int, ...]) -> None:
    at = words.word(words.buffer_entry(words.column(0), 1))
    words.memory.write(at, pack("<4i", *offsets))
    with pytest.raises(GuestProtocolError, match="word"):
        words.read()


def test_bytes_that_are_not_utf8_are_found(words: Answer) -> None:
    at = words.word(words.buffer_entry(words.column(0), 2))
    words.put(at, 0xFF, 1)
    with pytest.raises(GuestProtocolError, match="word: Invalid UTF8"):
        words.read()


def test_a_string_that_is_cut_within_a_character_is_found(memory: Window) -> None:
    answer = Answer(memory, ScalarType(Scalar.UTF8), ["é", "é"])
    at = answer.word(answer.buffer_entry(answer.column(0), 1))
    memory.write(at, pack("<3i", 0, 1, 4))
    with pytest.raises(GuestProtocolError, match="value: Invalid UTF8"):
        answer.read()


def test_a_null_in_a_column_that_is_not_nullable_is_found(words: Answer) -> None:
    words.put(3 * 65_536, 0b101, 1)
    words.put(words.buffer_entry(words.column(1), 0), 3 * 65_536)
    words.put(words.column(1) + NULL_COUNT, -1, 8)
    with pytest.raises(GuestProtocolError, match="count: 1 null row in a column that is not nullable"):
        words.read()


def test_a_null_count_that_is_not_true_is_found(memory: Window) -> None:
    answer = Answer(memory, ScalarType(Scalar.INT64, nullable=True), [1, None, 3])
    answer.put(answer.column(0) + NULL_COUNT, 2, 8)
    with pytest.raises(GuestProtocolError, match="value: a null count of 2, with 1 null row"):
        answer.read()


def test_null_rows_of_the_batch_itself_are_found(words: Answer) -> None:
    words.put(3 * 65_536, 0b011, 1)
    words.put(words.buffer_entry(words.address, 0), 3 * 65_536)
    with pytest.raises(GuestProtocolError, match="1 null row; rows of a batch are never null"):
        words.read()


def test_a_bitmap_that_is_too_short_is_found(memory: Window) -> None:
    answer = Answer(memory, FLAGS, [True] * 100)
    answer.put(answer.buffer_entry(answer.column(0), 1), 32 * 65_536 - 12)
    with pytest.raises(GuestProtocolError, match="value: its bits, 13 bytes"):
        answer.read()


def test_columns_may_share_bytes_but_not_multiply_them_without_end(memory: Window) -> None:
    record = StructType(tuple(Field(f"c{i}", ScalarType(Scalar.INT64)) for i in range(64)))
    answer = Answer(memory, record, [])
    answer.rows = 32 * 65_536 // 8
    for array in (answer.address, *(answer.column(i) for i in range(64))):
        answer.put(array + LENGTH, answer.rows, 8)
    for position in range(64):
        answer.put(answer.buffer_entry(answer.column(position), 1), 8)
    with pytest.raises(GuestProtocolError, match=r"outside the memory|more bytes than the memory"):
        answer.read()


def test_a_null_below_a_null_struct_is_no_lie(memory: Window) -> None:
    inner = StructType((Field("x", ScalarType(Scalar.INT64)),), nullable=True)
    record = StructType((Field("s", inner),))
    answer = Answer(memory, record, [{"s": {"x": 1}}, {"s": None}])
    child = answer.word(answer.word(answer.column(0) + CHILDREN))
    answer.put(3 * 65_536, 0b01, 1)
    answer.put(answer.buffer_entry(child, 0), 3 * 65_536)
    answer.put(child + NULL_COUNT, 1, 8)
    assert answer.read().to_pylist() == [{"s": {"x": 1}}, {"s": None}]
    answer.put(3 * 65_536, 0b10, 1)
    with pytest.raises(GuestProtocolError, match=r"s\.x: 1 null row in"):
        answer.read()


@pytest.mark.parametrize(
    "offsets",
    [(0, 3, 2, 3), (1, 2, 3, 3), (0, 2, 3, -1), (0, 2, 3, 1 << 30), (0, -5, 3, 3)],
    ids=["backwards", "first not 0", "negative", "too many rows", "negative within"],
)
def test_false_lineage_is_found(memory: Window, offsets: tuple[int, ...]) -> None:
    answer = Answer(memory, LISTS, [[1, 2], [], [3]])
    at = answer.word(answer.buffer_entry(answer.column(0), 1))
    memory.write(at, pack("<4i", *offsets))
    with pytest.raises(GuestProtocolError, match="the list array"):
        read_list(memory, answer.column(0), 3)


def test_a_list_array_of_other_length_is_found(memory: Window) -> None:
    answer = Answer(memory, LISTS, [[1], [2]])
    with pytest.raises(GuestProtocolError, match="2 rows where 3 are expected"):
        read_list(memory, answer.column(0), 3)


def test_items_beyond_their_child_are_found(memory: Window) -> None:
    answer = Answer(memory, LISTS, [[1, 2], [3]])
    child = answer.word(answer.word(answer.column(0) + CHILDREN))
    answer.put(child + LENGTH, 2, 8)
    with pytest.raises(GuestProtocolError, match=r"value\[\]: 2 rows where 3 are expected"):
        answer.read()


def test_a_batch_that_stays_where_it_is_has_its_header_checked(words: Answer) -> None:
    assert read_columns_of(words.memory, words.address, layout_of(WORDS), 3) == (words.column(0), words.column(1))
    with pytest.raises(GuestProtocolError, match="3 rows where 2 are expected"):
        read_columns_of(words.memory, words.address, layout_of(WORDS), 2)


def test_lists_with_too_many_items_are_refused_before_anything_is_copied(memory: Window) -> None:
    answer = Answer(memory, LISTS, [[1, 2], [3]])
    read_batch(memory, answer.address, layout_of(LISTS), 2, most_items=3)
    with pytest.raises(GuestMemoryExceeded, match="more than 2 items in lists"):
        read_batch(memory, answer.address, layout_of(LISTS), 2, most_items=2)
