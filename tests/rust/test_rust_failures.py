"""What goes wrong in a Rust job names the user's file and line, in the optimised module that runs in production."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rust_jobs import ROOT, build, lightflus, package

SOURCE = (ROOT / "tests/rust/jobs/failing.rs").read_text(encoding="utf-8")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(package(tmp_path_factory.mktemp("failing"), SOURCE))


def run(module: Path, line: str) -> tuple[int, str]:
    """Exit code and standard error of a run over one line."""
    text = module.with_name("in.txt")
    text.write_text(line + "\n", encoding="utf-8")
    done = lightflus(
        *("run", module, "--bind", "in=file:in.txt", "--bind", "redis=stdout:", "--quiet"), folder=module.parent
    )
    return done.returncode, done.stderr


def line_of(text: str) -> int:
    """The only line of the job that holds this text."""
    (number,) = [k for k, line in enumerate(SOURCE.splitlines(), 1) if text in line]
    return number


@pytest.mark.parametrize(
    ("word", "message", "place"),
    [
        ("panic", "no such thing: panic", "panic!"),
        ("unwrap", "InvalidDigit", ".unwrap()"),
        ("a b", "index out of bounds: the len is 2 but the index is 2", "parts[2]"),
        ("slice", "out of bounds", 'line["é"'),
        ("overflow", "attempt to multiply with overflow", "as u8 * 32"),
        ("deep", "recursion too deep", "depth(n + 1)"),
        ("spin", "ran longer than", "black_box"),
        ("eat", "out of memory: the function needs 10000000 more bytes", "repeat(1_000_000)"),
    ],
)
def test_an_error_names_the_users_line(module: Path, word: str, message: str, place: str) -> None:
    code, said = run(module, word)
    assert code == 2
    assert message in said
    assert re.search(rf"src/lib\.rs:{line_of(place)}:\d+\n", said), said
    assert "in.txt:1" in said


def test_log_lines_come_through(module: Path) -> None:
    code, said = run(module, "log")
    assert code == 0
    assert "[info] saw log" in said
    assert "[warn] careful" in said


def test_an_error_of_the_compiler_shows_the_line_and_what_helps(tmp_path: Path) -> None:
    manifest = package(tmp_path, SOURCE.replace("parts[2].to_owned()", "parts[2].len()"))
    done = lightflus("build", manifest, folder=tmp_path)
    assert done.returncode == 2
    assert f"src/lib.rs:{line_of('parts[2]')}:5" in done.stderr
    assert "error[E0308]: mismatched types" in done.stderr
    assert "expected `String`, found `usize`" in done.stderr


def test_a_type_that_cannot_be_in_a_record_is_told_which_can(tmp_path: Path) -> None:
    manifest = package(tmp_path, SOURCE.replace(".map(work)", ".map(|line| line.len())"))
    done = lightflus("build", manifest, folder=tmp_path)
    assert done.returncode == 2
    assert "`usize` cannot be in a record" in done.stderr


def test_a_record_with_static_text_is_told_the_lifetime_to_write(tmp_path: Path) -> None:
    record = "#[derive(Record)]\nstruct Bucket {\n    size: &'static str,\n}\n"
    done = lightflus("build", package(tmp_path, SOURCE + record), folder=tmp_path)
    assert done.returncode == 2
    assert "struct Word<'a> { word: &'a str }" in done.stderr
    assert re.search(r"src/lib.rs:\d+:12", done.stderr)


def test_a_package_without_library_is_told_what_a_job_is(tmp_path: Path) -> None:
    manifest = package(tmp_path, "")
    (tmp_path / "src/lib.rs").rename(tmp_path / "src/main.rs")
    done = lightflus("build", manifest, folder=tmp_path)
    assert done.returncode == 2
    assert "no library targets found" in done.stderr


def test_a_library_without_a_job_is_told_what_is_missing(tmp_path: Path) -> None:
    done = lightflus("build", package(tmp_path, "pub fn nothing() {}"), folder=tmp_path)
    assert done.returncode == 2
    assert "#[lightflus::job]" in done.stderr


def test_a_manifest_that_is_none_is_an_error_of_one_screen(tmp_path: Path) -> None:
    manifest = package(tmp_path, "")
    manifest.write_text("[package\n", encoding="utf-8")
    done = lightflus("build", manifest, folder=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "Cargo.toml" in done.stderr
