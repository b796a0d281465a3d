"""Names of functions as a person reads them: the name section of a module that rustc made.

What it owns: undoing rustc's mangling, and marking what is a library's (`~lib/`), so that messages can leave it out.
It serves error messages only: a name that is not understood stays as it is. Runs once per build.
Format: WebAssembly core specification, appendix "Name Section"; rustc's legacy mangling and its v0 (RFC 2603).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lightflus.codec import leb128
from lightflus.sandbox.binary import section, with_section

LIBRARY = "~lib/"
_NAME = "name"
_FUNCTIONS = 1
_LEGACY = re.compile(r"_ZN(.+)E(?:\.\w+)*")
_MODERN = "_R"
_REFERENCE = re.compile(r"[sBL][0-9A-Za-z]*_")
_LENGTH = re.compile(r"(\d+)_?")
_PATH = re.compile(r"(?:\w+::)+")
_HASH = re.compile(r"h[0-9a-f]{16}")
_ESCAPES = {"$LT$": "<", "$GT$": ">", "$LP$": "(", "$RP$": ")", "$C$": ",", "$RF$": "&", "$BP$": "*", "$SP$": "@"}
_ESCAPED = re.compile(r"\$[A-Z]{1,2}\$|\$u[0-9a-f]+\$")


def with_readable_names(wasm: bytes, crate: str) -> bytes:
    """The module with readable names; functions that do not lie in `crate` are a library's."""
    names = section(wasm, _NAME)
    return wasm if names is None else with_section(wasm, _NAME, _readable_names(names, crate))


def _readable_names(content: bytes, crate: str) -> bytes:
    out = bytearray()
    at = 0
    while at < len(content):
        kind = content[at]
        size, start = leb128.decoded(content, at + 1)
        at = start + size
        part = content[start:at]
        part = _functions(part, crate) if kind == _FUNCTIONS else part
        out += bytes([kind]) + leb128.encoded(len(part)) + part
    return bytes(out)


def _functions(content: bytes, crate: str) -> bytes:
    count, at = leb128.decoded(content, 0)
    out = bytearray(leb128.encoded(count))
    for _ in range(count):
        number, at = leb128.decoded(content, at)
        size, at = leb128.decoded(content, at)
        name = readable(content[at : at + size].decode(errors="replace"), crate).encode()
        out += leb128.encoded(number) + leb128.encoded(len(name)) + name
        at += size
    return bytes(out)


def readable(name: str, crate: str) -> str:
    """One function's name. Of a library's, which no message shows, the end is kept: all are a tenth of a module."""
    found = _LEGACY.fullmatch(name)
    parts = [_unescaped(part) for part in _parts(found[1])] if found else _modern_parts(name)
    if not parts:
        return name
    if crate in re.findall(r"\w+", "::".join(parts)):
        return "::".join(parts)
    return LIBRARY + "::".join(_PATH.sub("", part) for part in parts[-2:])


def _modern_parts(name: str) -> list[str]:
    """The identifiers of a name in rustc's v0 mangling, in order: enough to know a function by, types left out."""
    if not name.startswith(_MODERN):
        return []
    return list(_identifiers(name.removeprefix(_MODERN).partition(".")[0]))


def _identifiers(text: str) -> Iterator[str]:
    """Each after its length; what stands between are tags and references, some of which hold digits, too."""
    at = 0
    while at < len(text):
        if found := _REFERENCE.match(text, at):
            at = found.end()
        elif found := _LENGTH.match(text, at):
            at = found.end() + int(found[1])
            yield text[found.end() : at]
        else:
            at += 1


def _parts(text: str) -> list[str]:
    """The identifiers of a mangled path: each after its length; the last one is a hash."""
    parts = []
    while found := re.match(r"\d+", text):
        end = found.end() + int(found[0])
        parts.append(text[found.end() : end])
        text = text[end:]
    return parts[:-1] if parts and _HASH.fullmatch(parts[-1]) else parts


def _unescaped(part: str) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[0]
        return _ESCAPES.get(code) or (chr(int(code[2:-1], 16)) if code.startswith("$u") else code)

    return _ESCAPED.sub(letter, part.removeprefix("_") if part.startswith("_$") else part).replace("..", "::")
