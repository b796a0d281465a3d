"""JSON to columns and back: the kernel's reader against pyarrow's, and its writer against Python's own.

Owns two kinds of lines: Nexmark's bids, and orders that are nested and full of escapes. CPU time of this process over
the same blocks by turns, A B A B; what both sides make must be equal before any figure is printed.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.json as pj

from bench.bids import bids
from bench.measure import ProgramFailed, record, table
from lightflus.codec.schema import schema_of
from lightflus.formats.json import JsonDecoder
from lightflus.formats.json_lines import JsonEncoder
from lightflus.model.types import ListType, Scalar, ScalarType, StructType, Type
from lightflus.testing.graphs import BOOL, FLOAT64, INT64, UTF8, struct

ROUNDS = 9
BIDS, ORDERS = 60_000, 20_000
BLOCK_LINES = 4_000
"""About a megabyte, as a file is read."""
BID = struct(auction=INT64, bidder=INT64, price=INT64, channel=UTF8, url=UTF8, dateTime=INT64, extra=UTF8)
ITEM = struct(sku=UTF8, count=ScalarType(Scalar.INT32), price=FLOAT64)
ORDER = struct(
    id=INT64,
    user=struct(name=UTF8, mail=ScalarType(Scalar.UTF8, nullable=True)),
    items=ListType(ITEM),
    note=ScalarType(Scalar.UTF8, nullable=True),
    at=ScalarType(Scalar.TIMESTAMP_MS),
    paid=BOOL,
)
WORDS = ("plain", "caf\u00e9", 'say "hi"', "a\\b", "line\nend", "tab\there", "\u65e5\u672c", "x" * 30)
GOALS = {"bids": 3.0, "orders": 2.0}


@dataclass(frozen=True, slots=True)
class Lines:
    """Blocks of lines of one type."""

    record: StructType
    blocks: Sequence[bytes]
    rows: int


def main() -> None:
    """Prints both tables. Raises ProgramFailed where the kernel reads less than it should."""
    inputs = {"bids": cut(BID, list(bids(BIDS))), "orders": cut(ORDER, orders())}
    read = {name: alternated(lines.rows, reading(lines)) for name, lines in inputs.items()}
    show("JSON lines to columns, one thread, equal columns", "pyarrow.json", read)
    written = {name: alternated(lines.rows, writing(lines)) for name, lines in inputs.items()}
    show("columns to JSON lines, one thread, equal values", "json.dumps", written)
    record("json_lines", {"read": read, "written": written})
    for name, goal in GOALS.items():
        if read[name][0] < goal * read[name][1]:
            raise ProgramFailed(f"{name} should be read {goal} times as fast as pyarrow does")


def cut(kind: StructType, lines: Sequence[str]) -> Lines:
    """Blocks of whole lines."""
    starts = range(0, len(lines), BLOCK_LINES)
    blocks = ["".join(line + "\n" for line in lines[start : start + BLOCK_LINES]).encode() for start in starts]
    return Lines(kind, blocks, len(lines))


def orders() -> list[str]:
    """Orders by seeded chance, every second one in ASCII, some without a note."""
    chance = random.Random(1)

    def text() -> str:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 6)))

    def item() -> dict[str, object]:
        sku, count = f"sku-{chance.randint(1, 999)}", chance.randint(1, 9)
        return {"sku": sku, "count": count, "price": round(chance.uniform(1, 500), 2)}

    lines = []
    for number in range(ORDERS):
        order = {
            "id": chance.randint(1, 10**12),
            "user": {"name": text(), "mail": None if number % 3 == 0 else "a@example.com"},
            "items": [item() for _ in range(chance.randint(0, 4))],
            **({} if number % 5 == 0 else {"note": text()}),
            "at": f"2026-01-02T03:04:05.{number % 1000:03}Z",
            "paid": number % 2 == 0,
        }
        lines.append(json.dumps(order, ensure_ascii=number % 2 == 0, separators=(",", ":")))
    return lines


def reading(lines: Lines) -> tuple[Callable[[], object], Callable[[], object]]:
    """The peer's way and ours, whose columns are equal."""
    options = pj.ParseOptions(explicit_schema=plain(lines.record), unexpected_field_behavior="ignore")
    decoder = JsonDecoder(lines.record)

    def peer(block: bytes) -> pa.Table:
        by = pj.ReadOptions(use_threads=False, block_size=len(block) + 1)
        return pj.read_json(pa.BufferReader(block), read_options=by, parse_options=options)  # type: ignore[arg-type]

    for block in lines.blocks:
        if decoder.decode_lines(block).columns.to_pylist() != peer(block).to_pylist():
            raise ProgramFailed("pyarrow and the kernel read different rows")
    return lambda: [peer(block) for block in lines.blocks], lambda: [decoder.decode_lines(b) for b in lines.blocks]


def plain(kind: Type) -> pa.Schema:
    """The schema for the peer, which does not know fields that are not nullable."""

    def of(arrow: pa.DataType) -> pa.DataType:
        if isinstance(arrow, pa.StructType):
            return pa.struct([pa.field(arrow.field(i).name, of(arrow.field(i).type)) for i in range(arrow.num_fields)])
        return pa.list_(of(arrow.value_type)) if isinstance(arrow, pa.ListType) else arrow

    return pa.schema([pa.field(field.name, of(field.type)) for field in schema_of(kind)])


def writing(lines: Lines) -> tuple[Callable[[], object], Callable[[], object]]:
    """The same of rows that are columns here and Python's objects there."""
    decoder, encoder = JsonDecoder(lines.record), JsonEncoder(lines.record.fields)
    batches = [decoder.decode_lines(block).columns for block in lines.blocks]
    rows = [cast("list[dict[str, object]]", batch.to_pylist()) for batch in batches]
    for row in (row for rows_ in rows for row in rows_ if "at" in row):
        row["at"] = str(row["at"])  # as text, which costs the peer less than a time would
    for batch, rows_ in zip(batches, rows, strict=True):
        back = [json.loads(line) for line in encoder.encode(batch).splitlines()]
        if [{**row, "at": 0} for row in back] != [{**row, "at": 0} for row in rows_]:
            raise ProgramFailed("Python and the kernel write different values")
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    peer = lambda: ["".join(dumps(row) + "\n" for row in rows_).encode() for rows_ in rows]  # noqa: E731
    return peer, lambda: [encoder.encode(batch) for batch in batches]


def alternated(rows: int, sides: tuple[Callable[[], object], Callable[[], object]]) -> tuple[float, float]:
    """Nanoseconds of CPU a row, of both sides: medians."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for side, times in zip(sides, taken, strict=True):
            begin = time.process_time()
            side()
            times.append((time.process_time() - begin) / rows * 1e9)
    return statistics.median(taken[0]), statistics.median(taken[1])


def show(title: str, peer: str, found: dict[str, tuple[float, float]]) -> None:
    """One table."""
    rows = [[name, f"{one:,.0f}", f"{ours:,.0f}", f"{one / ours:.2f}"] for name, (one, ours) in found.items()]
    table(title, ["lines", f"{peer} ns/row", "kernel ns/row", "ratio"], rows)


if __name__ == "__main__":
    main()
