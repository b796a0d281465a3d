"""Guests from their sources: the honest one, and attacks that put something else into its holes.

What it owns: the form of the files in `udf_sdk/samples/evil`, assembling. What it leaves: what stands in them.

A file of attacks has for each a line `;;;; name: ends`, perhaps comments, and for each hole that is filled a line
`;;@ hole` with what comes into it behind.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import lightflus
from lightflus.errors import InternalError
from lightflus.evil.attack import Attack
from lightflus.evil.jobs import honest_graph, timed_graph
from lightflus.model.graph import JobGraph
from lightflus.proto.convert import graph_to_json
from lightflus.sandbox.module import with_graph
from lightflus.wasm import from_text

FILES: Final = ("loops", "traps", "memory", "answers", "life", "host", "times")
_TIMED: Final = {
    "map-row": "(i64.reinterpret_f64 (f64.convert_i64_s (local.get $value)))\n",
    "key-row": "(i64.rem_u (local.get $value) (i64.const 3))\n",
}
"""A time, and keys of which each is in every window."""
_GRAPH_AT: Final = 1_024
_HOLE = re.compile(r"^[ ]*;;@ (?P<name>[\w-]+)\n(?P<code>.*?)^[ ]*;;@ end$", re.MULTILINE | re.DOTALL)
_ATTACK = re.compile(r"^;;;; (?P<name>[^:\n]+): (?P<ends>[\w| ]+)\n(?P<body>(?:(?!;;;; ).*\n?)*)", re.MULTILINE)
_FILLING = re.compile(r"^;;@ (?P<name>[\w-]+)\n(?P<code>(?:(?!;;@ ).*\n?)*)", re.MULTILINE)


def attacks() -> Iterator[Attack]:
    """All attacks that are written as guests."""
    for file in FILES:
        for found in _ATTACK.finditer(_source(file)):
            fillings = {one["name"]: one["code"] for one in _FILLING.finditer(found["body"])}
            ends = frozenset(one.strip() for one in found["ends"].split("|"))
            yield Attack(file, found["name"], partial(timed_guest if file == "times" else guest, fillings), ends)


def guest(fillings: Mapping[str, str], graph: bytes | None = None) -> bytes:
    """The module of the honest guest with some of its holes filled; `graph` in place of what it really does."""
    return _assembled(_filled(_source("guest"), fillings), honest_graph(), graph)


def timed_guest(fillings: Mapping[str, str]) -> bytes:
    """The same of the honest guest whose job has event time: more functions, which have holes, too."""
    here = {"module": _source("timed")} | {name: fillings.get(name, code) for name, code in _TIMED.items()}
    there = {name: code for name, code in fillings.items() if name not in here}
    return _assembled(_filled(_filled(_source("guest"), here), there), timed_graph())


def _filled(text: str, fillings: Mapping[str, str]) -> str:
    left = set(fillings)

    def filled(hole: re.Match[str]) -> str:
        left.discard(hole["name"])
        return fillings.get(hole["name"], hole[0])

    text = _HOLE.sub(filled, text)
    if left:
        raise InternalError(f"the honest guest has no hole {', '.join(sorted(left))}")
    return text


def _assembled(text: str, does: JobGraph, graph: bytes | None = None) -> bytes:
    described = graph_to_json(does)
    text = text.replace("$graph_at", _escaped(_GRAPH_AT.to_bytes(4, "little")))
    text = text.replace("$graph_len", _escaped(len(described).to_bytes(4, "little")))
    wasm = from_text(text.replace('"$graph"', f'"{_escaped(described)}"'))
    return with_graph(wasm, described if graph is None else graph)


@functools.cache
def _source(file: str) -> str:
    return (_folder() / f"{file}.wat").read_text(encoding="utf-8")


def _folder() -> Path:
    """Beside the package where it is installed, in the repository where it is not."""
    package = Path(lightflus.__file__).parent
    bundled = package / "bundled" / "evil"
    return bundled if bundled.is_dir() else package.parents[1] / "udf_sdk" / "samples" / "evil"


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
