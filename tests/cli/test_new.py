"""`lightflus new`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lightflus.build import cargo, toolchain
from lightflus.cli import new
from lightflus.errors import ToolMissing, UserError


@pytest.fixture(autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("bundled")
    (folder / "lf-tsc.mjs").touch()
    package = folder / "lightflus-api-9.9.9.tgz"
    package.write_bytes(b"package")
    monkeypatch.setattr(toolchain, "_BUNDLED", folder)
    return package


def test_a_project_has_a_job_data_types_and_words(tmp_path: Path) -> None:
    new.create_project(tmp_path / "clicks")
    found = {str(path.relative_to(tmp_path / "clicks")) for path in (tmp_path / "clicks").rglob("*") if path.is_file()}
    assert found == {
        ".gitignore",
        "README.md",
        "data/lines.txt",
        "job.ts",
        "package.json",
        "tsconfig.json",
        "vendor/lightflus-api-9.9.9.tgz",
    }


def test_the_project_carries_the_package_that_it_names(tmp_path: Path) -> None:
    new.create_project(tmp_path / "clicks")
    manifest = json.loads((tmp_path / "clicks/package.json").read_text())
    assert manifest["name"] == "clicks"
    where = manifest["devDependencies"]["lightflus-api"].removeprefix("file:")
    assert (tmp_path / "clicks" / where).read_bytes() == b"package"


def test_a_rust_project_has_a_job_data_and_the_crate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for crate in ("lightflus", "lightflus-macros"):
        (tmp_path / "bundled" / crate).mkdir(parents=True)
        (tmp_path / "bundled" / crate / "Cargo.toml").write_text("[package]")
    monkeypatch.setattr(cargo, "_BUNDLED", tmp_path / "bundled")
    new.create_project(tmp_path / "clicks", new.TEMPLATES["rust"])
    found = {str(path.relative_to(tmp_path / "clicks")) for path in (tmp_path / "clicks").rglob("*") if path.is_file()}
    assert found == {
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "data/lines.txt",
        "src/lib.rs",
        "vendor/lightflus-macros/Cargo.toml",
        "vendor/lightflus/Cargo.toml",
    }
    assert 'path = "vendor/lightflus"' in (tmp_path / "clicks/Cargo.toml").read_text()


def test_no_mark_is_left_in_a_file(tmp_path: Path) -> None:
    for path in new.create_project(tmp_path / "clicks"):
        assert b"{{" not in path.read_bytes()


@pytest.mark.parametrize("name", ["Clicks", "1st", "a b", "x" * 65, ".hidden", "lightflus", "lightflus-api"])
def test_a_name_that_npm_or_a_job_could_not_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot be the name"):
        new.create_project(tmp_path / name)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "clicks").mkdir()
    (tmp_path / "clicks" / "job.ts").write_text("mine")
    with pytest.raises(UserError, match="there is something already"):
        new.create_project(tmp_path / "clicks")
    assert (tmp_path / "clicks" / "job.ts").read_text() == "mine"


def test_another_language_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="`cobol`") as caught:
        new.new_project(tmp_path / "clicks", "cobol")
    assert "--lang ts" in str(caught.value.hint)


def test_without_the_package_nothing_is_begun(tmp_path: Path, package: Path) -> None:
    package.unlink()
    with pytest.raises(ToolMissing, match="lightflus-api"):
        new.create_project(tmp_path / "clicks")
    assert not (tmp_path / "clicks").exists()
