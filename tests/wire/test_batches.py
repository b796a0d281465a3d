"""Batches as bytes: rows come back as they went, and nothing that came is believed."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from edges import NESTED, WORD, edge, words

from lightflus import cluster_limits, limits
from lightflus.codec.schema import schema_of
from lightflus.errors import InternalError, RecordInvalid
from lightflus.ports.batch import Batch
from lightflus.testing.graphs import INT64, UTF8
from lightflus.testing.memory import Value, batch_of
from lightflus.wire.batches import BatchForm
from lightflus.wire.frames import Refused

ALL_PARTS = 1 | 2 | 8 | 16
KEYED = BatchForm(edge(WORD, UTF8))


def body_of(schema: pa.Schema, *columns: pa.Array[pa.Scalar[pa.DataType]]) -> pa.Buffer:
    return pa.RecordBatch.from_arrays(list(columns), schema=schema).serialize()


def test_rows_come_back_with_keys_hashes_and_stamps() -> None:
    sent = words("to", "be", "ß", "")
    parts, body = KEYED.encoded(sent)
    assert parts == ALL_PARTS
    assert KEYED.decoded(parts, body) == sent


def test_a_slice_sends_its_own_rows_alone() -> None:
    sent = words(*map(str, range(10_000))).slice(4_000, 2)
    _, body = KEYED.encoded(sent)
    assert body.size < 2_000
    assert KEYED.decoded(ALL_PARTS, body) == sent


def test_nested_nulls_come_back() -> None:
    rows: list[Value] = [
        {"names": ["a", None], "inner": None},
        {"names": [], "inner": {"a": 1, "b": None}},
        {"names": [None], "inner": {"a": 2, "b": "x"}},
    ]
    form, sent = BatchForm(edge(NESTED)), Batch(batch_of(NESTED, rows))
    assert form.decoded(*form.encoded(sent)) == sent
    assert form.decoded(*form.encoded(sent.slice(1, 2))) == sent.slice(1, 2)


def test_a_large_batch_goes_in_pieces_in_order() -> None:
    sent = Batch(batch_of(UTF8, ["x" * 1_000] * 20_000))
    pieces = list(BatchForm(edge(UTF8)).pieces(sent))
    assert len(pieces) > 1
    assert Batch.joined(pieces) == sent


def test_a_record_that_fits_no_frame_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_limits, "FRAME_BYTES", 2_000)
    with pytest.raises(RecordInvalid, match=r"a record takes 5,\d+ bytes; to another process 1,000 go at once"):
        list(BatchForm(edge(UTF8)).pieces(Batch(batch_of(UTF8, ["x" * 5_000]))))


def test_a_batch_of_another_edge_is_our_own_bug() -> None:
    with pytest.raises(InternalError, match="not what its edge carries"):
        BatchForm(edge(INT64)).encoded(Batch(batch_of(UTF8, ["x"])))


def test_a_batch_that_unpacks_into_nobody_knows_what_is_refused() -> None:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, schema_of(UTF8), options=options) as writer:
        writer.write_batch(batch_of(UTF8, ["x" * 100_000]))
    reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
    reader.read_next_message()
    packed = reader.read_next_message().serialize()
    with pytest.raises(Refused, match="compressed"):
        BatchForm(edge(UTF8)).decoded(0, packed)


def test_a_null_where_the_type_has_none_is_refused() -> None:
    nullable = pa.schema([pa.field("value", pa.string())])
    with pytest.raises(Refused, match="a null in `value`"):
        BatchForm(edge(UTF8)).decoded(0, body_of(nullable, pa.array(["a", None])))


def test_a_null_deep_in_a_record_is_refused() -> None:
    names = pa.array([["a"]], pa.list_(pa.string()))
    inner = pa.array([{"a": None, "b": "x"}], pa.struct([("a", pa.int64()), ("b", pa.string())]))
    schema = pa.schema([pa.field("names", names.type), pa.field("inner", inner.type)])
    with pytest.raises(Refused, match="a null in `a`"):
        BatchForm(edge(NESTED)).decoded(0, body_of(schema, names, inner))


def test_text_that_is_no_utf8_is_refused() -> None:
    bad = pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())
    with pytest.raises(Refused, match="a batch that Arrow does not read"):
        BatchForm(edge(UTF8)).decoded(0, body_of(schema_of(UTF8), bad))


def test_more_rows_than_a_batch_has_are_refused() -> None:
    rows = pa.array(range(limits.ELEMENT_ROWS + 1), pa.int64())
    with pytest.raises(Refused, match="a batch of 131,073 rows"):
        BatchForm(edge(INT64)).decoded(0, body_of(schema_of(INT64), rows))


@pytest.mark.parametrize("parts", [1, 32, 255])
def test_parts_that_an_edge_does_not_have_are_refused(parts: int) -> None:
    with pytest.raises(Refused, match="parts 0x"):
        BatchForm(edge(UTF8)).decoded(parts, body_of(schema_of(UTF8), pa.array(["x"])))


def test_a_schema_message_is_no_batch() -> None:
    with pytest.raises(Refused, match="none at all"):
        BatchForm(edge(UTF8)).decoded(0, schema_of(UTF8).serialize())


@pytest.mark.parametrize("seed", range(20))
def test_damaged_bytes_are_refused_or_rows_that_hold(seed: int) -> None:
    rng = random.Random(seed)
    _, body = KEYED.encoded(words(*[f"word-{number}" for number in range(50)]))
    for _ in range(50):
        damaged = bytearray(body)
        for _ in range(rng.randrange(1, 8)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        came = pa.py_buffer(bytes(damaged[: rng.choice([len(damaged), rng.randrange(len(damaged))])]))
        try:
            found = KEYED.decoded(ALL_PARTS, came)
        except Refused:
            continue
        found.columns.to_pylist()
        assert found.keys is not None
        assert found.keys.num_rows == found.rows
