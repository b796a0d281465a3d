from __future__ import annotations

from functools import partial

import pytest

from lightflus.model.markers import NOTHING, Marker
from lightflus.ports.sinks import Committable
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.ledger import Ledger, LedgerCommitter, LedgerSink, Showing
from lightflus.testing.transaction_deaths import check_deaths
from lightflus.testing.transactions import check_transactional_sink


def check(showing: Showing) -> None:
    check_transactional_sink(partial(Ledger, showing), QuietHealth())
    check_deaths(partial(Ledger, showing), QuietHealth(), rests=(1, 2, 3, 5, 8))


@pytest.mark.parametrize("showing", Showing)
def test_the_doubles_keep_the_contract_of_transactional_sinks(showing: Showing) -> None:
    check(showing)


def no_fence(sink: LedgerSink, subtask: int) -> Marker:
    return sink.ledger.markers.get((sink.identity.incarnation, subtask), NOTHING)


def no_memory(sink: LedgerSink, subtask: int, epoch: int) -> None:
    sink.ledger.markers[sink.identity.incarnation, subtask] = Marker(sink.identity.generation, 0)


@pytest.mark.parametrize("showing", Showing)
def test_the_suite_finds_a_sink_that_lets_zombies_in(monkeypatch: pytest.MonkeyPatch, showing: Showing) -> None:
    monkeypatch.setattr(LedgerSink, "check", no_fence)
    with pytest.raises(AssertionError, match="zombie"):
        check(showing)


def test_the_suite_finds_a_sink_that_forgets_what_it_has_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerSink, "mark", no_memory)
    with pytest.raises(AssertionError):
        check(Showing.STAGED)


def test_the_suite_finds_a_sink_that_takes_a_second_life_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(committer: LedgerCommitter, committable: Committable) -> None:
        sink = committer._sink
        if not sink.ledger.markers.get(("first", 0), NOTHING).covers(committable.epoch):
            original(committer, committable)

    original = LedgerCommitter.commit
    monkeypatch.setattr(LedgerCommitter, "commit", commit)
    with pytest.raises(AssertionError, match="second life"):
        check(Showing.STAGED)


def test_the_suite_finds_a_sink_that_does_not_cut_off_what_came_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerCommitter, "recover", lambda committer, committables: None)
    with pytest.raises(AssertionError):
        check(Showing.CUT)
