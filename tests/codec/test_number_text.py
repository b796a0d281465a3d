"""Numbers as text: what JavaScript prints, wherever Arrow puts its exponents."""

from __future__ import annotations

import math
import struct
import subprocess
from collections.abc import Callable, Sequence
from random import Random

import pyarrow as pa
import pytest

from lightflus.codec.text import number_text
from lightflus.connectors.redis.words import words_of
from lightflus.formats.csv_encoder import CsvEncoder
from lightflus.formats.json_lines import JsonEncoder
from lightflus.model.types import Field, Scalar, ScalarType

NUMBER = ScalarType(Scalar.FLOAT64)
PRINT = """
const bytes = new Uint8Array(require("fs").readFileSync(0));
console.log([...new Float64Array(bytes.buffer)].join(" "));
"""


def node(values: Sequence[float]) -> list[str]:
    done = subprocess.run(
        ["node", "-e", PRINT], input=struct.pack(f"<{len(values)}d", *values), capture_output=True, check=True
    )
    return done.stdout.decode().split()


def powers() -> list[float]:
    """Every power of ten, what stands beside it, and some way above it, of both signs."""
    digits = ("1", "1.5", "1.234567890125")
    found = [float(f"{number}e{exponent}") for exponent in range(-324, 309) for number in digits]
    beside = [math.nextafter(value, towards) for value in found for towards in (0.0, math.inf)]
    return [sign * value for value in found + beside if math.isfinite(value) for sign in (1.0, -1.0)]


def random_numbers(count: int, seed: int = 11) -> list[float]:
    """Any bits; any size; whole numbers; money."""
    random = Random(seed)
    kinds: list[Callable[[], float]] = [
        lambda: float(struct.unpack("<d", random.randbytes(8))[0]),
        lambda: random.uniform(-1, 1) * 10 ** random.uniform(-8, 23),
        lambda: float(random.randint(0, 10 ** random.randint(1, 22))),
        lambda: round(random.uniform(0, 10 ** random.randint(1, 16)), random.randint(0, 4)),
    ]
    values = (kinds[number % len(kinds)]() for number in range(count))
    return [value for value in values if math.isfinite(value)]


@pytest.mark.parametrize("values", [powers(), random_numbers(40_000)], ids=["powers of ten", "random"])
def test_any_number_is_printed_as_node_prints_it(values: list[float]) -> None:
    assert number_text(pa.array(values)).to_pylist() == node(values)


@pytest.mark.parametrize("value", powers()[::97])
def test_a_number_alone_has_the_text_that_it_has_among_others(value: float) -> None:
    assert number_text(pa.array([value])).to_pylist() == node([value])


@pytest.mark.parametrize("value", [1711845000000.0, 1711845000000.5, 1e20, 0.00001])
def test_every_text_format_writes_a_number_alike(value: float) -> None:
    batch = pa.record_batch({"value": [value]})
    fields = (Field("value", NUMBER),)
    (text,) = node([value])
    assert JsonEncoder(fields).encode(batch) == f'{{"value":{text}}}\n'.encode()
    assert CsvEncoder(fields, ",").encode(batch) == f"{text}\n".encode()
    assert words_of(batch.column(0)).to_pylist() == [text.encode()]


def test_numbers_inside_lists_and_objects_are_written_alike() -> None:
    batch = pa.record_batch({"v": [{"at": 1711845000000.0, "all": [1e10, 0.5]}]})
    assert JsonEncoder(()).encode(batch) == b'{"v":{"at":1711845000000,"all":[10000000000,0.5]}}\n'


def test_a_number_of_32_bits_has_the_shortest_digits_that_mean_it() -> None:
    values = pa.array([0.1, 16777216.0, 123456789.0, 1e10, 3e38], pa.float32())
    assert number_text(values).to_pylist() == ["0.1", "16777216", "123456790", "10000000000", "3e+38"]


def test_what_is_no_number_has_no_text() -> None:
    texts = number_text(pa.array([math.nan, math.inf, -math.inf, None, 1e12]))
    assert texts.to_pylist() == [None, None, None, None, "1000000000000"]
