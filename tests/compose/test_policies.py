"""What operators do with records that they cannot read or work on, where the job does not say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.compose.opening import bad_record_policies
from lightflus.model.graph import BadRecords, Connector, Source
from lightflus.model.plan import Plan, plan_job
from lightflus.testing.graphs import word_count
from lightflus.testing.memory import MemoryLetters


def plan_of(kind: str, bad: BadRecords | None = None) -> Plan:
    """The word count reading from a connector."""
    graph = word_count()
    source = replace(graph.operators[0], kind=Source(Connector(kind, {}), bad_records=bad))
    return plan_job(replace(graph, operators=(source, *graph.operators[1:])))


def actions(plan: Plan, poison: BadRecords | None = None) -> tuple[BadRecords, set[BadRecords]]:
    """What the source does with what it cannot decode, and the others with poison records."""
    policies = bad_record_policies(plan, MemoryLetters(), poison)
    source = plan.graph.operators[0].id
    return policies[source].action, {policy.action for number, policy in policies.items() if number != source}


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("kafka", BadRecords.DEAD_LETTER),
        ("redis-stream", BadRecords.DEAD_LETTER),
        ("file", BadRecords.FAIL),
        ("stdin", BadRecords.FAIL),
        ("generate", BadRecords.FAIL),
    ],
)
def test_bad_and_poison_records_have_one_table_of_defaults(kind: str, known: BadRecords) -> None:
    assert actions(plan_of(kind)) == (known, {known})


def test_what_is_said_of_records_that_cannot_be_decoded_is_not_said_of_poison_records() -> None:
    assert actions(plan_of("kafka", bad=BadRecords.FAIL)) == (BadRecords.FAIL, {BadRecords.DEAD_LETTER})


def test_the_run_says_it_of_poison_records_alone() -> None:
    assert actions(plan_of("file"), BadRecords.DROP) == (BadRecords.FAIL, {BadRecords.DROP})
