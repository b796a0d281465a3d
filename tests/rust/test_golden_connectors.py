"""The same sources and sinks in TypeScript and in Rust say the same: tests/golden_connectors, a pair per kind of system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from rust_jobs import ROOT, build, lightflus, package

from lightflus.codec import abi
from lightflus.sandbox.binary import section

JOBS = sorted((ROOT / "tests" / "golden_connectors").glob("*.rs"))

pytestmark = pytest.mark.slow


def systems(module: Path) -> list[dict[str, object]]:
    """The sources and sinks of a module's graph: all that is said about them but where they stand in the source."""
    graph = cast(dict[str, list[dict[str, object]]], json.loads(section(module.read_bytes(), abi.JOB_SECTION) or b"{}"))
    kinds = ("source", "sink")
    named = [operator for operator in graph["operators"] if not operator.keys().isdisjoint(kinds)]
    return [{k: operator[k] for k in ("name", "output", *kinds) if k in operator} for operator in named]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.stem)
def test_both_languages_name_the_same_systems_with_the_same_options(job: Path, tmp_path: Path) -> None:
    in_rust = build(package(tmp_path, job.read_text(encoding="utf-8"), name=f"connectors_{job.stem}"))
    done = lightflus("build", job.with_suffix(".ts"), "-o", tmp_path / "ts.wasm", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert systems(in_rust) == systems(tmp_path / "ts.wasm")


def test_there_is_a_pair_per_kind_of_system() -> None:
    assert [job.stem for job in JOBS] == ["connector", "kafka", "mysql", "redis"]
