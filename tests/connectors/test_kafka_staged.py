from __future__ import annotations

import pytest

from lightflus.connectors.kafka.records import Records
from lightflus.connectors.kafka.staged import Stage, unsealed
from lightflus.errors import SinkFailed

PLAIN = Records([b"v", None], [None, b"k"])
WHOLE = Records([b"v"], [b"k"], [1_000], [[("a", b"1"), ("b", None)]])


def sealed(*parts: Records) -> bytes:
    stage = Stage("out")
    for part in parts:
        stage.add(part)
    return stage.sealed()


def test_what_was_staged_comes_back() -> None:
    assert unsealed(sealed(PLAIN, WHOLE), "out") == [PLAIN, WHOLE]


def test_an_epoch_without_output_is_empty() -> None:
    assert unsealed(sealed(Records([])), "out") == []


def test_sealing_begins_the_next_epoch() -> None:
    stage = Stage("out")
    stage.add(PLAIN)
    stage.sealed()
    assert unsealed(stage.sealed(), "out") == []


def test_any_flipped_bit_is_found() -> None:
    whole = sealed(WHOLE)
    for at in range(len(whole)):
        torn = bytearray(whole)
        torn[at] ^= 1 << (at % 8)
        with pytest.raises(SinkFailed):
            unsealed(bytes(torn), "out")


@pytest.mark.parametrize("length", [0, 3, 8, 9, 60])
def test_output_that_was_cut_off_is_found(length: int) -> None:
    with pytest.raises(SinkFailed, match="damaged"):
        unsealed(sealed(WHOLE)[:length], "out")


def test_an_epoch_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lightflus.connectors.kafka.staged.KAFKA_STAGED_BYTES", 1_000)
    with pytest.raises(SinkFailed) as caught:
        sealed(*[Records([b"x" * 100])] * 20)
    assert caught.value.hint == "take checkpoints more often"
