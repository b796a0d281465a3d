"""A dead letter as a line of JSON, and back.

What it owns: the fields of a line (docs/connectors.md, "Dead letters") and how values are spelled in it. Pure.
What it leaves: where lines go (`dead_letters.py`), showing them (`cli/dead_letters.py`).
"""

from __future__ import annotations

import base64
import contextlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from lightflus.limits import TRAP_FRAMES
from lightflus.model.text import line
from lightflus.ports.letters import AnyArray, DeadLetter

Fields = Mapping[str, object]
"""A letter as it stands in its line."""


@dataclass(frozen=True, slots=True)
class LetterForm:
    """Makes lines for the letters of one run.

    Attributes:
        job: its name.
        digest: SHA-256 of its module, in hexadecimal.
    """

    job: str
    digest: str

    def fields(self, letter: DeadLetter) -> dict[str, object]:
        """What is known of a letter; the rest is left out."""
        found: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "job": self.job,
            "digest": self.digest,
            "operator": line(letter.operator),
            "kind": letter.kind,
            "message": line(letter.message),
        }
        if letter.raw is not None:
            found["raw"] = base64.b64encode(letter.raw).decode()
            with contextlib.suppress(UnicodeDecodeError):
                found["text"] = letter.raw.decode()
        texts = {"position": letter.position, "function": letter.function, "where": letter.where}
        found |= {name: line(text) for name, text in texts.items() if text is not None}
        values = {"record": letter.record, "key": letter.key}
        found |= {name: _value(one) for name, one in values.items() if one is not None}
        if letter.frames:
            found["frames"] = [line(frame) for frame in letter.frames[:TRAP_FRAMES]]
        return found


def line_of(fields: Fields) -> bytes:
    """One object, and a line feed."""
    return json.dumps(fields).encode() + b"\n"  # escaped: whoever looks at the file has a terminal


def mark_of(fields: Fields) -> bytes | None:
    """What tells a record from others, so that one that is read again is known; None where its place is not known."""
    if "position" not in fields:
        return None
    whole = json.dumps([fields.get(name) for name in ("job", "operator", "position", "raw", "record")])
    return blake2b(whole.encode(errors="replace"), digest_size=16).digest()


def parsed(text: bytes) -> Fields | None:
    """The fields of a line; None if it is none of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_letter = (
        isinstance(found, dict) and isinstance(found.get("operator"), str) and isinstance(found.get("kind"), str)
    )
    return found if is_letter else None


def _value(one: AnyArray) -> object:
    """The value of an array of one; as Arrow shows it, where Python has no such value: a time in the year 100,000."""
    try:
        return _plain(one[0].as_py())
    except (OverflowError, ValueError):
        return one.to_string()


def _plain(value: object) -> object:
    """What JSON can say of a value: bytes in base64, numbers that are none and everything else as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case _:
            return str(value)
