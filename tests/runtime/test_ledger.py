from __future__ import annotations

from collections.abc import Callable

import pytest

from lightflus.model.markers import Marker
from lightflus.ports.sinks import Committable
from lightflus.testing.connectors import QuietHealth
from lightflus.testing.ledger import Ledger, LedgerCommitter
from lightflus.testing.transactions import check_transactional_sink


def test_the_double_keeps_the_contract_of_transactional_sinks() -> None:
    check_transactional_sink(Ledger, QuietHealth())


def without_fence(committer: LedgerCommitter, committable: Committable) -> None:
    committer._ledger.owners[committer._subtask] = committer
    commit(committer, committable)


def without_memory(committer: LedgerCommitter, committable: Committable) -> None:
    committer._ledger.markers.clear()
    commit(committer, committable)


def without_generations(committer: LedgerCommitter, committable: Committable) -> None:
    for subtask, marker in committer._ledger.markers.items():
        committer._ledger.markers[subtask] = Marker(0, marker.epoch, 0)
    commit(committer, committable)


commit = LedgerCommitter.commit


@pytest.mark.parametrize("broken", [without_fence, without_memory, without_generations])
def test_the_suite_finds_a_sink_that_breaks_a_rule(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[LedgerCommitter, Committable], None]
) -> None:
    monkeypatch.setattr(LedgerCommitter, "commit", broken)
    with pytest.raises(AssertionError):
        check_transactional_sink(Ledger, QuietHealth())
