"""The outline of a wasm file, read without running or compiling it.

What it owns: a bounded parser of sections, signatures, imports, exports, memories and custom sections; adding and
finding custom sections. Every count has a bound, nothing is copied.
What it leaves: what may stand in function bodies (`bodies.py`), and whether they are valid (`wasm.refusal`).
Format: WebAssembly core specification, section 5 (binary format).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lightflus.codec import leb128
from lightflus.errors import ModuleInvalid
from lightflus.limits import (
    FUNCTION_PARAMETERS,
    FUNCTION_RESULTS,
    MODULE_EXPORTS,
    MODULE_FUNCTIONS,
    MODULE_IMPORTS,
    MODULE_NAME_BYTES,
    MODULE_SECTIONS,
    MODULE_TYPES,
)
from lightflus.sandbox.bodies import Bodies

MAGIC = b"\0asm"
CORE_VERSION = b"\1\0\0\0"
_CUSTOM, _TYPE, _IMPORT, _FUNCTION, _TABLE, _MEMORY, _EXPORT, _CODE, _DATA = 0, 1, 2, 3, 4, 5, 7, 10, 11
_VALUE_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128", 0x70: "funcref", 0x6F: "externref"}
_FUNCTION_NAMES = 1
"""The part of the name section that names functions."""
_OURS = "lightflus."
"""What begins the names of the sections that Lightflus reads: of each there is one."""
_KINDS = ("function", "table", "memory", "global", "tag")


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's parameters and results, by name of type."""

    params: tuple[str, ...]
    results: tuple[str, ...]

    @property
    def arity(self) -> tuple[int, int]:
        """How many of each."""
        return len(self.params), len(self.results)

    def __str__(self) -> str:
        return f"({', '.join(self.params)}) -> ({', '.join(self.results)})"


@dataclass(frozen=True, slots=True)
class Import:
    """Something that the module wants from its host; `signature` only for functions."""

    module: str
    name: str
    kind: str
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Export:
    """Something that the module shows; `signature` only for functions."""

    kind: str
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Memory:
    """Limits of a memory in pages of 64 KiB."""

    minimum: int
    maximum: int | None
    is_imported: bool = False


@dataclass(slots=True)
class Outline:
    """What the sections say. Custom sections by name: where their content begins and ends."""

    imports: list[Import] = field(default_factory=list)
    exports: dict[str, Export] = field(default_factory=dict)
    memories: list[Memory] = field(default_factory=list)
    functions: int = 0
    code_bytes: int = 0
    data_bytes: int = 0
    custom: dict[str, tuple[int, int]] = field(default_factory=dict)


