"""Files that are no modules, or modules whose bytes are meant to cost whoever reads, validates or compiles them.

What it owns: bytes, made on the spot from a few lines each, so that nobody has to keep megabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from lightflus.codec import abi, leb128
from lightflus.evil.attack import EXAMINE_SECONDS, NOTHING, Attack
from lightflus.evil.guests import guest
from lightflus.limits import FUNCTION_RESULTS, FUNCTION_STACK_VALUES, JUMP_TARGETS, MIB, MODULE_BYTES
from lightflus.sandbox.binary import with_section

KIND: Final = "files"
_REFUSED: Final = frozenset({"ModuleInvalid"})
_HEAD: Final = b"\0asm\1\0\0\0"
_NOTHING_TYPE: Final = b"\1\x60\0\0"
_EVERY: Final = 8
"""Into how many places the honest module is cut."""


def attacks() -> Iterator[Attack]:
    """All of them."""
    for name, made in _SHORT.items():
        yield Attack(KIND, name, partial(bytes, made), _REFUSED)
    for part in range(1, _EVERY):
        yield Attack(KIND, f"a module cut after {part}/{_EVERY} of its bytes", partial(_cut, part), _REFUSED)
    for name, text in _WITHOUT.items():
        yield Attack(KIND, f"a module without {name}", partial(_without, text), _REFUSED)
    for name, text in _FEATURES.items():
        yield Attack(KIND, f"a module that uses {name}", partial(guest, {"module": text}), _REFUSED)
    for name, make in _LARGE.items():
        yield Attack(KIND, name, make, _REFUSED, EXAMINE_SECONDS)
    for name, make in _COSTLY.items():
        yield Attack(KIND, name, make, _REFUSED | {NOTHING}, EXAMINE_SECONDS)
    yield Attack(KIND, "two sections lightflus.job", _two_graphs, _REFUSED)


def _section(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + leb128.encoded(len(content)) + content


def _functions(count: int, body: bytes, types: bytes = _NOTHING_TYPE, kind: int = 0) -> bytes:
    """A module with so many functions of one body."""
    number = leb128.encoded(count)
    entry = leb128.encoded(len(body)) + body
    code = _section(3, number + leb128.encoded(kind) * count) + _section(10, number + entry * count)
    return _HEAD + _section(1, types) + code


def _cut(part: int) -> bytes:
    whole = guest({})
    return whole[: len(whole) * part // _EVERY]


def _without(text: str) -> bytes:
    """The honest module with an export renamed."""
    return guest({}).replace(text.encode(), text[:-1].encode() + b"_")


def _two_graphs() -> bytes:
    one = guest({})
    other = with_section(_HEAD, abi.JOB_SECTION, b"{}")[len(_HEAD) :]
    return one + other


def _code(body: str, count: int = 1) -> Callable[[], bytes]:
    """The honest guest with more functions of one body."""
    return lambda: guest({"module": f"(func {body})" * count})


def _joins(width: int) -> str:
    """What is hard to compile: long chains of joins over four locals."""
    return "(local i64 i64 i64 i64)" + "".join(
        f"(if (i64.eqz (local.get {i % 4}))"
        f" (then (local.set {(i + 1) % 4} (i64.mul (local.get {i % 4}) (i64.const {i}))))"
        f" (else (local.set {(i + 2) % 4} (i64.add (local.get {(i + 3) % 4}) (local.get {i % 4})))))"
        for i in range(width)
    )


def _nested(depth: int) -> str:
    return "(block " * depth + ")" * depth


def _wide_type(results: int) -> bytes:
    return b"\1\x60\0" + leb128.encoded(results) + b"\x7f" * results


def _calls(results: int, calls: int) -> bytes:
    """A function that calls itself again and again and leaves all results on the stack."""
    body = b"\0" + b"\x10\0" * calls + b"\0\x0b"
    return _functions(1, body, _wide_type(results))


def _table(targets: int) -> bytes:
    """A function with a `br_table`."""
    body = b"\0\x02\x40\x41\0\x0e" + leb128.encoded(targets) + b"\0" * (targets + 1) + b"\x0b\x0b"
    return _functions(1, body)


_SHORT: Final = {
    "an empty file": b"",
    "a text": b"import { job } from 'lightflus-api'\n",
    "an ELF file": b"\x7fELF\2\1\1\0" + bytes(56),
    "a shell script": b"#!/bin/sh\nrm -rf ~\n",
    "a zip file": b"PK\3\4" + bytes(60),
    "an escape sequence": b"\x1b[2J\x1b]0;owned\x07\r\nerror: forged",
    "magic alone": b"\0asm",
    "WebAssembly version 2": b"\0asm\2\0\0\0",
    "a component": b"\0asm\x0d\0\1\0",
    "a module of nothing": _HEAD,
    "a section that does not end": _HEAD + b"\1\x7f",
    "a number that does not end": _HEAD + b"\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    "a name that is no UTF-8": _HEAD + b"\0\2\1\xff",
    "a name of 4 GiB": _HEAD + b"\0\6\xff\xff\xff\xff\x0f\0",
    "an unknown section": _HEAD + b"\x7f\0",
    "sections out of order": _HEAD + _section(3, b"\0") + _section(1, b"\0"),
    "a section that comes twice": _HEAD + _section(1, b"\0") * 2,
    "a function without a type": _HEAD + _section(3, b"\1\0"),
    "a function without a body": _HEAD + _section(1, _NOTHING_TYPE) + _section(3, b"\1\0"),
    "a body without a function": _HEAD + _section(10, b"\1\2\0\x0b"),
    "an export of nothing": _HEAD + _section(7, b"\1\1a\0\7"),
    "an import of an unknown kind": _HEAD + _section(2, b"\1\1a\1b\x63\0"),
    "4,294,967,295 types": _HEAD + b"\1\5\xff\xff\xff\xff\x0f",
    "4,294,967,295 imports": _HEAD + b"\2\5\xff\xff\xff\xff\x0f",
    "4,294,967,295 functions": _HEAD + b"\3\5\xff\xff\xff\xff\x0f",
    "4,294,967,295 exports": _HEAD + b"\7\5\xff\xff\xff\xff\x0f",
    "4,294,967,295 bodies": _HEAD + _section(1, _NOTHING_TYPE) + b"\x0a\5\xff\xff\xff\xff\x0f",
    "an instruction that is none": _functions(1, b"\0\xff\x0b"),
    "a body that does not end": _functions(1, b"\0\x41\0\x41\0"),
    "a jump to nowhere": _functions(1, b"\0\x0c\x7f\x0b"),
    "a local that is not there": _functions(1, b"\0\x20\x7f\x1a\x0b"),
    "4,294,967,295 locals": _functions(1, b"\1\xff\xff\xff\xff\x0f\x7f\x0b"),
    "a call of a function that is not there": _functions(1, b"\0\x10\xff\xff\xff\xff\x0f\x0b"),
}
_WITHOUT: Final = {
    name: name
    for name in ("lf_abi_v1", "lf_describe", "lf_row", "lf_alloc", "lf_reset", "lf_apply", "lf_fold", "memory")
}
_FEATURES: Final = {
    "threads": "(func (drop (i32.atomic.load (i32.const 0))))",
    "exceptions": "(tag $e) (func (throw $e))",
    "tail calls": "(func $f (return_call $f))",
    "garbage collection": "(type (struct (field i32)))",
    "typed references to functions": "(type $f (func)) (func (param (ref $f)))",
    "references to the host": "(func (param externref))",
    "relaxed SIMD": "(func (param v128 v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 1))))",
    "wide arithmetic": "(func (result i64 i64) (i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)))",
    "memories of 64 bits": "(memory i64 1)",
    "shared memories": "(memory 1 1 shared)",
    "tables of 64 bits": "(table i64 1 funcref)",
}
_LARGE: Final[dict[str, Callable[[], bytes]]] = {
    "a file of 16 MiB and a byte": lambda: _HEAD + bytes(MODULE_BYTES - 7),
    "5,000,000 empty sections": lambda: _HEAD + b"\0\1\0" * 5_000_000,
    "16 MiB of types": lambda: _HEAD + _section(1, b"\xff\xff\xff\7" + b"\x60\0\0" * 5_000_000),
    "10,000 types of 1,000 parameters": lambda: (
        _HEAD
        + _section(1, leb128.encoded(10_000) + (b"\x60" + leb128.encoded(1_000) + b"\x7f" * 1_000 + b"\0") * 10_000)
    ),
    "10 MB of name": lambda: _HEAD + _section(7, b"\1" + leb128.encoded(10_000_000) + b"a" * 10_000_000 + b"\0\0"),
    "1,000 exports of 4,096 bytes and nothing else": lambda: (
        _HEAD + _section(7, leb128.encoded(1_000) + (leb128.encoded(4_096) + b"a" * 4_096 + b"\0\0") * 1_000)
    ),
    "a function of too many results": lambda: _calls(FUNCTION_RESULTS + 1, 1),
    "100,000 calls of 1,000 results each": lambda: _calls(1_000, 100_000),
    "a stack that is too high": lambda: _calls(FUNCTION_RESULTS, FUNCTION_STACK_VALUES // FUNCTION_RESULTS + 1),
    "a br_table that is too long": lambda: _table(JUMP_TARGETS + 1),
    "a br_table of 1,000,000 targets": lambda: _table(1_000_000),
    "200,000 functions": lambda: _functions(200_000, b"\0\x0b"),
    "blocks nested 500,000 deep": lambda: _functions(1, b"\0" + b"\x02\x40" * 500_000 + b"\x0b" * 500_001),
    "50,001 locals": lambda: _functions(1, b"\1\xd1\x86\3\x7f\x0b"),
}
_COSTLY: Final[dict[str, Callable[[], bytes]]] = {
    "100,000 empty functions": lambda: guest({"module": "(func)" * 90_000}),
    "20,000 br_tables": lambda: guest({"module": f"(func (block (br_table {'0 ' * 40} (i32.const 0))))" * 20_000}),
    "blocks nested 20,000 deep": _code(_nested(20_000)),
    "a function of 100,000 joins": _code(_joins(100_000)),
    "300 functions of 400 joins": _code(_joins(400), 300),
    "2 MB of calls": _code("(call 5) " * 1_000),
    "a function of 50,000 locals": _code("(local " + "i64 " * 50_000 + ")"),
    "8 MB of data": lambda: guest(
        {"memory": '(memory (export "memory") 200)', "module": f'(data (i32.const 131072) "{"x" * 8 * MIB}")'}
    ),
    "10,000 globals": lambda: guest({"module": "(global (mut i64) (i64.const 1))" * 10_000}),
    "10,000 segments of data": lambda: guest({"module": '(data (i32.const 512) "x")' * 10_000}),
}
