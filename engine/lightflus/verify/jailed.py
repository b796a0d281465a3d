"""The kit at work on a stranger's module: in the jail, since all of it is about bytes and answers of a stranger.

What it owns: the pieces of work that a child does, their bounds, the report and the golden calls as plain data.
What it leaves: checking (`kit.py`), golden calls (`golden.py`), the module's machine code (`sandbox/examining.py`).
"""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from lightflus import limits
from lightflus.errors import GuestMemoryExceeded, InternalError, ModuleInvalid, UserError
from lightflus.jail import Bounds, Exceeded, Hear, Task, ask
from lightflus.limits import VERIFY_SECONDS
from lightflus.sandbox.examining import TooCostly, examined
from lightflus.sandbox.inspect import too_large
from lightflus.sandbox.module import require_safe_wasmtime
from lightflus.sandbox.world import log_to_python
from lightflus.verify.golden import MODULE, GoldenCall, golden_calls
from lightflus.verify.kit import verified
from lightflus.verify.report import Failure, Report, RuleResult, Verdict
from lightflus.verify.rules import BY_NUMBER
from lightflus.wasm import ArtefactCache, Engine

_SIZE: Final = struct.Struct("<I")
_CALLS: Final = 100_000
"""Golden calls of a module: a handful of each of its functions."""


def verify(
    wasm: bytes,
    *,
    is_portable: bool = False,
    is_quick: bool = False,
    cache: ArtefactCache | None = None,
    seconds: int = VERIFY_SECONDS,
) -> Report:
    """Checks a module against docs/abi.md.

    Args:
        wasm: its bytes.
        is_portable: whether the portable profile is checked as well.
        is_quick: fewer repetitions of what takes long.
        cache: where compiled modules are kept.
        seconds: after which it is given up.

    Raises:
        LightflusError: it could not be checked for reasons outside the module, or not in time.
    """
    wishes: dict[str, object] = {"is_portable": is_portable, "is_quick": is_quick, "seconds": seconds}
    return _report(_asked(check, wasm, wishes, cache))


def write_golden(wasm: bytes, folder: Path, *, cache: ArtefactCache | None = None) -> int:
    """Writes a conforming module and its golden calls into a folder; how many calls. Raises LightflusError, OSError."""
    calls = _calls(_asked(call, wasm, {}, cache))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODULE).write_bytes(wasm)
    for number, one in enumerate(calls):
        (folder / f"{number:03d}-{one.name}.call").write_bytes(one.content)
    return len(calls)


def check(request: bytes, _hear: Hear) -> bytes:
    """In a child: the report, as JSON."""
    wishes, wasm, cache = _read(request)
    report = verified(
        wasm,
        is_portable=bool(wishes["is_portable"]),
        is_quick=bool(wishes["is_quick"]),
        cache=cache,
        seconds=int(cast(int, wishes["seconds"])),
    )
    results = [
        [one.rule.number, one.verdict.value, one.checked, [_plain(each) for each in one.failures], one.because]
        for one in report.results
    ]
    return json.dumps([report.digest, report.job, results, report.notes, report.calls]).encode()


def _plain(failure: Failure) -> list[str | None]:
    return [failure.found, failure.right, failure.function]


def call(request: bytes, _hear: Hear) -> bytes:
    """In a child: the golden calls, each a name and a content behind their sizes."""
    _, wasm, cache = _read(request)
    parts = [part for one in golden_calls(wasm, cache=cache) for part in (one.name.encode(), one.content)]
    return b"".join(_SIZE.pack(len(part)) + part for part in parts)


def _asked(task: Task, wasm: bytes, wishes: dict[str, object], cache: ArtefactCache | None) -> bytes:
    if len(wasm) > limits.MODULE_BYTES:
        raise too_large(len(wasm))
    require_safe_wasmtime(log_to_python)
    try:
        examined(wasm, cache, Engine())  # compiled within the bounds of that, and found in the cache by the child
    except TooCostly:
        raise
    except UserError:
        pass  # what is wrong with it is what the report is about
    folder = None if cache is None else str(cache.directory)
    head = json.dumps({**wishes, "cache": folder}).encode()
    bounds = Bounds(2 * VERIFY_SECONDS, limits.VERIFY_MEMORY_BYTES, limits.VERIFY_ANSWER_BYTES)
    try:
        return ask(task, _SIZE.pack(len(head)) + head + wasm, bounds)
    except Exceeded as error:
        if error.what == "memory":
            most = limits.VERIFY_MEMORY_BYTES // limits.MIB
            raise GuestMemoryExceeded(f"checking it takes more than {most} MiB of memory") from None
        raise ModuleInvalid(f"checking it takes more {error.what} than it may") from None


def _read(request: bytes) -> tuple[dict[str, object], bytes, ArtefactCache | None]:
    (size,) = _SIZE.unpack_from(request)
    wishes = cast("dict[str, object]", json.loads(request[_SIZE.size : _SIZE.size + size]))
    folder = wishes["cache"]
    return wishes, request[_SIZE.size + size :], None if folder is None else ArtefactCache(Path(str(folder)))


def _report(answer: bytes) -> Report:
    with _readable():
        digest, job, results, notes, calls = json.loads(answer)
        return Report(
            str(digest),
            None if job is None else str(job),
            tuple(
                RuleResult(
                    BY_NUMBER[rule],
                    Verdict(verdict),
                    tuple(map(str, checked)),
                    tuple(Failure(str(f), str(r), None if name is None else str(name)) for f, r, name in failures),
                    str(because),
                )
                for rule, verdict, checked, failures, because in results
            ),
            tuple(map(str, notes)),
            int(calls),
        )


def _calls(answer: bytes) -> list[GoldenCall]:
    parts: list[bytes] = []
    at = 0
    with _readable():
        while at < len(answer) and len(parts) < 2 * _CALLS:
            (size,) = _SIZE.unpack_from(answer, at)
            at += _SIZE.size
            parts.append(answer[at : at + size])
            at += size
        names = [name.decode() for name in parts[::2]]
        if any(not name.replace("-", "").replace("_", "").isalnum() for name in names):
            raise ValueError(names)
        return [GoldenCall(name, content) for name, content in zip(names, parts[1::2], strict=True)]


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, OverflowError, struct.error, RecursionError) as error:
        raise InternalError("a child of the jail answered what cannot be read") from error
