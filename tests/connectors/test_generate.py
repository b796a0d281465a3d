"""`generate:`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from connector_helpers import TEXT, source_spec

from lightflus.connectors.contract.registry import open_source
from lightflus.connectors.generate.rows import Generator, Shape
from lightflus.errors import BindingInvalid
from lightflus.limits import CALL_ROWS, ELEMENT_VALUES
from lightflus.model.graph import Connector
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type
from lightflus.ports.sources import Source
from lightflus.testing.connectors import QuietHealth, check_source

INNER = StructType((Field("x", ScalarType(Scalar.FLOAT64)), Field("y", ListType(TEXT))), nullable=True)
EVERYTHING = StructType(
    (
        *(Field(scalar.value, ScalarType(scalar)) for scalar in Scalar),
        *(Field(f"{scalar.value}_or_null", ScalarType(scalar, nullable=True)) for scalar in Scalar),
        Field("struct", INNER),
        Field("list", ListType(INNER, nullable=True)),
    )
)


def source(record: Type = TEXT, **options: str) -> Source:
    return open_source(source_spec(Connector("generate", options), record))


@pytest.mark.parametrize("record", [TEXT, EVERYTHING, ListType(TEXT), ScalarType(Scalar.FLOAT64)])
@pytest.mark.parametrize("splits", [1, 3])
def test_it_is_a_source_of_any_type(record: Type, splits: int) -> None:
    rows = Generator(record, Shape(seed=7)).rows(0, 10_000).to_pylist()
    bounds = [10_000 * split // splits for split in range(splits + 1)]
    expected = [rows[a:b] for a, b in pairwise(bounds)]
    check_source(lambda: source(record, rows="10000", splits=str(splits), seed="7"), expected)


def test_a_row_does_not_depend_on_its_batch() -> None:
    generator = Generator(EVERYTHING, Shape())
    assert generator.rows(0, 100).slice(40, 20).to_pylist() == generator.rows(40, 20).to_pylist()


def test_the_rows_of_a_seed_never_change() -> None:
    rows = Generator(TEXT, Shape(seed=1, distinct=1_000, words=3)).rows(0, 2).to_pylist()
    assert rows == GOLDEN


GOLDEN = [{"value": "divace cerina pe"}, {"value": "cefope ceki fopepe"}]


def test_another_seed_makes_other_rows() -> None:
    first, second = (Generator(TEXT, Shape(seed=seed)).rows(0, 5).to_pylist() for seed in (1, 2))
    assert first != second


def test_words_are_as_many_and_as_different_as_asked() -> None:
    texts = Generator(TEXT, Shape(distinct=20, words=5)).rows(0, 1_000).column("value").to_pylist()
    words = [str(text).split(" ") for text in texts]
    assert {len(line) for line in words} == {5}
    assert len({word for line in words for word in line}) == 20


def test_zero_rows_is_a_stream_without_end() -> None:
    reader = source(rows="0").reader({"0": str(10**9)}, QuietHealth())
    batch = reader.read()
    assert batch is not None
    assert batch.origin.position(0) == "topic[1000000000]"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"rows": "many"}, "option `rows` of `generate:` is `many`"),
        ({"rows": "-1"}, "option `rows`"),
        ({"splits": "0"}, "option `splits`"),
        ({"distinct": "0"}, "option `distinct`"),
        ({"raws": "1"}, "has no option `raws`"),
    ],
)
def test_wrong_options_are_refused_with_what_would_be_right(options: dict[str, str], text: str) -> None:
    with pytest.raises(BindingInvalid, match=text) as caught:
        source(TEXT, **options)
    assert caught.value.hint is not None


@pytest.mark.parametrize("depth", [1, 8, 16, 31])
def test_lists_in_lists_are_made_a_few_rows_at_a_time(depth: int) -> None:
    kind: Type = ScalarType(Scalar.INT64)
    for _ in range(depth):
        kind = ListType(kind)
    generator = Generator(StructType((Field("lists", kind),)), Shape())
    assert generator.rows(0, generator.most_rows).nbytes < 256 << 20


def test_long_lines_are_made_some_at_a_time() -> None:
    assert Generator(TEXT, Shape()).most_rows == CALL_ROWS
    assert Generator(TEXT, Shape(words=1_000)).most_rows == ELEMENT_VALUES // 1_000
