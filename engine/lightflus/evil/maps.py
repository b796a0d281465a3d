"""Source maps and names that are read where a function has failed: damaged, huge, or written for a terminal.

What it owns: the sections; each is carried by a guest that traps, so that they are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from lightflus.codec import abi, leb128
from lightflus.evil.attack import CALL_SECONDS, Attack
from lightflus.evil.guests import guest
from lightflus.limits import SOURCEMAP_BYTES, SOURCEMAP_CPU_SECONDS
from lightflus.sandbox.binary import with_section

KIND: Final = "maps"
_TRAPPED: Final = frozenset({"GuestTrapped"})
_SECONDS: Final = CALL_SECONDS + SOURCEMAP_CPU_SECONDS


def attacks() -> Iterator[Attack]:
    """All of them."""
    for name, make in _MAPS.items():
        yield Attack(KIND, name, partial(_trapping, abi.SOURCEMAP_SECTION, make), _TRAPPED, _SECONDS)
    for name, make in _NAMES.items():
        yield Attack(KIND, name, partial(_trapping, "name", make), _TRAPPED, _SECONDS)


def _trapping(section: str, make: Callable[[], bytes]) -> bytes:
    return with_section(guest({"map-row": "unreachable"}), section, make())


def _map(mappings: str, *sources: str) -> bytes:
    return json.dumps({"version": 3, "sources": sources or ["job.ts"], "names": [], "mappings": mappings}).encode()


def _function_names(*names: bytes) -> bytes:
    entries = b"".join(leb128.encoded(i) + leb128.encoded(len(name)) + name for i, name in enumerate(names))
    content = leb128.encoded(len(names)) + entries
    return b"\1" + leb128.encoded(len(content)) + content


_MAPS: Final[dict[str, Callable[[], bytes]]] = {
    "a map that is no JSON": lambda: b"\xff\xfe",
    "a map of 10,000 nested lists": lambda: b"[" * 10_000,
    "a map of 8 MiB of segments": lambda: _map("AAAA," * (SOURCEMAP_BYTES // 5 - 100)),
    "a map that is larger than any": lambda: _map("AAAA," * (SOURCEMAP_BYTES // 5 + 1_000)),
    "a map of 8 MiB of empty segments": lambda: _map("," * (SOURCEMAP_BYTES - 1_000)),
    "a map of numbers that do not end": lambda: _map("g" * 1_000_000),
    "a map of offsets below 0": lambda: _map("DAAA,DAAA"),
    "a map of offsets beyond 32 bits": lambda: _map("+/////DAAA,+/////DAAA,+/////DAAA"),
    "a map of lines below 0": lambda: _map("AADA"),
    "a map of sources that are not there": lambda: _map("ACAA"),
    "a map of 1,000,000 sources": lambda: json.dumps(
        {"version": 3, "sources": ["a"] * 1_000_000, "mappings": "AAAA"}
    ).encode(),
    "a map whose source has escapes and lines": lambda: _map("AAAA", "\x1b[2J\r\nerror: forged\u202e\u009b31m"),
    "a map whose source is a file of the machine": lambda: _map("AAAA", "/etc/passwd"),
    "a map whose source is 7 MB long": lambda: _map("AAAA", "a" * 7_000_000),
    "a map whose sources are no texts": lambda: b'{"sources": [[[]], {}, null, 1e400], "mappings": "AAAA"}',
    "a map whose mappings are a number": lambda: b'{"sources": ["a"], "mappings": 7}',
}
_NAMES: Final[dict[str, Callable[[], bytes]]] = {
    "names with escapes and lines": lambda: _function_names(*[b"\x1b[2J\r\nerror: forged\xe2\x80\xae"] * 40),
    "names of 1 MB": lambda: _function_names(*[b"a" * 1_000_000] * 8),
    "names that are no UTF-8": lambda: _function_names(*[b"\xff\xfe"] * 40),
    "names that do not end": lambda: b"\1\xff\xff\xff\xff\x0f\xff",
    "1,000,000 names": lambda: _function_names(*[b"a"] * 1_000_000),
}
