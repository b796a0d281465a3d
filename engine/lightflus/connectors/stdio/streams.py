"""`stdin:` and `stdout:`: a job in a pipe, or on a terminal.

What it owns: the two standard streams as a source of lines and a sink of JSON lines or of a live table.
What it leaves: how a table is drawn (`screen.py`). The reader blocks its thread until bytes arrive.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from typing import BinaryIO

import pyarrow as pa

from lightflus.connectors.contract.kinds import SinkKind, SinkSpec, SourceKind, SourceSpec
from lightflus.connectors.contract.options import Options
from lightflus.connectors.stdio.screen import Screen, ShownRows
from lightflus.connectors.toolbox.failures import STDOUT, writing
from lightflus.connectors.toolbox.lines import LinePosition, LineReader
from lightflus.connectors.toolbox.rows import Row, last_rows, rows_of
from lightflus.connectors.toolbox.sequential import SequentialReader
from lightflus.errors import SourceFailed
from lightflus.limits import STDOUT_TABLE_ROWS
from lightflus.model.graph import BadRecords, Connector, Delivery
from lightflus.model.graph import Sink as SinkNode
from lightflus.model.guarantees import Guarantee, Promise
from lightflus.model.schemas import STDIN
from lightflus.model.schemas import STDOUT as TERMINAL
from lightflus.model.types import VALUE_COLUMN, Field, ScalarType
from lightflus.ports.formats import Encoder, LineDecoder, MessageEncoder
from lightflus.ports.health import Health
from lightflus.ports.sinks import Sink, SinkWriter

FORM = "form"
"""The option of `stdout:` that says whether rows become JSON lines or a table that is drawn anew."""
LINES = "lines"
TABLE = "table"


class StdinSource:
    """`ports.Source` with one split, `stdin`. Bytes cannot be read twice, so it resumes nowhere."""

    is_growing = False
    is_committing = False
    is_rewindable = False

    def __init__(self, descriptor: int, decoder: LineDecoder) -> None:
        """`descriptor` is read without a buffer in between, so that a line is seen as soon as it is typed."""
        self._descriptor = descriptor
        self._decoder = decoder

    def splits(self) -> Sequence[str]:
        """One."""
        return ("stdin",)

    def reader(self, splits: Mapping[str, str | None], health: Health) -> SequentialReader:
        """Raises SourceFailed, when it reads, for any position but the beginning."""
        return SequentialReader(self._open, splits)

    def close(self) -> None:
        """Standard input stays open."""

    def _open(self, split: str, position: str | None) -> LineReader:
        start = LinePosition.parse(position, split)
        if start.offset:
            raise SourceFailed("standard input cannot be read from the middle", where=split)
        return LineReader(
            split,
            split,
            self._decoder,
            read=lambda most: os.read(self._descriptor, most),
            close=lambda: None,
            start=start,
        )


class StdoutSink:
    """`ports.Sink` of JSON lines on standard output."""

    def __init__(self, out: BinaryIO, encoder: Encoder) -> None:
        self._out = out
        self._encoder = encoder
        self._lock = Lock()

    @property
    def delivery(self) -> Delivery:
        """APPEND."""
        return Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """Writers share the stream under a lock."""
        return _LineWriter(self._out, self._encoder, self._lock)

    def close(self) -> None:
        """Standard output stays open."""


class _LineWriter:
    def __init__(self, out: BinaryIO, encoder: Encoder, lock: Lock) -> None:
        self._out = out
        self._encoder = encoder
        self._lock = lock

    def write(self, columns: pa.RecordBatch) -> None:
        lines = self._encoder.encode(columns)
        with self._lock, writing(STDOUT):
            self._out.write(lines)

    def flush(self) -> None:
        with self._lock, writing(STDOUT):
            self._out.flush()

    def close(self) -> None:
        pass


class TableSink:
    """`ports.Sink` that shows the rows written last as a table: per key for an upsert, else simply the last ones."""

    def __init__(
        self, screen: Screen, sink: str, encoders: Mapping[str, MessageEncoder], key_fields: tuple[str, ...]
    ) -> None:
        """`sink` is its name, since several may share the screen; `key_fields` empty = append.

        `encoders` make the text of each field: as it is, or as JSON.
        """
        self._screen = screen
        self._sink = sink
        self._encoders = encoders
        self._key_fields = key_fields
        self._rows: OrderedDict[Row, tuple[str, ...]] = OrderedDict()
        self._written = 0
        self._lock = Lock()

    @property
    def delivery(self) -> Delivery:
        """UPSERT if it has a key."""
        return Delivery.UPSERT if self._key_fields else Delivery.APPEND

    def writer(self, subtask: int, health: Health) -> SinkWriter:
        """Writers share the table under a lock."""
        return _TableWriter(self)

    def close(self) -> None:
        """Nothing to release."""

    def add(self, columns: pa.RecordBatch) -> None:
        """Takes the last rows of a batch."""
        newest = last_rows(columns, self._key_fields)
        newest = newest.slice(max(0, newest.num_rows - STDOUT_TABLE_ROWS))
        rows = self._texts(newest)
        first = self._written + columns.num_rows - newest.num_rows
        keys: Iterable[Row] = ((number,) for number in range(first, first + len(rows)))
        if self._key_fields:
            keys = rows_of(newest.select(list(self._key_fields)))
        with self._lock:
            for key, row in zip(keys, rows, strict=True):
                self._rows[key] = row
                self._rows.move_to_end(key)
            while len(self._rows) > STDOUT_TABLE_ROWS:
                self._rows.popitem(last=False)
            self._written += columns.num_rows

    def _texts(self, columns: pa.RecordBatch) -> list[tuple[str, ...]]:
        alone = (pa.RecordBatch.from_arrays([columns.column(name)], names=[VALUE_COLUMN]) for name in self._encoders)
        pairs = zip(self._encoders.values(), alone, strict=True)
        texts = [[_shown(one) for one in encoder.encode_messages(column)] for encoder, column in pairs]
        return list(zip(*texts, strict=True))

    def show(self) -> None:
        """Draws what there is."""
        with self._lock:
            shown = ShownRows(self._sink, tuple(self._encoders), tuple(self._rows.values()), self._written)
        self._screen.show(shown)


def _shown(message: bytes | None) -> str:
    return "null" if message is None else message.decode(errors="replace")


class _TableWriter:
    def __init__(self, sink: TableSink) -> None:
        self._sink = sink

    def write(self, columns: pa.RecordBatch) -> None:
        self._sink.add(columns)

    def flush(self) -> None:
        self._sink.show()

    def close(self) -> None:
        pass


def _open_source(spec: SourceSpec, options: Options) -> StdinSource:
    return StdinSource(spec.streams.stdin, spec.line_decoder())


def _open_sink(spec: SinkSpec, options: Options) -> Sink:
    form = options.choice(FORM)
    encoder = spec.line_encoder()
    if form == LINES:
        return StdoutSink(spec.streams.stdout, encoder)
    if spec.streams.screen is None:
        raise options.wrong(FORM, form, "standard output is no terminal, where alone a table can be drawn anew")
    keys = {f.name: f.type for f in spec.fields if f.name in spec.key_fields}
    is_upsert = spec.delivery is Delivery.UPSERT and all(isinstance(kind, ScalarType) for kind in keys.values())
    encoders = {field.name: spec.message_encoder([Field(VALUE_COLUMN, field.type)]) for field in spec.fields}
    return TableSink(spec.streams.screen, spec.name, encoders, spec.key_fields if is_upsert else ())


def _can_upsert(connector: Connector) -> bool:
    return connector.options.get(FORM) == TABLE


SOURCE = SourceKind(STDIN.address, _open_source, BadRecords.FAIL, options=STDIN.source, yields_decoded=True)


def _promise(_sink: SinkNode) -> Promise:
    return Promise(Guarantee.AT_LEAST_ONCE, "what was printed cannot be taken back")


SINK = SinkKind(TERMINAL.address, _open_sink, _can_upsert, options=TERMINAL.sink, promise=_promise)
