"""Every snippet of docs/rust.md is a job that builds, and passes the tests that stand in it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from rust_jobs import ENVIRONMENT, ROOT, build, package

from lightflus.build.cargo import RUST_LEAST

PAGE = (ROOT / "docs" / "rust.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```rust\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_a_snippet_is_a_job(number: int, tmp_path: Path) -> None:
    manifest = package(tmp_path, SNIPPETS[number], name=f"snippet_{number}")
    build(manifest)
    tested = subprocess.run(
        ["cargo", "test", "--quiet"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_there_are_snippets() -> None:
    assert len(SNIPPETS) >= 4


def test_what_the_page_begins_a_source_or_sink_with_is_in_the_prelude() -> None:
    begins = re.findall(r"^\| [^|]+ \| `(\w+)::", PAGE, re.MULTILINE)
    source = (ROOT / "udf_sdk/rust/lightflus/src/lib.rs").read_text(encoding="utf-8")
    prelude = source.partition("pub mod prelude {")[2].partition("\n}\n")[0]
    assert len(begins) >= 7
    assert [name for name in begins if not re.search(rf"\b{name}\b", prelude)] == []


def test_the_page_and_the_manifests_say_the_same_least_version() -> None:
    least = ".".join(map(str, RUST_LEAST))
    assert f"Rust {least} or newer" in PAGE
    for crate in ("lightflus", "lightflus-macros"):
        manifest = (ROOT / "udf_sdk/rust" / crate / "Cargo.toml").read_text(encoding="utf-8")
        assert f'rust-version = "{least}"' in manifest
