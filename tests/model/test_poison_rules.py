"""When poison records are too many, and what is done with them where the job does not say it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.limits import POISON_IN_A_ROW, POISON_LEAST, POISON_PERCENT
from lightflus.model.graph import BadRecords
from lightflus.model.poison import Tally, poison_actions
from lightflus.testing.graphs import word_count

STEP = 100 // POISON_PERCENT


def ended_at(is_good: list[bool], ends: list[int]) -> int | None:
    """The record at which a job ends whose stage gets its rows in calls that end before those records."""
    tally = Tally()
    for first, last in pairwise(sorted({0, *(end for end in ends if end < len(is_good)), len(is_good)})):
        good = 0
        for number in range(first, last):
            if is_good[number]:
                good += 1
                continue
            tally.good(good)
            good = 0
            if tally.poison():
                return number
        tally.good(good)
    return None


def test_so_many_one_after_another_are_too_many() -> None:
    assert ended_at([True] * 10**5 + [False] * POISON_IN_A_ROW, []) == 10**5 + POISON_IN_A_ROW - 1
    assert ended_at([True] * 10**5 + [False] * (POISON_IN_A_ROW - 1), []) is None


def test_more_than_one_in_ten_are_too_many_once_there_are_some() -> None:
    every_tenth = [number % STEP == STEP - 1 for number in range(10 * POISON_LEAST * STEP)]
    assert ended_at([not bad for bad in every_tenth], []) is None
    assert ended_at([number % (STEP - 1) != 0 for number in range(10 * POISON_LEAST)], []) == (POISON_LEAST - 1) * (
        STEP - 1
    )


@given(st.lists(st.integers(0, 1_500), max_size=6), st.lists(st.integers(0, 9_000), max_size=8))
def test_the_end_does_not_depend_on_where_batches_are_cut(runs: list[int], ends: list[int]) -> None:
    is_good = [number == run for run in runs for number in range(run + 1)]
    assert ended_at(is_good, ends) == ended_at(is_good, [])


@pytest.mark.parametrize("known", [BadRecords.FAIL, BadRecords.DEAD_LETTER])
def test_where_nothing_is_said_it_is_what_the_source_is_known_for(known: BadRecords) -> None:
    graph = word_count()
    source = graph.operators[0].id
    assert set(poison_actions(graph, {source: known}).values()) == {known}
    assert source not in poison_actions(graph, {source: known})


def test_an_operator_may_say_it_and_the_run_has_the_last_word() -> None:
    plain = word_count()
    source, second, third = (operator.id for operator in plain.operators[:3])
    operators = [replace(o, poison=BadRecords.DROP) if o.id == second else o for o in plain.operators]
    graph, known = replace(plain, operators=tuple(operators)), {source: BadRecords.FAIL}
    own = poison_actions(graph, known)
    assert (own[second], own[third]) == (BadRecords.DROP, BadRecords.FAIL)
    assert set(poison_actions(graph, known, BadRecords.DEAD_LETTER).values()) == {BadRecords.DEAD_LETTER}
