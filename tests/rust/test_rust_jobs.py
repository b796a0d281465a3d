"""Rust jobs from their Cargo.toml to their results, as a user types it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from rust_jobs import ENVIRONMENT, LIGHTFLUS, ROOT, SDK, lightflus, package, results

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "rust_word_count"
MODULE_BYTES = 60_000
"""What the word count may have (issue: a module below 60 KB)."""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("word_count")
    done = lightflus("build", EXAMPLE, "-o", folder / "job.wasm", folder=ROOT)
    assert done.returncode == 0, done.stderr
    return folder / "job.wasm"


def test_the_word_count_is_small_and_portable(module: Path) -> None:
    done = lightflus("inspect", module, "--json", folder=ROOT)
    told = json.loads(done.stdout)["module"]
    assert told["bytes"] < MODULE_BYTES
    assert told["not_portable_because"] == []


def test_a_module_names_no_path_of_the_machine_that_built_it(module: Path) -> None:
    wasm = module.read_bytes()
    assert str(ROOT).encode() not in wasm
    assert str(Path.home()).encode() not in wasm


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("hello hello hello world world world\n", {"hello": "3", "world": "3"}),
        ("é 日本 é\r\nno final newline", {"é": "2", "日本": "1", "no": "1", "final": "1", "newline": "1"}),
        ("\n\n", {"": "2"}),
        ("", {}),
    ],
)
def test_words_are_counted(module: Path, tmp_path: Path, text: str, counts: dict[str, str]) -> None:
    source = tmp_path / "lines.txt"
    source.write_bytes(text.encode())
    assert results(module, source, tmp_path, topic="topic") == counts


def test_one_line_of_ten_megabytes_is_counted(module: Path, tmp_path: Path) -> None:
    source = tmp_path / "lines.txt"
    source.write_text("word other " * 1_000_000, encoding="utf-8")
    assert results(module, source, tmp_path, topic="topic") == {"word": "1000000", "other": "1000000", "": "1"}


def test_a_folder_stands_for_its_manifest(tmp_path: Path) -> None:
    done = lightflus("build", EXAMPLE, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rust_word_count.wasm").is_file()


def test_a_member_of_a_workspace_names_its_files_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["inner/job"]\n', encoding="utf-8")
    source = (ROOT / "tests/rust/jobs/failing.rs").read_text(encoding="utf-8")
    manifest = package(tmp_path / "inner" / "job", source)
    (tmp_path / "in.txt").write_text("deep\n", encoding="utf-8")
    done = lightflus(
        *("run", manifest, "--bind", "in=file:in.txt", "--bind", "redis=stdout:", "--quiet"), folder=tmp_path
    )
    assert done.returncode == 2
    assert "inner/job/src/lib.rs:8:" in done.stderr


def test_a_new_project_runs_and_passes_its_own_tests(tmp_path: Path) -> None:
    done = lightflus("new", "clicks", "--lang", "rust", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    project = tmp_path / "clicks"
    found = results(project / "Cargo.toml", project / "data/lines.txt", tmp_path, topic="lines")
    text = (project / "data/lines.txt").read_text(encoding="utf-8")
    assert found == {word: str(text.split().count(word)) for word in set(text.split())}
    tested = subprocess.run(
        ["cargo", "test", "--quiet"], cwd=project, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr
    assert "1 passed" in tested.stdout
    assert "warning" not in tested.stderr
    subprocess.run(["cargo", "fmt", "--check"], cwd=project, env=ENVIRONMENT, check=True)


def test_the_crate_passes_its_own_tests() -> None:
    done = subprocess.run(
        ["cargo", "test", "--quiet", "--locked"],
        cwd=SDK,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_says_that_a_job_may_be_in_rust() -> None:
    done = subprocess.run([LIGHTFLUS, "build", "--help"], capture_output=True, text=True, check=False)
    assert "Cargo.toml" in done.stdout
