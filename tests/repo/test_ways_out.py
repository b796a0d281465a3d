"""What an error advises can be done: the options and commands that its words name are there.

Texts of the engine and of the TypeScript compiler are read, not the situations in which they are said; what only a
situation can show is followed by tests of its own, such as `tests/cli/test_peeking.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import every_command, group
from repository import ROOT, engine_modules, name_of

from lightflus.model.schemas import SCHEMAS

OF_OTHERS = re.compile(r"/(build|wasm)/|cli/doctor\.py|sandbox/module\.py|kafka/(epochs|rights)\.py|formats/protobuf_")
"""Files that speak of the options of other programs: compilers, pip, `kafka-acls.sh`, protoc."""
FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*[a-z])(?![\w-])")
"""A whole one: what an f-string goes on with is not known here."""
OPTION = re.compile(r"options? `([a-z][a-z0-9.]*)`")
COMMAND = re.compile(r"\blightflus ([a-z][a-z-]*)(?= [-A-Z`{]|`)")
CODES = ROOT / "udf_sdk/typescript/compiler/codes.ts"
SETTINGS = {"advertised.listeners", "max.message.bytes", "retention.ms"}
"""Of Kafka's brokers and topics, which a page advises to set."""
BUILDERS = {"docs/typescript.md": "udf_sdk/typescript/src", "docs/rust.md": "udf_sdk/rust/lightflus/src"}
"""Pages with a table of words that describe a source or sink, and where those words are functions."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text in the code of the engine, with the file that it stands in."""
    for path in engine_modules():
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        yield from ((name_of(path), n.value) for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def flags() -> set[str]:
    """Long options of all commands."""
    params = [param for command in every_command().values() for param in command.params] + group().params
    spelt = [name for param in params for name in (*param.opts, *param.secondary_opts)]
    return {name.removeprefix("--") for name in spelt} | {"help", "version"}


def test_options_of_the_command_line_that_a_text_names_are_there() -> None:
    ours = [(place, text) for place, text in texts() if not OF_OTHERS.search(place)]
    named = {(place, flag) for place, text in ours for flag in FLAG.findall(text)}
    named |= {(CODES.name, flag) for flag in FLAG.findall(CODES.read_text(encoding="utf-8"))}
    assert len(named) > 10
    assert sorted((place, flag) for place, flag in named if flag not in flags()) == []


def test_commands_that_a_text_names_are_there() -> None:
    named = {(place, command) for place, text in texts() for command in COMMAND.findall(text)}
    assert len(named) > 3
    assert sorted((place, command) for place, command in named if command not in every_command()) == []


def test_options_of_connectors_and_formats_that_a_text_names_are_declared() -> None:
    declared = {option.name for schema in SCHEMAS.values() for option in (*schema.source, *schema.sink)}
    named = {(place, option) for place, text in texts() for option in OPTION.findall(text)}
    known = declared | {name.removeprefix("format.") for name in declared}
    assert len(named) > 20
    assert sorted((place, option) for place, option in named if option not in known) == []


@pytest.mark.parametrize("page", [*(ROOT / "docs/connectors").glob("*.md")], ids=name_of)
def test_options_that_the_page_of_a_connector_advises_are_declared(page: Path) -> None:
    declared = {option.name for schema in SCHEMAS.values() for option in (*schema.source, *schema.sink)}
    _, _, table = page.read_text(encoding="utf-8").partition("| message | way out |")
    ways = [row.rpartition(" | ")[2] for row in table.splitlines() if row.startswith("|")]
    named = {name.partition("=")[0] for way in ways for name in re.findall(r"`([a-z][a-z.=]*)`", way)}
    assert sorted(named - declared - SETTINGS) == []


@pytest.mark.parametrize("page", BUILDERS)
def test_words_that_describe_a_source_or_sink_are_functions(page: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / BUILDERS[page]).rglob("*.[tr]s"))
    _, _, table = (ROOT / page).read_text(encoding="utf-8").partition("| | starts with | |")
    cells = [row.split(" | ", 2)[2] for row in table.partition("\n\n")[0].splitlines() if row.count(" | ") > 1]
    quoted = [text.partition("(")[0].partition("<")[0] for cell in cells for text in re.findall(r"`([^`]+)`", cell)]
    named = {word.rstrip(":") for text in quoted for word in text.split() if word != "?"}
    assert len(named) > 30
    assert sorted(word for word in named if not re.search(rf"\bfn {word}\b|\b{word}[(<,]", code)) == []
