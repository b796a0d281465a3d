"""What every source and sink must do: suites that a connector's tests run, ours and a user's.

What it owns: the rules of `ports.Source` and `Sink`, as checks that raise AssertionError.
What it leaves: making a source over known rows, or reading back what a sink wrote (the caller). One thread, but for
`check_sink`, which also writes from two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from lightflus.model.graph import Delivery
from lightflus.ports.sinks import Sink
from lightflus.ports.sources import Source, SourceBatch, SourceReader

Record = dict[str, object]


class QuietHealth:
    """`ports.Health` that remembers why a connector waited."""

    is_stopping = False

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def waiting(self, reason: str) -> None:
        """Remembered."""
        self.reasons.append(reason)

    def fine(self) -> None:
        """Nothing."""


def check_source(make: Callable[[], Source], expected: Sequence[Sequence[Record]], *, can_resume: bool = True) -> None:
    """Runs every check of a source whose splits end.

    Args:
        make: a new source over the same rows each time.
        expected: the rows of each split, in the order of `splits()`.
        can_resume: whether a split can be read from the middle, and more than once.
    """
    source = make()
    splits = list(source.splits())
    source.close()
    source.close()
    assert splits == list(make().splits()), "splits must stand in a stable order"
    assert len(splits) == len(set(splits)) == len(expected), f"expected {len(expected)} different splits, got {splits}"
    for split, rows in zip(splits, expected, strict=True):
        batches = read_all(make().reader({split: None}, QuietHealth()))
        _check_split(batches, split, rows)
        if can_resume:
            _check_resuming(make, split, batches, rows)
    _check_together(make, splits, expected)
    assert read_all(make().reader({}, QuietHealth())) == [], "a reader without splits is at its end"


def read_all(reader: SourceReader) -> list[SourceBatch]:
    """Everything until a reader's end; then it is closed."""
    batches = []
    while (batch := reader.read()) is not None:
        batches.append(batch)
    assert reader.read() is None, "after the end comes the end"
    assert not reader.lag(), "at the end nothing waits"
    reader.close()
    reader.close()
    return batches


def _check_split(batches: Sequence[SourceBatch], split: str, rows: Sequence[Record]) -> None:
    assert _rows(batches) == list(rows), "a split must yield its rows in order"
    places = [batch.origin.position(row) for batch in batches for row in range(batch.columns.num_rows)]
    assert len(set(places)) == len(places), "each row must have a position of its own"
    for batch in batches:
        assert set(batch.positions) <= {split}, "positions are of the splits that are read"
        assert not batch.rejected, "good rows are not rejected"
        batch.columns.validate(full=True)
        if batch.columns.num_rows:
            assert batch.positions, "rows move a position on"
            assert batch.bytes_read > 0


def _check_resuming(
    make: Callable[[], Source], split: str, batches: Sequence[SourceBatch], rows: Sequence[Record]
) -> None:
    done = 0
    for number, batch in enumerate(batches):
        done += batch.columns.num_rows
        if split not in batch.positions:
            continue
        position = batch.positions[split]
        reader = make().reader({split: position}, QuietHealth())
        reader.commit({split: position})
        rest = [found for found in read_all(reader) if found.columns.num_rows]
        assert _rows(rest) == list(rows[done:]), f"reading on from {position} must yield the rest"
        if rest:
            following = next(later for later in batches[number + 1 :] if later.columns.num_rows)
            assert rest[0].origin.position(0) == following.origin.position(0), "a row's position must not depend on it"


def _check_together(make: Callable[[], Source], splits: Sequence[str], expected: Sequence[Sequence[Record]]) -> None:
    """One reader of all splits, given at once or while it runs."""
    wanted = _counted(row for rows in expected for row in rows)
    batches = read_all(make().reader(dict.fromkeys(splits), QuietHealth()))
    assert _counted(_rows(batches)) == wanted, "one reader of all splits must yield all rows"
    reader = make().reader({}, QuietHealth())
    reader.add(splits)
    assert _counted(_rows(read_all(reader))) == wanted, "splits that are added must be read"


def _counted(rows: Iterable[Record]) -> Counter[str]:
    return Counter(map(repr, rows))


def _rows(batches: Sequence[SourceBatch]) -> list[Record]:
    return [row for batch in batches for row in batch.columns.to_pylist()]


def check_sink(make: Callable[[], Sink], read: Callable[[], list[Record]], schema: pa.Schema) -> None:
    """Runs every check of a sink whose fields are `key` and `value`, both text.

    Args:
        make: the sink, over a new and empty place each time.
        read: what another program sees at the place of the last `make`.
        schema: of `key` and `value`.
    """
    _check_flush(make(), read, schema)
    _check_last_value(make(), read, schema)
    _check_two_writers(make(), read, schema)
    _check_empty(make(), read, schema)


def _check_flush(sink: Sink, read: Callable[[], list[Record]], schema: pa.Schema) -> None:
    writer = sink.writer(0, QuietHealth())
    writer.write(_batch(schema, [("a", "1"), ("b", "2")]))
    writer.flush()
    assert _sorted(read()) == [("a", "1"), ("b", "2")], "what was flushed must be readable at once"
    writer.flush()
    assert len(read()) == 2, "a flush without writes must write nothing"
    writer.close()
    writer.close()
    sink.close()
    sink.close()


def _check_last_value(sink: Sink, read: Callable[[], list[Record]], schema: pa.Schema) -> None:
    writer = sink.writer(0, QuietHealth())
    writer.write(_batch(schema, [("a", "1"), ("b", "2"), ("a", "3")]))
    writer.write(_batch(schema, [("b", "4")]))
    writer.flush()
    writer.write(_batch(schema, [("a", "5"), ("é\n'\"", "6")]))
    writer.flush()
    writer.close()
    sink.close()
    if sink.delivery is Delivery.UPSERT:
        assert _sorted(read()) == [("a", "5"), ("b", "4"), ("é\n'\"", "6")], "the last value per key must stand"
    else:
        written = [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4"), ("a", "5"), ("é\n'\"", "6")]
        assert [_pair(row) for row in read()] == written, "every row must be there, in order"


def _check_two_writers(sink: Sink, read: Callable[[], list[Record]], schema: pa.Schema) -> None:
    def write(subtask: int) -> None:
        writer = sink.writer(subtask, QuietHealth())
        for number in range(20):
            writer.write(_batch(schema, [(f"{subtask}-{number}-{i}", str(i)) for i in range(50)]))
            writer.flush()
        writer.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    sink.close()
    expected = sorted((f"{s}-{n}-{i}", str(i)) for s in range(2) for n in range(20) for i in range(50))
    assert _sorted(read()) == expected, "two subtasks must be able to write at once"


def _check_empty(sink: Sink, read: Callable[[], list[Record]], schema: pa.Schema) -> None:
    writer = sink.writer(0, QuietHealth())
    writer.write(_batch(schema, []))
    writer.flush()
    writer.close()
    sink.close()
    assert read() == [], "no rows must be no rows"


def _batch(schema: pa.Schema, pairs: Sequence[tuple[str, str]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"key": key, "value": value} for key, value in pairs], schema=schema)


def _pair(row: Record) -> tuple[str, str]:
    return str(row["key"]), str(row["value"])


def _sorted(rows: list[Record]) -> list[tuple[str, str]]:
    return sorted(map(_pair, rows))
