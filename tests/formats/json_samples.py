"""Types, records and texts of JSON by chance: what any writer might write, and what none should."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from random import Random

from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType, Type

SCALARS = [scalar for scalar in Scalar if scalar is not Scalar.BINARY]
NAMES = ["v", "w", "id", "dateTime", "é", 'a"b', "", "na\\me", "value", "x" * 40]
TEXTS = [
    "",
    "a",
    "plain text of some length that is more than one block",
    '"',
    "\\",
    "\n\t\r\b\f\0\x1f",
    "é",
    "日本語の長いテキスト",
    "😀",
    "/",
    "\x7f",
    "\ufffd",
]
NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "7",
    "127",
    "128",
    "-128",
    "-129",
    "255",
    "256",
    "32767",
    "65535",
    "65536",
    "2147483647",
]
NUMBERS += ["2147483648", "-2147483648", "4294967295", "4294967296", "9007199254740993", "9223372036854775807"]
NUMBERS += ["9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400"]
NUMBERS += [
    "1.0",
    "1e2",
    "1E+2",
    "10e-1",
    "1.5",
    "-0.0",
    "0.1",
    "1e-7",
    "5e-324",
    "2e-324",
    "1e308",
    "1e309",
    "3.4028235677973366e38",
]
NUMBERS += [
    "3.4028235e38",
    "0.30000000000000004",
    "123456789012345678901234567890",
    "1e-400",
    "1.7976931348623157e308",
    "01",
]
NUMBERS += [
    "1.",
    ".5",
    "+1",
    "-",
    "1e",
    "0x1",
    "NaN",
    "Infinity",
    "-Infinity",
    "1_0",
    "0.000000000000000000001",
    "8.5e1",
    "9223372036854775807.0",
]
NUMBERS += [
    "0e0",
    "0e99999999999999999999",
    "1e-99999999999999999999",
    "1e99999999999999999999",
    "9" * 400,
    "1" + "0" * 30 + "e-30",
]
TIMES = [
    "2026-01-02T03:04:05.678Z",
    "2026-01-02 03:04:05",
    "2026-01-02T03:04:05.678901Z",
    "2026-02-29T00:00:00Z",
    "2024-02-29T00:00:00Z",
]
TIMES += [
    "1969-12-31T23:59:59.999+02:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999-23:59",
    "2026-01-02",
    "2026-13-01",
    "20260102",
]
TIMES += [
    "2026-01-02T03:04",
    "2026-01-02T24:00:00",
    "2026-01-02T03:04:05.6789Z",
    "2026-01-02T03:04:05+0200",
    "2026-01-02t03:04:05z",
    "0000-01-01",
]
TIMES += [
    "2026-01-02T03:04:05.Z",
    "2026-01-02T03:04:05.1234567Z",
    "2026-W01-1",
    "2026-01-02T03:04:60Z",
    "2026-01-02T03:04:05+24:00",
    "2026-1-2",
]
LONE = [
    "\\ud800",
    "\\udc00",
    "\\ud83d\\ude00",
    "\\ud83dx",
    "\\ud83d\\u0041",
    "\\u00e9",
    "\\u0000",
    "\\/",
    "\\b",
    "\\x",
    "\\u12",
    "\\uD83D\\uDE00",
]
WHITE = ["", "", "", "", "", " ", "\t", "\r", "  "]


def some_type(random: Random, depth: int = 0) -> Type:
    """Any type that JSON has."""
    kind = random.random()
    is_nullable = random.random() < 0.4
    if depth < 3 and kind < 0.15:
        return ListType(some_type(random, depth + 1), is_nullable)
    if depth < 3 and kind < 0.3:
        return some_struct(random, depth + 1, is_nullable)
    return ScalarType(random.choice(SCALARS), is_nullable)


def some_struct(random: Random, depth: int = 0, is_nullable: bool = False) -> StructType:
    """An object of a few fields."""
    names = random.sample(NAMES, random.randint(1, 5))
    return StructType(tuple(Field(name, some_type(random, depth)) for name in names), is_nullable)


def some_text(random: Random, kind: Type) -> str:
    """JSON of that type in most cases, with white space, escapes, and members in any order."""

    def white() -> str:
        return random.choice(WHITE)

    if random.random() < 0.01:
        kind = some_type(random)
    if random.random() < (0.2 if kind.nullable else 0.01):
        return "null"
    match kind:
        case ListType(item):
            items = [white() + some_text(random, item) + white() for _ in range(random.choice([0, 1, 2, 5]))]
            return f"[{white()}{','.join(items)}]"
        case StructType(fields):
            return _object(random, fields, white)
        case ScalarType(scalar):
            return _scalar(random, scalar)


def _object(random: Random, fields: Sequence[Field], white: Callable[[], str]) -> str:
    members = [(field.name, some_text(random, field.type)) for field in fields if not _is_left_out(random, field)]
    if random.random() < 0.2:
        members.append((random.choice(["other", "z\u00fc", "\n"]), some_text(random, some_type(random))))
    if random.random() < 0.02:
        members.append(random.choice(members or [("v", "1")]))
    if random.random() < 0.3:
        random.shuffle(members)
    written = [f"{white()}{_string(random, name)}{white()}:{white()}{value}{white()}" for name, value in members]
    return "{" + (",".join(written) or white()) + "}"


def _is_left_out(random: Random, field: Field) -> bool:
    return random.random() < (0.2 if field.type.nullable else 0.005)


def _string(random: Random, text: str) -> str:
    return json.dumps(text, ensure_ascii=random.random() < 0.3)


def _scalar(random: Random, scalar: Scalar) -> str:
    if scalar is Scalar.BOOL:
        return random.choice(["true", "false"])
    if scalar is Scalar.UTF8:
        text = "".join(random.choice(TEXTS) for _ in range(random.randint(0, 3)))
        return _string(random, text) if random.random() < 0.95 else f'"{text[:1].strip()}{random.choice(LONE)}"'
    if scalar in (Scalar.TIMESTAMP_MS, Scalar.TIMESTAMP_US, Scalar.DATE32) and random.random() < 0.9:
        time = random.choice(TIMES) if random.random() < 0.5 else random.choice(TIMES[:8])
        return _string(random, time[:10] if scalar is Scalar.DATE32 and random.random() < 0.8 else time)
    return some_number(random)


def some_number(random: Random) -> str:
    """A number in any of its forms, or nearly one."""
    kind = random.random()
    if kind < 0.2:
        return random.choice(NUMBERS)
    if kind < 0.6:
        return str(random.randint(-(10 ** random.randint(0, 20)), 10 ** random.randint(0, 20)))
    if kind < 0.8:
        return repr(round(random.uniform(-1000, 1000), random.randint(0, 6)))
    value = struct.unpack("<d", random.randbytes(8))[0]
    return repr(value).replace("nan", "1.5").replace("inf", "2e3")


def some_line(random: Random, record: Type) -> bytes:
    """A line, at times with a byte or two that nobody meant."""
    line = f"{random.choice(WHITE)}{some_text(random, record)}{random.choice(WHITE)}".encode(errors="replace")
    if random.random() < 0.1:
        line = _damaged(random, line)
    return line.replace(b"\n", b" ")


def _damaged(random: Random, line: bytes) -> bytes:
    at = random.randint(0, len(line))
    match random.randint(0, 3):
        case 0:
            return line[:at]
        case 1:
            return line[:at] + line[at + 1 :]
        case 2:
            return (
                line[:at]
                + random.choice([b"\0", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b",", b"}", b'"', b"\\", b"\x01"])
                + line[at:]
            )
        case _:
            return line[:at] + line[at - 5 : at] + line[at:]
