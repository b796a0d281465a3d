"""Memory of all guests of a job together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lightflus.errors import JobInvalid
from lightflus.limits import MIB
from lightflus.model.budget import check_subtasks, guest_memory, guests_of
from lightflus.model.graph import ResourceLimits, SinkField
from lightflus.model.plan import Plan, plan_job
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count

MOST, JOB = 1024 * MIB, 2048 * MIB


def plan(parallelism: int, memory_mib: int = 0) -> Plan:
    return plan_job(replace(word_count(), limits=ResourceLimits(memory_mib=memory_mib)), parallelism=parallelism)


@pytest.mark.parametrize(("parallelism", "mib"), [(1, 1024), (2, 512), (4, 256), (128, 8)])
def test_where_nothing_is_asked_for_guests_share_equally(parallelism: int, mib: int) -> None:
    assert guest_memory(plan(parallelism), most_bytes=MOST, job_bytes=JOB) == mib * MIB


def test_a_job_gets_what_it_asks_for_if_all_its_guests_can_have_it() -> None:
    assert guest_memory(plan(4, memory_mib=256), most_bytes=MOST, job_bytes=JOB) == 256 * MIB


def test_a_job_that_asks_for_more_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(
        JobInvalid, match="512 MiB of memory for each guest, and has 8 guests: 4,096 MiB in all"
    ) as caught:
        guest_memory(plan(4, memory_mib=512), most_bytes=MOST, job_bytes=JOB)
    assert caught.value.hint is not None
    assert "256 MiB at most" in caught.value.hint


def test_a_wish_above_what_one_guest_may_have_is_not_counted_beyond_it() -> None:
    assert guest_memory(plan(1, memory_mib=4_000), most_bytes=MOST, job_bytes=JOB) == MOST


def test_tasks_without_functions_have_no_guest() -> None:
    assert guests_of(plan(3)) == 6


def test_a_job_of_too_many_subtasks_is_refused_before_anything_is_made() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    for number in range(20):
        builder.sink(source, (SinkField("value", field(), UTF8),), name=f"sink-{number}")
    graph = builder.build()
    check_subtasks(plan_job(graph, parallelism=50))
    with pytest.raises(JobInvalid, match="subtasks in 21 tasks; 2,000 are allowed"):
        check_subtasks(plan_job(graph, parallelism=128))
