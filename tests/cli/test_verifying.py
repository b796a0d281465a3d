"""`lightflus verify` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from job_modules import write_job

from lightflus.cli.guard import guarded
from lightflus.cli.main import app


def answer(*arguments: str) -> int:
    return guarded(lambda: app(["verify", *arguments], prog_name="lightflus"))


def test_a_good_module_passes_and_its_golden_calls_are_written(
    numbers_job: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(str(numbers_job), "--quick", "--golden", str(tmp_path / "golden")) == 0
    said = capsys.readouterr()
    assert " 0 failed" in said.out
    assert "golden calls" in said.err
    names = sorted(path.name for path in (tmp_path / "golden").iterdir())
    assert names[-1] == "module.wasm"
    assert any(name.endswith("-map-whole.call") for name in names)


def test_a_broken_module_ends_with_2_and_says_which_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = write_job(tmp_path / "job.wasm")
    job.write_bytes(job.read_bytes().replace(b"lf_row", b"lf_rov"))
    assert answer(str(job), "--golden", str(tmp_path / "golden")) == 2
    said = capsys.readouterr().out
    assert "docs/abi.md 3:" in said
    assert "it does not export lf_row" in said
    assert not (tmp_path / "golden").exists()


def test_the_report_is_had_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = write_job(tmp_path / "job.wasm")
    job.write_bytes(job.read_bytes()[:90])
    assert answer(str(job), "--json") == 2
    found = cast("dict[str, object]", json.loads(capsys.readouterr().out))
    rules = cast("list[dict[str, object]]", found["rules"])
    assert found["ok"] is False
    assert [rule["rule"] for rule in rules if rule["verdict"] == "failed"] == ["1.1"]


def test_a_file_that_is_not_there_is_the_users_fault(tmp_path: Path) -> None:
    assert answer(str(tmp_path / "none.wasm")) == 2
