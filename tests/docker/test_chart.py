"""docker/chart as text: what it types exists, what it asks for has a default. `make chart` renders and validates it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from lightflus import __version__
from lightflus.cli import main as cli

CHART = Path(__file__).resolve().parents[2] / "docker/chart"
TEMPLATES = {path.name: path.read_text() for path in (CHART / "templates").iterdir()}
VALUES: Mapping[str, object] = yaml.safe_load((CHART / "values.yaml").read_text())
LEAVES = frozenset({"resources", "storage", "allow"})
"""What is handed on whole."""


def paths(values: Mapping[str, object], above: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping) and name not in LEAVES:
            yield from paths(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def test_every_value_is_used_and_every_value_that_is_used_has_a_default() -> None:
    used = set(re.findall(r"\.Values\.([\w.]+)", "".join(TEMPLATES.values())))
    assert used == set(paths(VALUES))


@pytest.mark.parametrize(
    ("file", "command"), [("coordinator", "coordinator"), ("workers", "worker"), ("apiserver",) * 2]
)
def test_every_option_that_it_types_exists(file: str, command: str) -> None:
    lightflus = typer.main.get_command(cli.app)
    assert isinstance(lightflus, TyperGroup)
    known = {spelt for option in lightflus.commands[command].params for spelt in option.opts}
    typed = set(re.findall(r"--[a-z][a-z-]+", TEMPLATES[f"{file}.yaml"]))
    assert typed
    assert typed <= known


def test_it_is_the_version_of_the_engine() -> None:
    about = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert about["appVersion"] == __version__
    assert f'tag: "{__version__}"' in (CHART / "values.yaml").read_text()
