"""Connectors of installed packages, found by their entry points."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from connector_helpers import source_spec

from lightflus.connectors.contract.bindings import parse_bindings
from lightflus.connectors.contract.registry import open_source, schemes, sink_kind, source_kind
from lightflus.errors import BindingInvalid
from lightflus.model.graph import Connector

MODULE = """
from lightflus.connectors.generate.blackhole import BlackholeSink
from lightflus.connectors.contract.kinds import Address, SinkKind, SourceKind
from lightflus.connectors.files.file import FileSource

SOURCE = SourceKind(Address(main="path"), lambda spec, options: FileSource(options.text("path"), spec.line_decoder()))
SINK = SinkKind(Address(host="host", main="name"), lambda spec, options: BlackholeSink(spec.delivery))
WRONG = "no kind"
"""
POINTS = """
[lightflus.sources]
theirs = their_connector:SOURCE
wrong = their_connector:WRONG
broken = no_such_module:SOURCE

[lightflus.sinks]
theirs = their_connector:SINK
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that brings connectors."""
    (tmp_path / "their_connector.py").write_text(MODULE)
    info = tmp_path / "their_connector-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-connector\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "their_connector", raising=False)
    return tmp_path


def test_a_package_brings_schemes(package: Path) -> None:
    assert "theirs" in schemes(is_source=True)
    assert "theirs" in schemes(is_source=False)
    assert sink_kind("theirs") is not None
    assert parse_bindings(["a=theirs:x.txt"]) == {"a": Connector("theirs", {"path": "x.txt"})}


def test_its_source_is_opened_like_ours(package: Path) -> None:
    (package / "in.txt").write_text("a\n")
    opened = open_source(source_spec(Connector("theirs", {"path": str(package / "in.txt")})))
    assert opened.splits() == ("in.txt",)


def test_an_object_that_is_no_kind_is_refused(package: Path) -> None:
    with pytest.raises(BindingInvalid, match="`wrong:` of an installed package is no SourceKind"):
        source_kind("wrong")


def test_a_package_that_cannot_be_imported_is_named(package: Path) -> None:
    with pytest.raises(BindingInvalid, match="`broken:` cannot be loaded: ModuleNotFoundError") as caught:
        source_kind("broken")
    assert caught.value.where == "no_such_module:SOURCE"


def test_what_is_nowhere_is_none() -> None:
    assert source_kind("nowhere") is None
    assert sink_kind("generate") is None