class _Reader:
    """Reads numbers and names; a file that ends too early is named as such."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data, self.at, self.end = data, start, end

    def byte(self) -> int:
        if self.at >= self.end:
            raise _truncated(self.at)
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        try:
            found, self.at = leb128.decoded(self.data, self.at, self.end)
        except leb128.Unfinished as unfinished:
            if unfinished.is_cut:
                raise _truncated(self.end) from None
            raise ModuleInvalid(f"it is damaged: a number at byte {self.at} does not end") from None
        return found

    def count(self, what: str, most: int) -> int:
        found = self.number()
        if found > most:
            raise ModuleInvalid(f"it has {found} {what}; {most} are allowed")
        return found

    def skip(self, size: int) -> None:
        if size > self.end - self.at:
            raise _truncated(self.end)
        self.at += size

    def name(self) -> str:
        size = self.number()
        if size > MODULE_NAME_BYTES:
            raise ModuleInvalid(f"it has a name of {size:,} bytes at byte {self.at}; {MODULE_NAME_BYTES:,} are allowed")
        start = self.at
        self.skip(size)
        try:
            return self.data[start : self.at].decode()
        except UnicodeDecodeError:
            raise ModuleInvalid(f"it is damaged: a name at byte {start} is not UTF-8") from None

    def value_type(self) -> str:
        code = self.byte()
        if code in (0x63, 0x64):  # a typed reference: wasmtime's validation refuses or accepts it
            self.number()
        return _VALUE_TYPES.get(code, "ref")

    def limits(self) -> tuple[int, int | None]:
        flags = self.byte()
        minimum = self.number()
        return minimum, self.number() if flags & 1 else None


def _truncated(at: int) -> ModuleInvalid:
    return ModuleInvalid(f"it is truncated: it ends at byte {at}, in the middle of a section")


class _Parser:
    def __init__(self, wasm: bytes, *, walks: bool) -> None:
        self.wasm = wasm
        self.walks = walks
        self.outline = Outline()
        self.types: list[Signature] = []
        self.signatures: list[Signature | None] = []

    def parse(self) -> Outline:
        whole = _Reader(self.wasm, 8, len(self.wasm))
        handlers = {
            _CUSTOM: self._custom,
            _TYPE: self._types,
            _IMPORT: self._imports,
            _FUNCTION: self._functions,
            _MEMORY: self._memories,
            _EXPORT: self._exports,
        }
        for _ in range(MODULE_SECTIONS):
            if whole.at == len(self.wasm):
                return self.outline
            kind, size = whole.byte(), whole.number()
            start = whole.at
            whole.skip(size)
            if kind == _CODE:
                self.outline.code_bytes = size
                if self.walks:
                    self._bodies(_Reader(self.wasm, start, start + size))
            elif kind == _DATA:
                self.outline.data_bytes = size
            elif kind in handlers:
                handlers[kind](_Reader(self.wasm, start, start + size))
        raise ModuleInvalid(f"it has more than {MODULE_SECTIONS} sections")

    def _custom(self, reader: _Reader) -> None:
        name = reader.name()
        if name.startswith(_OURS) and name in self.outline.custom:
            raise ModuleInvalid(f"it has two sections {name}; which one counts would be for its reader to choose")
        self.outline.custom[name] = (reader.at, reader.end)

    def _types(self, reader: _Reader) -> None:
        for _ in range(reader.count("types", MODULE_TYPES)):
            form = reader.byte()
            if form != 0x60:
                raise ModuleInvalid(f"it uses types of form {form:#x} (garbage collection), which are not accepted")
            taken = reader.count("parameters of a function", FUNCTION_PARAMETERS)
            params = tuple(reader.value_type() for _ in range(taken))
            given = reader.count("results of a function", FUNCTION_RESULTS)
            results = tuple(reader.value_type() for _ in range(given))
            self.types.append(Signature(params, results))

    def _imports(self, reader: _Reader) -> None:
        for _ in range(reader.count("imports", MODULE_IMPORTS)):
            module, name, kind = reader.name(), reader.name(), reader.byte()
            signature = None
            if kind == 0:
                signature = self._type(reader.number())
                self.signatures.append(signature)
            elif kind == 1:
                reader.value_type()
                reader.limits()
            elif kind == 2:
                self.outline.memories.append(Memory(*reader.limits(), is_imported=True))
            elif kind == 3:
                reader.value_type()
                reader.byte()
            else:
                reader.byte()
                reader.number()
            self.outline.imports.append(Import(module, name, _kind(kind), signature))

    def _functions(self, reader: _Reader) -> None:
        self.outline.functions = reader.count("functions", MODULE_FUNCTIONS)
        self.signatures.extend(self._type(reader.number()) for _ in range(self.outline.functions))

    def _memories(self, reader: _Reader) -> None:
        for _ in range(reader.count("memories", 1)):
            self.outline.memories.append(Memory(*reader.limits()))

    def _exports(self, reader: _Reader) -> None:
        for _ in range(reader.count("exports", MODULE_EXPORTS)):
            name, kind, index = reader.name(), reader.byte(), reader.number()
            is_function = kind == 0 and index < len(self.signatures)
            self.outline.exports[name] = Export(_kind(kind), self.signatures[index] if is_function else None)

    def _bodies(self, reader: _Reader) -> None:
        functions = [(0, 0) if one is None else one.arity for one in self.signatures]
        bodies = Bodies(self.wasm, [one.arity for one in self.types], functions)
        imported = len(functions) - self.outline.functions
        for number in range(reader.count("function bodies", MODULE_FUNCTIONS)):
            size, start = reader.number(), reader.at
            reader.skip(size)
            bodies.walk(imported + number, start, reader.at)

    def _type(self, index: int) -> Signature:
        if index >= len(self.types):
            raise ModuleInvalid(f"it is damaged: it has no type {index}")
        return self.types[index]


def _kind(code: int) -> str:
    return _KINDS[code] if code < len(_KINDS) else "unknown"


def outline(wasm: bytes, *, walks: bool = False) -> Outline:
    """The outline of bytes that begin with wasm's magic and version; `walks`: function bodies are looked at, too.

    Raises ModuleInvalid.
    """
    return _Parser(wasm, walks=walks).parse()


def body_sizes(wasm: bytes) -> list[int]:
    """Bytes of every function body, in the order of the code section. Raises ModuleInvalid."""
    whole = _Reader(wasm, 8, len(wasm))
    sizes: list[int] = []
    while whole.at < whole.end:
        kind, size = whole.byte(), whole.number()
        start = whole.at
        whole.skip(size)
        if kind == _CODE:
            code = _Reader(wasm, start, start + size)
            for _ in range(code.count("functions", MODULE_FUNCTIONS)):
                sizes.append(code.number())
                code.skip(sizes[-1])
    return sizes


def function_names(wasm: bytes) -> dict[int, str]:
    """Names by function index, imports first, as the name section has them; what is damaged is left out."""
    found: dict[int, str] = {}
    content = section(wasm, "name") or b""
    try:
        reader = _Reader(content, 0, len(content))
        while reader.at < reader.end:
            kind, size = reader.byte(), reader.number()
            if kind == _FUNCTION_NAMES:
                for _ in range(reader.count("names", MODULE_FUNCTIONS)):
                    index = reader.number()
                    found[index] = reader.name()
                return found
            reader.skip(size)
    except ModuleInvalid:
        pass
    return found


def section(wasm: bytes, name: str) -> bytes | None:
    """The content of a custom section, or None. Raises ModuleInvalid."""
    found = outline(wasm).custom.get(name)
    return wasm[found[0] : found[1]] if found else None


def with_section(wasm: bytes, name: str, data: bytes) -> bytes:
    """The module with a custom section of that name and content at its end, in place of any of before.

    Code keeps its offsets if no section of that name stood before it. Raises ModuleInvalid.
    """
    label = name.encode()
    content = leb128.encoded(len(label)) + label + data
    return _without_section(wasm, name) + bytes([_CUSTOM]) + leb128.encoded(len(content)) + content


def _without_section(wasm: bytes, name: str) -> bytes:
    reader = _Reader(wasm, 8, len(wasm))
    kept = [wasm[:8]]
    while reader.at < len(wasm):
        start = reader.at
        kind, size = reader.byte(), reader.number()
        content = reader.at
        reader.skip(size)
        if kind != _CUSTOM or _Reader(wasm, content, reader.at).name() != name:
            kept.append(wasm[start : reader.at])
    return b"".join(kept)
