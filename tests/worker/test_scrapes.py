"""What a worker tells whoever scrapes it, and what a coordinator believes of it."""

from __future__ import annotations

from dataclasses import replace

from lightflus.coordinator.measures import Measures
from lightflus.model.cluster.jobs import created
from lightflus.model.cluster.values import JobKey, JobSpec, Placed, Subtask, TaskShape
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.worker.metrics import samples_of

SPEC = JobSpec(JobKey("ns", "job"), "d", tasks=(TaskShape(1, (), 0), TaskShape(1, (0,))))
JOB = replace(created(SPEC, 1), generation=3, placed=(Placed("w", 1, SPEC.subtasks),))


def subtask(task: int, **numbers: float) -> pb.SubtaskMetrics:
    return pb.SubtaskMetrics(subtask=pb.Subtask(task=task), name=f"task-{task}", **numbers)  # type: ignore[arg-type]


def report(*subtasks: pb.SubtaskMetrics, generation: int = 3, **values: float) -> pb.FragmentReport:
    operator = pb.OperatorMetrics(operator="topic", values=values)
    return pb.FragmentReport(namespace="ns", job="job", generation=generation, metrics=[operator], subtasks=subtasks)


def test_a_scrape_sees_operators_subtasks_and_runners_by_their_labels() -> None:
    fragments = [report(subtask(1, rows_in=7, busy_share=0.5), rows_in=9)]
    found = {(one.metric.key, *one.labels): one.value for one in samples_of(fragments, {"ns": 100}, 1_000)}
    assert found["rows_in", "ns", "job", "topic"] == 9
    assert found["rows_in", "ns", "job", "task-1", "0"] == 7
    assert found["busy_share", "ns", "job", "task-1", "0"] == 0.5
    assert ("lag", "ns", "job", "task-1", "0") not in found
    assert found["lightflus_worker_runner_memory_bytes", "ns"] == 100
    assert found["lightflus_worker_runners",] == 1


def test_a_coordinator_keeps_names_that_it_knows_and_numbers_that_are_some() -> None:
    measures = Measures()
    measures.keep("w", [report(subtask(0, busy_share=float("nan")), subtask(7), rows_in=3, lag=float("inf"), hidden=1)])
    (operator,) = measures.operators(JOB)
    assert dict(operator.values) == {"rows_in": 3}
    assert measures.subtasks(JOB) == []


def test_what_a_worker_says_of_another_generation_or_place_is_not_the_jobs() -> None:
    measures = Measures()
    measures.keep("w", [report(subtask(0), generation=2)])
    measures.keep("liar", [report(subtask(0), rows_in=1)])
    assert (measures.operators(JOB), measures.subtasks(JOB)) == ([], [])


def test_the_bottleneck_follows_from_what_the_workers_say() -> None:
    measures = Measures()
    measures.keep("w", [report(subtask(0, backpressured_share=0.9), subtask(1, busy_share=1.0))])
    found = measures.bottleneck(JOB, measures.subtasks(JOB))
    assert found is not None
    assert found.subtask == Subtask(1, 0)
