"""Sources and sinks in TypeScript and in Rust say the same: tests/golden_connectors, a pair per kind of system."""

from __future__ import annotations

from pathlib import Path

import pytest
from rust_jobs import ROOT, build, lightflus, package

from lightflus.codec import abi
from lightflus.model.graph import Sink, Source
from lightflus.model.types import Type
from lightflus.proto.convert import graph_from_json
from lightflus.sandbox.binary import section

JOBS = sorted((ROOT / "tests" / "golden_connectors").glob("*.rs"))

pytestmark = pytest.mark.slow


def systems(module: Path) -> list[tuple[str, Source | Sink, Type | None]]:
    """The sources and sinks of a module's graph: all that is said about them but where they stand in the source."""
    graph = graph_from_json(section(module.read_bytes(), abi.JOB_SECTION) or b"")
    return [(one.name, one.kind, one.output) for one in graph.operators if isinstance(one.kind, Source | Sink)]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.stem)
def test_both_languages_name_the_same_systems_with_the_same_options(job: Path, tmp_path: Path) -> None:
    in_rust = build(package(tmp_path, job.read_text(encoding="utf-8"), name=f"connectors_{job.stem}"))
    done = lightflus("build", job.with_suffix(".ts"), "-o", tmp_path / "ts.wasm", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert systems(in_rust) == systems(tmp_path / "ts.wasm")


def test_there_is_a_pair_per_kind_of_system() -> None:
    assert [job.stem for job in JOBS] == ["connector", "kafka", "mysql", "redis"]
