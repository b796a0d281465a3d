"""Lines through a decoder: what is cut where changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.connectors.toolbox.lines import LinePosition, LineReader
from lightflus.formats.registry import line_decoder
from lightflus.limits import READ_BYTES, RECORD_BYTES
from lightflus.model.types import Field, Scalar, ScalarType, StructType

RECORD = StructType((Field("a", ScalarType(Scalar.INT64)), Field("b", ScalarType(Scalar.UTF8, nullable=True))))
FORMATS = ("json", "csv", "debezium")
LINES = st.sampled_from(
    [
        b'{"a":1,"b":"x"}',
        b'{"a":2}',
        b'{"op":"c","before":null,"after":{"a":3}}',
        b"4,y",
        b"5,",
        b"",
        b'{"a":1,"b":"\xff"}',
        b"\xff",
        b'{"a":',
        b'6,"',
        b'"7',
        b"\r",
        b"  ",
    ]
)


def line_of(position: str) -> int:
    return int(position.split(":")[1])


def read(pieces: Sequence[bytes | None], form: str) -> tuple[list[tuple[str, object]], list[tuple[str, bytes]], str]:
    """Rows and rejected lines with their places, and the last position."""
    waiting = list(pieces)
    options = {"header": "false"} if form == "csv" else {}
    reader = LineReader(
        "t",
        "t",
        line_decoder(form, RECORD, options),
        read=lambda most: waiting.pop(0) if waiting else b"",
        close=lambda: None,
        start=LinePosition(),
    )
    rows: list[tuple[str, object]] = []
    rejected: list[tuple[str, bytes]] = []
    position = ""
    while (batch := reader.read()) is not None:
        rows += [(batch.origin.position(i), row) for i, row in enumerate(batch.columns.to_pylist())]
        rejected += [(bad.position, bad.raw) for bad in batch.rejected]
        lines = [line_of(batch.origin.position(i)) for i in range(batch.columns.num_rows)]
        for bad in batch.rejected:
            assert bad.rows_before == sum(line < line_of(bad.position) for line in lines)
        position = batch.positions["t"]
    return rows, rejected, position


@given(st.lists(LINES, min_size=1, max_size=30), st.lists(st.integers(0, 300)), st.sampled_from(FORMATS), st.booleans())
def test_where_blocks_end_changes_nothing(lines: list[bytes], cuts: list[int], form: str, is_ended: bool) -> None:
    data = b"\n".join(lines) + b"\n" * is_ended
    ends = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[start:end] for start, end in pairwise(ends)]
    waits = [part for piece in pieces for part in (None, piece) if part != b""]
    whole, parts = read([data] if data else [], form), read(waits, form)
    assert parts[:2] == whole[:2]


@given(st.lists(LINES, min_size=1, max_size=30), st.sampled_from(FORMATS))
def test_what_is_rejected_is_the_line_that_stands_there(lines: list[bytes], form: str) -> None:
    _, rejected, _ = read([b"\n".join([*lines, b""])], form)
    for place, raw in rejected:
        assert raw == lines[int(place.split(":")[1]) - 1].removesuffix(b"\r")


@pytest.mark.parametrize("after", [b"", b'\n{"a":1}\n'])
def test_a_line_that_is_too_long_leaves_the_position_before_it_until_its_end_is_known(after: bytes) -> None:
    long = [b"x" * READ_BYTES] * (RECORD_BYTES // READ_BYTES) + [b"x"]
    pieces = [b'{"a":1}\n', *long, after]
    rows, rejected, position = read(pieces, "json")
    assert [place for place, _ in rejected] == ["t:2"]
    assert [place for place, _ in rows] == ["t:1", "t:3"][: len(rows)]
    assert position == ("8:1" if not after else f"{sum(map(len, pieces))}:3")
