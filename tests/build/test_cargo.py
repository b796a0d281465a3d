"""Finding cargo, and what a machine without it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightflus.build import cargo
from lightflus.build.sources import is_source, located
from lightflus.errors import BuildFailed, ToolMissing


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH, and a folder to put things there."""
    path = tmp_path / "bin"
    path.mkdir()
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.delenv("RUSTC", raising=False)
    monkeypatch.setattr(cargo, "_BUNDLED", tmp_path / "bundled")
    return path


def install(machine: Path, version: str, library: Path) -> None:
    """A cargo and a rustc that say what they are asked for here."""
    answers = {"cargo": "echo not a manifest", "rustc": f'[ "$1" = --version ] && echo "{version}" || echo {library}'}
    for name, answer in answers.items():
        (machine / name).write_text(f"#!/bin/sh\n{answer}\n")
        (machine / name).chmod(0o755)


def test_without_cargo_the_message_says_how_to_get_it(machine: Path) -> None:
    with pytest.raises(ToolMissing, match="there is none on this machine") as caught:
        cargo.find_cargo()
    assert "rustup.rs" in str(caught.value.hint)


@pytest.mark.parametrize("version", ["rustc 1.63.0", "hello"])
def test_an_old_or_broken_compiler_is_named(machine: Path, version: str) -> None:
    install(machine, version, machine)
    with pytest.raises(ToolMissing, match=r"is version 1\.63\.0|no working Rust compiler: hello") as caught:
        cargo.find_cargo()
    assert "1.82 or newer" in str(caught.value.hint)


def test_without_the_target_the_message_says_the_command(machine: Path) -> None:
    install(machine, "rustc 1.90.1 (abc 2025-01-01)", machine)
    with pytest.raises(ToolMissing, match="cannot compile to WebAssembly") as caught:
        cargo.find_cargo()
    assert caught.value.hint == "rustup target add wasm32-unknown-unknown"


def test_a_whole_toolchain_is_found(machine: Path) -> None:
    (machine / "libcore-0123.rlib").touch()
    install(machine, "rustc 1.90.1 (abc 2025-01-01)", machine)
    assert cargo.find_cargo() == cargo.Cargo(str(machine / "cargo"), "1.90.1")


def test_an_installation_without_the_crate_says_so(machine: Path) -> None:
    with pytest.raises(ToolMissing, match="not in this installation"):
        cargo.find_crate()


def test_a_manifest_that_cargo_refuses_fails_the_build(machine: Path) -> None:
    install(machine, "rustc 1.90.1", machine)
    with pytest.raises(BuildFailed, match="is not a package") as caught:
        cargo.find_project(cargo.Cargo(str(machine / "cargo"), "1.90.1"), machine / "Cargo.toml")
    assert caught.value.problems[0].text == "not a manifest"


def test_a_folder_with_a_manifest_stands_for_it(tmp_path: Path) -> None:
    assert located(tmp_path) == tmp_path
    (tmp_path / "Cargo.toml").touch()
    assert located(tmp_path) == tmp_path / "Cargo.toml"
    assert is_source(tmp_path / "Cargo.toml")


def test_a_build_asks_for_the_profile_of_production(tmp_path: Path) -> None:
    manifest = tmp_path / "inner" / "Cargo.toml"
    manifest.parent.mkdir()
    manifest.write_text('[dependencies]\nlightflus = { path = "vendor/lightflus" }\n')
    command = cargo.build_command(cargo.Cargo("cargo", "1.90.1"), cargo.Project(manifest, tmp_path))
    settings = [command[k + 1] for k, word in enumerate(command) if word == "--config"]
    assert 'profile.lightflus.lto="fat"' in settings
    (flags,) = [setting for setting in settings if "rustflags" in setting]
    assert f"--remap-path-prefix={tmp_path / 'inner' / 'vendor'}=~lib/lightflus" in flags
    assert "--remap-path-prefix=inner=" in flags
