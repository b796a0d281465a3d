"""udf_sdk/c/lightflus.h: what its readers read and its builders build, called by the engine itself."""

from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from guest_builds import HEADER, c_guest, graph_of

from lightflus.codec import abi, schema_of
from lightflus.errors import GuestAborted, GuestMemoryExceeded
from lightflus.limits import CALL_ROWS
from lightflus.model.extract import FunctionNumber
from lightflus.model.graph import Function, FunctionKind
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType
from lightflus.sandbox.inspect import inspect
from lightflus.sandbox.instance import ModuleGuest
from lightflus.sandbox.limits import GuestLimits
from lightflus.sandbox.module import LoadedModule, load

pytestmark = pytest.mark.slow

TEXT = ScalarType(Scalar.UTF8, nullable=True)
INNER = StructType((Field("name", TEXT), Field("size", ScalarType(Scalar.INT64))), nullable=True)
EVERY = StructType(
    (
        *(Field(scalar.name.lower(), ScalarType(scalar, nullable=True)) for scalar in Scalar),
        Field("texts", ListType(TEXT, nullable=True)),
        Field("inner", INNER),
    )
)
SCHEMA = schema_of(EVERY)
LINES: list[tuple[int, str]] = []
COPY, IS_TRUE, ITEMS, FAIL, DEVOUR = map(FunctionNumber, range(5))


@pytest.fixture(scope="session")
def c_module(tmp_path_factory: pytest.TempPathFactory) -> LoadedModule:
    graph = graph_of(
        Function(FunctionKind.MAP, EVERY, EVERY),
        Function(FunctionKind.FILTER, EVERY, ScalarType(Scalar.BOOL), reads=("bool",)),
        Function(FunctionKind.FLAT_MAP, EVERY, TEXT),
        Function(FunctionKind.MAP, EVERY, EVERY),
        Function(FunctionKind.MAP, EVERY, EVERY),
    )
    wasm = c_guest(Path(__file__).with_name("every_type.c"), graph, tmp_path_factory.mktemp("c"))
    assert inspect(wasm).is_portable
    limits = GuestLimits(memory_bytes=32 << 20, deadline_ms=5_000)
    return load(wasm, limits=limits, sink=lambda level, text: LINES.append((level, text)))


@pytest.fixture
def c_guest_instance(c_module: LoadedModule) -> Iterator[ModuleGuest]:
    guest = c_module()
    guest.begin()
    yield guest
    guest.close()


def values(seed: int) -> dict[Scalar, Callable[[], object]]:
    """Values of every scalar, from one end of its range to the other."""
    chance = random.Random(seed)
    words = ("", "a", "Wörter", "日本語", "🙂" * 9, "x" * 100)

    def integer(bits: int, *, signed: bool) -> Callable[[], object]:
        low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
        return lambda: chance.choice([low, high, 0, chance.randint(low, high)])

    numbers = {Scalar[f"INT{b}"]: integer(b, signed=True) for b in (8, 16, 32, 64)}
    numbers |= {Scalar[f"UINT{b}"]: integer(b, signed=False) for b in (8, 16, 32, 64)}
    return {
        **numbers,
        Scalar.BOOL: lambda: chance.random() < 0.5,
        Scalar.FLOAT32: lambda: struct.unpack("<f", struct.pack("<f", chance.uniform(-1e9, 1e9)))[0],
        Scalar.FLOAT64: lambda: chance.choice([0.0, float("inf"), 5e-324, chance.uniform(-1e300, 1e300)]),
        Scalar.UTF8: lambda: chance.choice(words),
        Scalar.BINARY: lambda: chance.randbytes(chance.randrange(20)),
        Scalar.DATE32: lambda: chance.randint(-(1 << 31), (1 << 31) - 1),
        Scalar.TIMESTAMP_MS: lambda: chance.randint(-(1 << 62), 1 << 62),
        Scalar.TIMESTAMP_US: lambda: chance.randint(-(1 << 62), 1 << 62),
    }


def batch_of(rows: int, null_share: float, seed: int = 1) -> pa.RecordBatch:
    """Rows of all types; this share of the values is null."""
    chance = random.Random(seed)
    makers = values(seed)

    def some(maker: Callable[[], object]) -> list[object]:
        return [None if chance.random() < null_share else maker() for _ in range(rows)]

    def column(scalar: Scalar, field: pa.Field[pa.DataType]) -> pa.Array[pa.Scalar[pa.DataType]]:
        is_time = scalar in (Scalar.DATE32, Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US)
        bare = (pa.int32() if scalar is Scalar.DATE32 else pa.int64()) if is_time else field.type
        return pa.array(some(makers[scalar]), bare).cast(field.type)

    text = makers[Scalar.UTF8]
    lists = some(lambda: [None if chance.random() < null_share else text() for _ in range(chance.randrange(4))])
    inner = some(lambda: {"name": None if chance.random() < null_share else text(), "size": chance.randrange(9)})
    columns = [column(scalar, SCHEMA.field(k)) for k, scalar in enumerate(Scalar)]
    return pa.record_batch(
        [*columns, pa.array(lists, SCHEMA.field(16).type), pa.array(inner, SCHEMA.field(17).type)], schema=SCHEMA
    )


