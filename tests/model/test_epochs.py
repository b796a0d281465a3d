"""When an epoch has reached every sink."""

from __future__ import annotations

from lightflus.model.epochs import EpochLedger


def test_an_epoch_is_complete_when_every_writer_has_flushed() -> None:
    ledger = EpochLedger(2)
    epoch = ledger.begin()
    ledger.flushed(0, epoch)
    ledger.flushed(0, epoch)
    assert not ledger.is_complete
    ledger.flushed(1, epoch)
    assert ledger.is_complete


def test_an_answer_to_an_older_epoch_counts_for_nothing() -> None:
    ledger = EpochLedger(1)
    first = ledger.begin()
    second = ledger.begin()
    ledger.flushed(0, first)
    assert not ledger.is_complete
    ledger.flushed(0, second)
    assert ledger.is_complete


def test_a_writer_that_has_ended_is_asked_no_more() -> None:
    ledger = EpochLedger(2)
    ledger.begin()
    ledger.ended(1)
    ledger.flushed(0, ledger.begin())
    assert ledger.is_complete


def test_who_begins_no_epochs_hears_of_the_next_one_by_its_first_barrier() -> None:
    ledger = EpochLedger(2)
    ledger.flushed(1, 1)
    assert (ledger.epoch, ledger.is_complete) == (1, False)
    ledger.flushed(0, 1)
    assert ledger.is_complete
    ledger.ended(0)
    ledger.flushed(1, 2)
    assert (ledger.epoch, ledger.is_complete, ledger.has_ended) == (2, True, False)
    ledger.ended(1)
    assert ledger.has_ended
