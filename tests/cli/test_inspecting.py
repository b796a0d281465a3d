"""`lightflus inspect`, on a job by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lightflus.cli.drawing import draw
from lightflus.cli.inspecting import inspect_job
from lightflus.errors import BindingInvalid
from lightflus.model.graph import SinkField
from lightflus.model.plan import plan_job
from lightflus.model.warnings import warnings
from lightflus.testing.graphs import UTF8, GraphBuilder, field, word_count


def inspected(job: Path, capsys: pytest.CaptureFixture[str], *bindings: str) -> str:
    inspect_job(job, bindings, 2, as_json=False)
    return capsys.readouterr().out


def inspected_json(job: Path, capsys: pytest.CaptureFixture[str]) -> str:
    inspect_job(job, (), 2, as_json=True)
    return capsys.readouterr().out


def test_it_shows_graph_functions_module_and_limits(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = inspected(numbers_job, capsys)
    for part in (
        "job numbers in namespace default, built from wat",
        "task 0 × 2",
        "plus-one  map (function 0)",
        "yields int64",
        "0  map: int64 -> int64  job.ts:3:9",
        "imports   lightflus.abort, lightflus.log",
        "portable  yes",
        "8 MiB of memory, 200 ms a call",
    ):
        assert part in text


def test_it_says_how_often_a_sink_writes_and_why(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sink = json.loads(inspected_json(numbers_job, capsys))["with_checkpoints"][0]["sink"]
    text = inspected(numbers_job, capsys, f"{sink}=stdout:")
    assert f"with checkpoints\n  {sink} is written at least once: what was printed cannot be taken back" in text


def test_passwords_are_not_shown(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inspect_job(numbers_job, [], 1, as_json=True)
    assert "hunter2" not in inspected(numbers_job, capsys)
    assert "hunter2" not in capsys.readouterr().out


def test_a_password_in_the_module_is_warned_about_with_the_way_out(
    numbers_job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inspect_job(numbers_job, [], 1, as_json=False)
    warning = capsys.readouterr().err
    assert "the `password` of redis can be read in the module; write env:NAME in its place" in " ".join(warning.split())


def test_a_password_by_reference_is_not_warned_about() -> None:
    builder = GraphBuilder()
    builder.sink(
        builder.source(UTF8, options={"topic": "t", "sasl.password": "env:P"}), (SinkField("value", field(), UTF8),)
    )
    assert warnings(builder.build()) == []


def test_json_is_one_object(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inspect_job(numbers_job, [], 1, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["graph"]["job"] == "numbers"
    assert [o["name"] for o in found["plan"]["tasks"][0]["operators"]] == ["numbers", "plus-one", "redis"]
    assert found["module"]["is_portable"] is True


def test_bindings_show_the_job_as_it_will_run(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = inspected(numbers_job, capsys, "numbers=file:in.txt", "redis=file:out.jsonl")
    assert "source file path=in.txt" in text
    assert "sink file path=out.jsonl, append:" in text


def test_bindings_are_checked(numbers_job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BindingInvalid, match="`topic`"):
        inspected(numbers_job, capsys, "topic=stdin:")


def test_the_picture_shows_tasks_exchanges_and_why_updates_are_held() -> None:
    text = draw(plan_job(word_count(), parallelism=2))
    assert text.count("┌") == text.count("└") == 2
    assert "║ by key (utf8) ═▶ task 1" in text
    assert "because every path ends in an upsert" in text
    assert len({len(line) for line in text.splitlines() if line[0] in "┌│└"}) == 1
