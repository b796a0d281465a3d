"""A job in two processes gives what it gives in one, at any parallelism: the published word count, windows, rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from wished import Job, ended, kept, runners, started

from lightflus.proto.lightflus.v1 import cluster_pb2 as pb

ROOT = Path(__file__).resolve().parents[2]
TIME = ROOT / "examples/event_time"
LINES = [f"to be or not to be {number % 17} {number % 5}" for number in range(2_000)]

pytestmark = pytest.mark.slow


async def run(folder: Path, wasm: bytes, bindings: Sequence[str], parallelism: int) -> list[pb.FragmentReport]:
    job = Job(wasm, bindings, parallelism, kept(folder, wasm))
    async with runners(folder, min(2, len(job.plan.subtasks))) as there:
        await started(job, there)
        reports = await ended(there)
        assert not any(report.failure.message for report in reports), reports
        return reports


@pytest.mark.parametrize("parallelism", [1, 2, 3, 4])
async def test_words_are_counted_alike(tmp_path: Path, word_count: bytes, parallelism: int) -> None:
    lines = tmp_path / "lines"
    lines.mkdir()
    for number in range(3):
        (lines / f"{number}.txt").write_text("\n".join(LINES[number::3]) + "\n")
    counts: dict[str, int] = {}
    for word in " ".join(LINES).split():
        counts[word] = counts.get(word, 0) + 1
    out = tmp_path / "counts.jsonl"
    bindings = [f"topic=file:{lines}", f"redis=file:{out}"]
    reports = await run(tmp_path, word_count, bindings, parallelism)
    last = {row["key"]: int(row["value"]) for row in map(json.loads, out.read_text().splitlines())}
    assert last == counts
    assert all(report.status == pb.FRAGMENT_STATUS_FINISHED for report in reports)
    sources = [one for report in reports for one in report.metrics if one.operator == "topic"]
    assert sum(one.values["rows_out"] for one in sources) == len(LINES)


def rows(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return sorted(json.dumps(json.loads(line, parse_int=float), sort_keys=True) for line in lines)


@pytest.mark.parametrize("parallelism", [1, 2, 3, 4])
async def test_windows_are_alike(tmp_path: Path, page_views: bytes, parallelism: int) -> None:
    bindings = [f"views=file:{TIME / 'inputs/pageViews/views'}"]
    bindings += [f"{name}=file:{tmp_path / name}" for name in ("counts", "late")]
    await run(tmp_path, page_views, bindings, parallelism)
    for name in ("counts", "late"):
        assert rows(tmp_path / name) == rows(TIME / f"expected/pageViews/{name}.jsonl")
