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


def left(error: LightflusError, job: Path, *, has_sources: bool = True) -> LightflusError:
    with pytest.raises(type(error)), openable_places(job, has_sources=has_sources):
        raise error
    return error


def test_a_place_in_a_module_is_found_in_the_folder_of_the_job(tmp_path: Path) -> None:
    job = tmp_path / "job.ts"
    job.touch()
    assert left(GuestTrapped("x", position="job.ts:3:9"), job).where == f"{job}:3:9"
    found = left(BuildFailed("x", (Problem("p", where="job.ts:1:1"),)), job)
    assert isinstance(found, BuildFailed)
    assert found.problems[0].where == f"{job}:1:1"


@pytest.mark.parametrize("where", ["gone.ts:3:9", "map-1", "x" * 7_000_000 + ":3:9", "a\0b:3:9"])
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


def test_a_line_below_the_folder_of_a_source_is_shown(tmp_path: Path) -> None:
    (tmp_path / "job.ts").write_text("one\ntwo\n")
    assert left(GuestTrapped("x", position="job.ts:2:1"), tmp_path / "job.ts").source == "two"
    found = left(BuildFailed("x", (Problem("p", where="job.ts:1:1"),)), tmp_path / "job.ts")
    assert isinstance(found, BuildFailed)
    assert found.problems[0].source == "one"


def test_no_line_of_another_file_is_shown(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    folder.mkdir()
    (tmp_path / "secret").write_text("hunter2\n")
    (folder / "link").symlink_to(tmp_path / "secret")
    for place in (f"{tmp_path}/secret:1", "../secret:1:1", "link:1:1"):
        assert left(GuestTrapped("x", position=place), folder / "job.ts").source is None
        assert left(RecordInvalid("x", where=place), folder / "job.ts").source is None


def test_a_module_without_its_sources_has_no_line_shown(tmp_path: Path) -> None:
    (tmp_path / "job.ts").write_text("one\n")
    error = left(GuestTrapped("x", position="job.ts:1:1"), tmp_path / "job.wasm", has_sources=False)
    assert (error.where, error.source) == (f"{tmp_path}/job.ts:1:1", None)


@pytest.mark.parametrize("name", ["a" * 7_000_000, "a\0b", "\ud800"], ids=["long", "NUL", "surrogate"])
def test_a_place_that_no_file_can_have_stays_as_it_is(tmp_path: Path, name: str) -> None:
    where = f"{name}:1:1"
    assert left(GuestTrapped("x", position=where), tmp_path / "job.ts").where == where


@pytest.mark.parametrize("place", ["{0}/secret:1:1", "../secret:1:1", "sub/../../secret:1:1"])
def test_what_a_strangers_module_names_elsewhere_is_not_looked_for(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").touch()
    monkeypatch.setattr("os.path.exists", lambda path: pytest.fail(f"{path} was looked for"))
    where = place.format(tmp_path)
    assert left(GuestTrapped("x", position=where), tmp_path / "job" / "job.wasm", has_sources=False).where == where
