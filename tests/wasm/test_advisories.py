"""Which versions of wasmtime are refused."""

from __future__ import annotations

import pytest

from lightflus.errors import ToolMissing
from lightflus.sandbox.module import OVERRIDE, require_safe_wasmtime
from lightflus.wasm import ADVISORIES, WASMTIME_VERSION, version_problem
from lightflus.wasm.advisories import known_of


def ids(version: str) -> set[str]:
    return {one.id.removeprefix("RUSTSEC-2026-") for one in known_of(version)}


@pytest.mark.parametrize(
    ("version", "there", "not_there"),
    [
        ("46.0.1", {"0222", "0223"}, {"0315", "0325"}),
        ("46.0.2", {"0268", "0269"}, {"0222", "0223"}),
        ("47.0.3", {"0268", "0315", "0325"}, {"0222", "0223"}),
        ("36.0.16", set(), {"0222", "0223", "0316", "0114"}),
        ("36.0.7", {"0222", "0114"}, {"0096", "0223"}),
        ("40.0.3", {"0096", "0327"}, {"0006", "0090"}),
        ("28.0.0", {"0222"}, {"0006", "0114"}),
        ("43.0.0", {"0090"}, {"0223"}),
        ("49.0.0", {"0325", "0326", "0327"}, {"0222"}),
        ("49.0.1", {"0325"}, {"0315"}),
    ],
)
def test_an_advisory_is_of_the_versions_that_it_names(version: str, there: set[str], not_there: set[str]) -> None:
    assert there <= ids(version)
    assert not not_there & ids(version)


@pytest.mark.parametrize("version", ["49.0.2", "50.0.1", "50", "51.2.3", "60.0.0rc1", WASMTIME_VERSION])
def test_later_versions_and_the_installed_one_are_accepted(version: str) -> None:
    assert version_problem(version) is None


def test_versions_of_all_earlier_years_have_one() -> None:
    assert all(version_problem(f"{major}.0.0") for major in range(50))


def test_each_advisory_is_there_once() -> None:
    assert len({one.id for one in ADVISORIES}) == len(ADVISORIES)
    assert all(one.fixed == tuple(sorted(one.fixed)) for one in ADVISORIES)


def test_a_module_is_refused_unless_somebody_insists(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with pytest.raises(ToolMissing, match="RUSTSEC-2026-0327"):
        require_safe_wasmtime(lambda _, text: said.append(text), "49.0.0")
    monkeypatch.setenv(OVERRIDE, "1")
    require_safe_wasmtime(lambda _, text: said.append(text), "49.0.0")
    require_safe_wasmtime(lambda _, text: said.append(text))
    assert len(said) == 1
    assert f"{OVERRIDE} is set" in said[0]
