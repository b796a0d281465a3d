"""What can be said about a module without running one instruction of it. It is said in the jail (`examining.py`).

What it owns: `inspect`: the report that `lightflus inspect` shows, and every static rule of docs/abi.md sections 1-3 as
a ModuleInvalid that names all that is wrong and the way out.
What it leaves: parsing (`binary.py`), validation of code (wasmtime), the graph's own rules (`model/`). Any thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from lightflus.codec import abi
from lightflus.errors import ModuleInvalid
from lightflus.limits import KIB, MIB, MODULE_BYTES, PORTABLE_MEMORY_BYTES
from lightflus.sandbox.binary import CORE_VERSION, MAGIC, Export, Import, Memory, Outline, Signature, outline
from lightflus.sandbox.wasi import WASI_FUNCTIONS
from lightflus.wasm import refusal, uses_simd

_PAGE_BYTES = 65_536
_LETTERS = {"i": "i32", "I": "i64"}
_ABI_PREFIX = "lf_abi_v"
_REBUILD = "Build it with a Lightflus SDK (`lightflus build`), or see docs/abi.md for what a module must be."


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """A module that keeps the static rules.

    Attributes:
        digest: SHA-256 of its bytes, in hexadecimal: its identity.
        wasm: its bytes.
        is_portable: whether any wasm engine of the portable profile can run it.
        not_portable_because: reasons, if it is not.
        memory_minimum_bytes: linear memory that it begins with.
        memory_maximum_bytes: the most that it will ask for; None = it does not say.
        sections: custom sections by name: where the content of each begins and ends.
    """

    digest: str
    wasm: bytes = field(repr=False)
    imports: tuple[Import, ...]
    exports: dict[str, Export]
    functions: int
    code_bytes: int
    data_bytes: int
    memory_minimum_bytes: int
    memory_maximum_bytes: int | None
    sections: dict[str, tuple[int, int]]
    not_portable_because: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """Of the whole module."""
        return len(self.wasm)

    @property
    def graph(self) -> bytes | None:
        """Content of its section `lightflus.job`, if it has one."""
        return self._section(abi.JOB_SECTION)

    @property
    def source_map(self) -> bytes | None:
        """Content of its section `lightflus.sourcemap`, if it has one."""
        return self._section(abi.SOURCEMAP_SECTION)

    def _section(self, name: str) -> bytes | None:
        start, end = self.sections.get(name, (0, 0))
        return self.wasm[start:end] if name in self.sections else None

    @property
    def is_portable(self) -> bool:
        """Whether it keeps to the portable profile (docs/abi.md 1.2, 1.3)."""
        return not self.not_portable_because


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of docs/abi.md that a module breaks, and how."""

    rule: str
    text: str


def inspect(wasm: bytes) -> ModuleReport:
    """Looks at a module. Raises ModuleInvalid with everything that is wrong with it."""
    _require_core_module(wasm)
    found = outline(wasm, walks=True)
    refused = refusal(wasm)
    if refused is not None:
        raise ModuleInvalid(f"it is not a valid module: {refused}", hint=_REBUILD)
    broken = list(_broken(found))
    if broken:
        raise ModuleInvalid("; ".join(one.text for one in broken), hint=_REBUILD)
    return _report(wasm, found)


def broken_rules(wasm: bytes) -> tuple[Broken, ...]:
    """The static rules that a module breaks, each by itself; `inspect` accepts a module that breaks none."""
    try:
        _require_core_module(wasm)
        found = outline(wasm, walks=True)
    except ModuleInvalid as error:
        return (Broken("1.1", str(error)),)
    refused = refusal(wasm)
    if refused is not None:
        return (Broken("1.2", f"it is not a valid module: {refused}"),)
    return tuple(_broken(found))


def too_large(size: int) -> ModuleInvalid:
    """The error for a module of so many bytes, more than one may have."""
    text = f"it has {size:,} bytes; a module has at most {MODULE_BYTES:,} ({MODULE_BYTES // MIB} MiB)"
    return ModuleInvalid(text, hint="Build it without debug data.")


def _require_core_module(wasm: bytes) -> None:
    if len(wasm) > MODULE_BYTES:
        raise too_large(len(wasm))
    if not wasm.startswith(MAGIC):
        begins = f"it begins with {_shown(wasm[:8])}" if wasm else "it is empty"
        raise ModuleInvalid(f"it is not a WebAssembly file: {begins}", hint=_REBUILD)
    version = wasm[4:8]
    if version[2:] == b"\1\0":
        raise ModuleInvalid("it is a WebAssembly component; Lightflus runs core modules", hint=_REBUILD)
    if len(wasm) < 8:
        raise ModuleInvalid("it is truncated: it ends within its first 8 bytes")
    if version != CORE_VERSION:
        raise ModuleInvalid(f"it is of WebAssembly version {int.from_bytes(version, 'little')}; 1 is expected")


