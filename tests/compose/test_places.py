"""Places in the user's source."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.compose.places import openable_places, place_function
from lightflus.errors import BuildFailed, GuestTrapped, LightflusError, ModuleInvalid, Problem, RecordInvalid
from lightflus.model.graph import Function, FunctionKind, JobGraph, Position
from lightflus.model.types import Scalar, ScalarType

TEXT = ScalarType(Scalar.UTF8)
GRAPH = JobGraph("j", "n", (), (Function(FunctionKind.MAP, TEXT, TEXT, position=Position("job.ts", 3, 9)),))


def left(error: LightflusError, job: Path) -> LightflusError:
    with pytest.raises(type(error)), openable_places(job):
        raise error
    return error


def test_a_place_in_a_module_is_found_in_the_folder_of_the_job(tmp_path: Path) -> None:
    job = tmp_path / "job.ts"
    job.touch()
    assert left(GuestTrapped("x", position="job.ts:3:9"), job).where == f"{job}:3:9"
    found = left(BuildFailed("x", (Problem("p", where="job.ts:1:1"),)), job)
    assert isinstance(found, BuildFailed)
    assert found.problems[0].where == f"{job}:1:1"


@pytest.mark.parametrize("where", ["gone.ts:3:9", "map-1"])
def test_other_places_stay_as_they_are(tmp_path: Path, where: str) -> None:
    assert left(GuestTrapped("x", position=where), tmp_path / "job.ts").where == where


def test_a_failure_without_a_place_is_the_jobs(tmp_path: Path) -> None:
    assert left(ModuleInvalid("x"), tmp_path / "job.wasm").where == str(tmp_path / "job.wasm")


def test_a_place_in_the_input_is_not_the_jobs(tmp_path: Path) -> None:
    (tmp_path / "lines.txt").touch()
    assert left(RecordInvalid("x", where="lines.txt:1"), tmp_path / "job.ts").where == "lines.txt:1"


def test_a_guest_error_without_a_line_gets_the_place_of_its_function() -> None:
    error = GuestTrapped("x", function=0)
    place_function(error, GRAPH)
    assert error.where == "job.ts:3:9"


def test_a_guest_error_keeps_its_own_line() -> None:
    error = GuestTrapped("x", function=0, position="job.ts:4:1")
    place_function(error, GRAPH)
    assert error.where == "job.ts:4:1"
