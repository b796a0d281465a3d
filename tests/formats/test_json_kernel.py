"""Format json: the kernel against the strict reader, and against rows that Arrow has made text of."""

from __future__ import annotations

from random import Random

import pyarrow as pa
import pytest
from json_compare import compare
from json_oracle import json_lines
from json_samples import some_line, some_struct, some_type

from lightflus.formats.json import JsonDecoder
from lightflus.formats.json_lines import JsonEncoder
from lightflus.kernel.json import JsonReader

EXTREMES = [-(2**63), -(2**62), -1, 0, 1, 999, 1_000_000, 2**62, 2**63 - 1]
"""Also of what 64 bits are as a time, most of which have no text."""


@pytest.mark.parametrize("seed", range(150))
def test_the_kernel_reads_what_the_strict_reader_reads_and_refuses_the_rest(seed: int) -> None:
    random = Random(seed)
    record = some_struct(random) if seed % 10 else some_type(random)
    compare(record, [some_line(random, record) for _ in range(random.choice([1, 10, 100]))])


@pytest.mark.parametrize("seed", range(60))
def test_lines_and_messages_are_read_alike(seed: int) -> None:
    random = Random(seed)
    record = some_struct(random)
    lines = [line for line in (some_line(random, record) for _ in range(50)) if line.strip()]
    decoder = JsonDecoder(record)
    by_line = decoder.decode_lines(b"".join(line + b"\n" for line in lines))
    by_message = decoder.decode_messages(pa.array([b"not mine", *lines], pa.binary()).slice(1))
    assert by_message.columns.equals(by_line.columns)
    told = [(bad.index, bad.byte, bad.reason) for bad in by_message.bad]
    assert told == [(bad.index, bad.byte, bad.reason) for bad in by_line.bad]


@pytest.mark.parametrize("seed", range(60))
def test_what_nobody_reads_is_checked_and_left_out(seed: int) -> None:
    random = Random(seed)
    record = some_struct(random)
    block = b"".join(some_line(random, record) + b"\n" for _ in range(50))
    unread = {field.name for field in record.fields if random.random() < 0.5}
    whole, part = JsonDecoder(record).decode_lines(block), JsonDecoder(record, unread).decode_lines(block)
    assert part.bad == whole.bad
    kept = [name for name in whole.columns.schema.names if name not in unread]
    assert part.columns.num_rows == whole.columns.num_rows
    assert part.columns.equals(whole.columns.select(kept))


@pytest.mark.parametrize("seed", range(100))
def test_the_kernel_writes_what_arrow_writes(seed: int) -> None:
    random = Random(seed)
    record = some_struct(random)
    rows = JsonReader(record).read_lines(b"".join(some_line(random, record) + b"\n" for _ in range(50))).columns
    assert JsonEncoder(record.fields).encode(rows) == json_lines(rows)


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.float32(), pa.timestamp("ms"), pa.timestamp("us"), pa.date32(), pa.int64(), pa.uint64()]
)
def test_any_bits_are_written_as_arrow_writes_them(kind: pa.DataType) -> None:
    random = Random(7)
    width = kind.bit_width // 8
    bits = [random.randbytes(width) for _ in range(20_000)]
    bits += [(value >> (64 - kind.bit_width)).to_bytes(width, "little", signed=True) for value in EXTREMES]
    bits += [
        random.randint(-(2 ** random.randint(1, 55)), 2**48 >> (64 - kind.bit_width)).to_bytes(
            8, "little", signed=True
        )[:width]
        for _ in range(5_000)
    ]
    column = pa.Array.from_buffers(kind, len(bits), [None, pa.py_buffer(b"".join(bits))])
    rows = pa.record_batch({"v": column})
    assert JsonEncoder(()).encode(rows).split() == json_lines(rows).split()


def test_short_and_long_fractions_are_written_as_arrow_writes_them() -> None:
    random = Random(3)
    values = [
        round(random.uniform(-(10.0 ** random.randint(-8, 17)), 10.0 ** random.randint(-8, 17)), random.randint(0, 12))
        for _ in range(50_000)
    ]
    rows = pa.record_batch({"v": pa.array(values)})
    assert JsonEncoder(()).encode(rows).split() == json_lines(rows).split()