def _shown(head: bytes) -> str:
    """The first bytes of a file, as the text that they are or in hexadecimal."""
    text = head.decode("ascii", errors="replace")
    return f'"{text}"' if text.isascii() and text.isprintable() else f"the bytes {head.hex(' ')}"


def _broken(found: Outline) -> Iterator[Broken]:
    yield from (Broken("3", text) for text in _abi_problems(found))
    for wanted in found.imports:
        yield from _broken_import(wanted)
    yield from (Broken("3", text) for text in _export_problems(found))
    yield from (Broken("1.1", text) for text in _memory_problems(found))


def _abi_problems(found: Outline) -> Iterator[str]:
    if f"{_ABI_PREFIX}{abi.ABI_VERSION}" in found.exports:
        return
    others = sorted(name for name in found.exports if name.startswith(_ABI_PREFIX))
    if others:
        versions = ", ".join(name.removeprefix(_ABI_PREFIX) for name in others)
        yield f"it speaks version {versions} of the guest ABI; this engine speaks version {abi.ABI_VERSION}"
    else:
        yield f"it is not a Lightflus module: it does not export {_ABI_PREFIX}{abi.ABI_VERSION}"


def _broken_import(wanted: Import) -> Iterator[Broken]:
    name = f"{wanted.module}.{wanted.name}"
    expected = _host_signature(wanted)
    if expected is None:
        offered = f"{abi.IMPORT_MODULE}.abort and .log are what there is"
        yield Broken("2.2", f"it imports {name}, which no host offers ({offered})")
    elif wanted.signature != expected:
        rule = "2" if wanted.module == abi.IMPORT_MODULE else "2.1"
        yield Broken(rule, f"it imports {name} as {wanted.signature or wanted.kind}; the host offers {expected}")


def _host_signature(wanted: Import) -> Signature | None:
    if wanted.module == abi.IMPORT_MODULE and wanted.name in abi.IMPORTS:
        return signature(abi.IMPORTS[wanted.name], "")
    if wanted.module == abi.WASI_MODULE and wanted.name in WASI_FUNCTIONS:
        return signature(*WASI_FUNCTIONS[wanted.name])
    return None


def _export_problems(found: Outline) -> Iterator[str]:
    for name, (params, result) in (abi.EXPORTS | abi.OPTIONAL_EXPORTS).items():
        export = found.exports.get(name)
        if export is None:
            if name in abi.EXPORTS and not name.startswith(_ABI_PREFIX):
                yield f"it does not export {name}"
        elif export.signature != signature(params, result):
            yield f"it exports {name} as {export.signature or export.kind}; {signature(params, result)} is expected"


def _memory_problems(found: Outline) -> Iterator[str]:
    memory = found.exports.get("memory")
    if memory is None or memory.kind != "memory":
        yield "it does not export its memory as `memory`"
    elif any(each.is_imported for each in found.memories):
        yield "it imports its memory; a module has a memory of its own"


def signature(params: str, result: str) -> Signature:
    """A signature from the letters of `codec/abi.py`."""
    return Signature(tuple(_LETTERS[p] for p in params), tuple(_LETTERS[r] for r in result))


def _report(wasm: bytes, found: Outline) -> ModuleReport:
    (memory,) = found.memories
    maximum = memory.maximum
    return ModuleReport(
        digest=hashlib.sha256(wasm).hexdigest(),
        wasm=wasm,
        imports=tuple(found.imports),
        exports=found.exports,
        functions=found.functions,
        code_bytes=found.code_bytes,
        data_bytes=found.data_bytes,
        memory_minimum_bytes=memory.minimum * _PAGE_BYTES,
        memory_maximum_bytes=None if maximum is None else maximum * _PAGE_BYTES,
        sections=found.custom,
        not_portable_because=tuple(_portability_problems(wasm, memory)),
    )


def _portability_problems(wasm: bytes, memory: Memory) -> Iterator[str]:
    if uses_simd(wasm):
        yield "it uses SIMD (v128)"
    if memory.minimum * _PAGE_BYTES > PORTABLE_MEMORY_BYTES:
        begins, portable = memory.minimum * _PAGE_BYTES // KIB, PORTABLE_MEMORY_BYTES // KIB
        yield f"it begins with {begins:,} KiB of memory; {portable:,} KiB are portable"
