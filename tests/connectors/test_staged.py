from __future__ import annotations

import pyarrow as pa
import pytest

from lightflus.connectors.kafka.records import Records
from lightflus.connectors.kafka.staged import batch_of, records_of
from lightflus.connectors.toolbox.staged import Stage, staged_batches
from lightflus.errors import SinkFailed

PLAIN = Records([b"v", None], [None, b"k"])
WHOLE = Records([b"v"], [b"k"], [1_000], [[("a", b"1"), ("b", None)]])
ROWS = pa.RecordBatch.from_pydict({"text": ["a", "b"]})


def sealed(*parts: pa.RecordBatch) -> bytes:
    stage = Stage("out")
    for part in parts:
        stage.add(part)
    return stage.sealed()


def test_what_was_staged_comes_back() -> None:
    assert staged_batches(sealed(ROWS, ROWS), "out") == [ROWS, ROWS]


def test_messages_come_back_with_their_keys_times_and_headers() -> None:
    assert records_of(staged_batches(sealed(batch_of(PLAIN), batch_of(WHOLE)), "out")) == [PLAIN, WHOLE]


def test_an_epoch_without_output_is_empty() -> None:
    assert staged_batches(sealed(ROWS.slice(0, 0)), "out") == []


def test_sealing_begins_the_next_epoch() -> None:
    stage = Stage("out")
    stage.add(ROWS)
    stage.sealed()
    assert stage.bytes == 0
    assert staged_batches(stage.sealed(), "out") == []


def test_any_flipped_bit_is_found() -> None:
    whole = sealed(ROWS)
    for at in range(len(whole)):
        torn = bytearray(whole)
        torn[at] ^= 1 << (at % 8)
        with pytest.raises(SinkFailed):
            staged_batches(bytes(torn), "out")


@pytest.mark.parametrize("length", [0, 3, 8, 9, 60])
def test_output_that_was_cut_off_is_found(length: int) -> None:
    with pytest.raises(SinkFailed, match="damaged"):
        staged_batches(sealed(ROWS)[:length], "out")


def test_an_epoch_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.toolbox.staged.MOST_STAGED_BYTES", 50)
    with pytest.raises(SinkFailed) as caught:
        sealed(*[ROWS] * 20)
    assert caught.value.hint == "take checkpoints more often"
