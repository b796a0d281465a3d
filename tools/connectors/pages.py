"""Writes the tables of options into docs/connectors, each between `<!-- options: kafka source -->` and the next mark.

A mark names a kind of connector, and where it is both source and sink a role: without one, the options of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.connectors.schema import ROOT, Option, connectors

MARKED = re.compile(
    r"(<!-- options: ([\w-]+)(?: (source|sink))? -->\n).*?(<!-- made by `make generated` -->\n)", re.DOTALL
)
HEAD = "| option | meaning | default | names |\n|---|---|---|---|\n"


def _row_of(option: Option) -> str:
    about = option.about
    if option.choices:
        words = [f"`{word}`" for word in option.choices]
        about += f" {', '.join(words[:-1])} or {words[-1]}."
    name = f"{option.name}NAME" if option.type == "prefix" else option.name
    plain = "`false`" if option.type == "flag" else "needed" if option.required else ""
    default = option.otherwise or (f"`{option.default}`" if option.default != "" else plain)
    names = "a secret" if option.type == "secret" else option.names.replace("access", "") and f"a {option.names}"
    return f"| `{name}` | {about} | {default} | {names} |\n"


def _table(found: re.Match[str]) -> str:
    begin, kind, role, end = found.groups()
    one = next(connector for connector in connectors() if connector.kind == kind)
    rows = [_row_of(option) for option in one.options if option.role == (role or "") or len(one.roles) == 1]
    return begin + HEAD + "".join(rows) + end


def texts() -> Iterator[tuple[Path, str]]:
    """The pages with their tables."""
    for path in sorted((ROOT / "docs" / "connectors").glob("*.md")):
        yield path, MARKED.sub(_table, path.read_text(encoding="utf-8"))