@pytest.mark.parametrize("null_share", [0.0, 0.01, 0.5, 1.0])
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 1_000, CALL_ROWS])
def test_every_value_and_null_comes_back(rows: int, null_share: float, c_guest_instance: ModuleGuest) -> None:
    batch = batch_of(rows, null_share)
    copied = c_guest_instance.take(c_guest_instance.map(COPY, c_guest_instance.load(batch)), EVERY)
    assert copied.equals(batch)


def test_nan_and_minus_zero_keep_their_bits(c_guest_instance: ModuleGuest) -> None:
    batch = batch_of(2, 1.0)
    strange = pa.array([struct.unpack("<d", b"\1\0\0\0\0\0\xf8\x7f")[0], -0.0], pa.float64())
    batch = batch.set_column(10, SCHEMA.field(10), strange)
    copied = c_guest_instance.take(c_guest_instance.map(COPY, c_guest_instance.load(batch)), EVERY)
    assert copied.column(10).buffers()[1] == strange.buffers()[1]


def test_a_selection_leads_to_the_rows_that_it_names(c_guest_instance: ModuleGuest) -> None:
    guest, batch = c_guest_instance, batch_of(500, 0.3)
    kept = guest.filter(IS_TRUE, guest.load(batch))
    expected = batch.filter(batch.column(0))
    assert 0 < kept.rows < 500
    assert guest.take(guest.map(COPY, kept), EVERY).equals(expected)


def test_lists_become_rows(c_guest_instance: ModuleGuest) -> None:
    guest, batch = c_guest_instance, batch_of(500, 0.3)
    taken = guest.take(guest.flat_map(ITEMS, guest.load(batch)), TEXT)
    expected = [text for texts in batch.column(16).to_pylist() for text in texts or ()]
    assert taken.column(0).to_pylist() == expected


def test_a_failure_names_row_file_and_line(c_guest_instance: ModuleGuest) -> None:
    with pytest.raises(GuestAborted, match="the third row") as caught:
        c_guest_instance.map(FAIL, c_guest_instance.load(batch_of(5, 0)))
    source = Path(__file__).with_name("every_type.c")
    line = 1 + source.read_text(encoding="utf-8").splitlines().index(
        next(text for text in source.read_text(encoding="utf-8").splitlines() if "LF_FAIL" in text)
    )
    assert caught.value.row == 2
    assert caught.value.position is not None
    assert caught.value.position.endswith(f"every_type.c:{line}")


def test_a_log_line_arrives(c_guest_instance: ModuleGuest) -> None:
    c_guest_instance.map(FAIL, c_guest_instance.load(batch_of(2, 0)))
    assert (1, "no third row") in LINES


def test_memory_that_ends_is_named(c_guest_instance: ModuleGuest) -> None:
    with pytest.raises(GuestMemoryExceeded, match="out of memory"):
        c_guest_instance.map(DEVOUR, c_guest_instance.load(batch_of(1, 0)))


def test_memory_does_not_grow_with_the_number_of_calls(c_guest_instance: ModuleGuest) -> None:
    guest, batch = c_guest_instance, batch_of(1_000, 0.1)
    sizes = set()
    for _ in range(50):
        guest.begin()
        guest.map(COPY, guest.load(batch))
        sizes.add(guest._session.window().size)
    assert len(sizes) == 1


ARRAY_FIELDS = ("length", "null_count", "offset", "n_buffers", "n_children", "buffers", "children", "dictionary")
STRUCTS = {
    "LfCall": (abi.CALL, abi.CALL_FIELDS),
    "LfResult": (abi.RESULT, abi.RESULT_FIELDS),
    "LfArray": (abi.ARRAY, ARRAY_FIELDS),
}


@pytest.mark.parametrize("name", STRUCTS)
def test_the_compiler_puts_every_field_where_the_document_says(name: str, tmp_path: Path) -> None:
    layout, fields = STRUCTS[name]
    letters = layout.format.removeprefix("<")
    places = {field: struct.calcsize("<" + letters[:k]) for k, field in enumerate(fields) if field}
    claims = [f"offsetof({name}, {field}) == {at}" for field, at in places.items()] + [
        f"sizeof({name}) == {layout.size}"
    ]
    lines = [f'_Static_assert({claim}, "{claim}");' for claim in claims]
    source = tmp_path / "layout.c"
    source.write_text("\n".join(['#include "lightflus.h"', *lines]), encoding="utf-8")
    command: list[str | Path] = ["clang", "--target=wasm32", "-ffreestanding", "-fsyntax-only", f"-I{HEADER}", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
