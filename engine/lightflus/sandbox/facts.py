"""What is known of an examined module, as plain data: as a child of the jail answers it, and as it is kept on disk.

What it owns: the form, and that whatever is not of that form is as good as nothing. Pure.
What it leaves: finding it out (`inspect.py`), keeping it (`wasm/artefacts.py`).
"""

from __future__ import annotations

import functools
import hashlib
import json
from typing import cast

from lightflus import __version__, limits
from lightflus.sandbox.binary import Export, Import, Signature
from lightflus.sandbox.inspect import ModuleReport


@functools.cache
def rules() -> str:
    """Names the rules under which something was found out: with other limits other things are found."""
    numbers = sorted((name, value) for name, value in vars(limits).items() if name.isupper())
    return hashlib.sha256(repr((__version__, numbers)).encode()).hexdigest()[:16]


def to_facts(report: ModuleReport) -> bytes:
    """A report as JSON."""
    plain = {
        "rules": rules(),
        "imports": [[one.module, one.name, one.kind, _plain(one.signature)] for one in report.imports],
        "exports": [[name, one.kind, _plain(one.signature)] for name, one in report.exports.items()],
        "functions": report.functions,
        "code_bytes": report.code_bytes,
        "data_bytes": report.data_bytes,
        "memory": [report.memory_minimum_bytes, report.memory_maximum_bytes],
        "sections": report.sections,
        "not_portable_because": report.not_portable_because,
    }
    return json.dumps(plain).encode()


def from_facts(facts: bytes, wasm: bytes, digest: str) -> ModuleReport | None:
    """The report of a module's facts; None if they were found under other rules, or are none."""
    try:
        plain = json.loads(facts)
        if plain["rules"] != rules():
            return None
        minimum, maximum = plain["memory"]
        return ModuleReport(
            digest=digest,
            wasm=wasm,
            imports=tuple(Import(str(m), str(n), str(kind), _signature(kept)) for m, n, kind, kept in plain["imports"]),
            exports={str(name): Export(str(kind), _signature(kept)) for name, kind, kept in plain["exports"]},
            functions=int(plain["functions"]),
            code_bytes=int(plain["code_bytes"]),
            data_bytes=int(plain["data_bytes"]),
            memory_minimum_bytes=int(minimum),
            memory_maximum_bytes=None if maximum is None else int(maximum),
            sections={str(name): (int(start), int(end)) for name, (start, end) in plain["sections"].items()},
            not_portable_because=tuple(map(str, plain["not_portable_because"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _plain(signature: Signature | None) -> object:
    return None if signature is None else [signature.params, signature.results]


def _signature(kept: object) -> Signature | None:
    if kept is None:
        return None
    params, results = cast("list[list[object]]", kept)
    return Signature(tuple(map(str, params)), tuple(map(str, results)))
