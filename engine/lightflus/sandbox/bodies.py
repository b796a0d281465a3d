"""Function bodies, walked once before anybody validates or compiles them.

What it owns: what makes a small body cost minutes or gigabytes elsewhere: how many values stand on its stack, how many
targets its jumps have. A walk keeps the height of the stack, and takes as long as the code is.
What it leaves: whether the code is valid (wasmtime). A body that is damaged is walked as far as it makes sense.
Format: WebAssembly core specification, section 5.4 (instructions).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lightflus.codec import leb128
from lightflus.errors import ModuleInvalid
from lightflus.limits import FUNCTION_STACK_VALUES, JUMP_TARGETS, MODULE_JUMP_TARGETS

Arity = tuple[int, int]
"""Parameters and results."""

_BLOCKS: Final = frozenset({0x02, 0x03, 0x04})
_IF, _ELSE, _END, _BR_TABLE, _CALL, _CALL_INDIRECT = 0x04, 0x05, 0x0B, 0x0E, 0x10, 0x11
_SELECT_TYPED, _F32_CONST, _F64_CONST, _BULK, _SIMD = 0x1C, 0x43, 0x44, 0xFC, 0xFD
_ENDING: Final = frozenset({0x00, 0x0C, 0x0E, 0x0F})
"""unreachable, br, br_table, return: what follows is never reached, and takes from the stack what it likes."""
_EMPTY_BLOCK: Final = 0x40
_SPECIAL: Final = 128
"""A change of the height that takes a look."""


def _table(default: int, *rows: tuple[Iterable[int], int]) -> tuple[int, ...]:
    found = [default] * 256
    for instructions, value in rows:
        for instruction in instructions:
            found[instruction] = value
    return tuple(found)


_NUMBERS: Final = _table(
    0,
    ((0x0C, 0x0D, *range(0x20, 0x27), 0x3F, 0x40, 0x41, 0x42, 0xD0, 0xD2), 1),  # labels, indices, constants
    (range(0x28, 0x3F), 2),  # loads and stores: alignment and offset
)
"""How many numbers stand behind an instruction."""
_CHANGES: Final = _table(
    0,
    ((0x20, 0x23, 0x3F, 0x41, 0x42, 0xD0, 0xD2), 1),  # local.get, global.get, memory.size, constants, references
    ((0x0D, 0x1A, 0x21, 0x24), -1),  # br_if, drop, local.set, global.set
    ((*range(0x46, 0x50), *range(0x51, 0x67)), -1),  # comparisons
    ((*range(0x6A, 0x79), *range(0x7C, 0x8B), *range(0x92, 0x99), *range(0xA0, 0xA7)), -1),  # arithmetic
    ((0x1B, 0x26, *range(0x36, 0x3F)), -2),  # select, table.set, stores
    ((*_BLOCKS, _ELSE, _END, _BR_TABLE, _CALL, _CALL_INDIRECT, _SELECT_TYPED), _SPECIAL),
    ((_F32_CONST, _F64_CONST, _BULK, _SIMD), _SPECIAL),
)
"""What an instruction does to the height of the stack."""
_BULK_NUMBERS: Final = _table(0, ((8, 10, 12, 14), 2), ((9, 11, 13, 15, 16, 17), 1))
_BULK_CHANGES: Final = _table(0, ((8, 10, 11, 12, 14, 17), -3), ((15,), -1), ((16,), 1))
_SIMD_CHANGES: Final = _table(
    -1,  # most take two
    ((*range(11), *range(15, 23), 24, 25, 27, 29, 31, 33, 77, 83, *range(92, 101), *range(103, 107)), 0),
    ((116, 117, 122, *range(124, 130), 131, 132, *range(135, 139), 148, 160, 161, 163, 164), 0),
    ((*range(167, 171), 192, 193, 195, 196, *range(199, 203), 224, 225, 227, 236, 237, 239, *range(248, 256)), 0),
    ((12,), 1),
    ((11, 82, *range(88, 92)), -2),
)


class Bodies:
    """Walks the bodies of one module."""

    def __init__(self, module: bytes, types: Sequence[Arity], functions: Sequence[Arity]) -> None:
        """`types` and `functions` have arities by index, imported functions first."""
        self.module = module
        self.types = types
        self.functions = functions
        self._jumps = 0

    def walk(self, number: int, start: int, end: int) -> None:
        """Looks at the body of a function, in bytes [start, end). Raises ModuleInvalid if something is too much."""
        try:
            _Walk(self, number, start, end).run()
        except (IndexError, leb128.Unfinished):
            return  # it is damaged, and validation will say so

    def jumps(self, number: int, targets: int) -> None:
        """Counts the targets of a `br_table`. Raises ModuleInvalid."""
        self._jumps += targets
        if targets > JUMP_TARGETS:
            raise ModuleInvalid(
                f"function {number} has a br_table of {targets:,} targets; {JUMP_TARGETS:,} are allowed"
            )
        if self._jumps > MODULE_JUMP_TARGETS:
            raise ModuleInvalid(f"its br_tables have more than {MODULE_JUMP_TARGETS:,} targets together")


class _Walk:
    """One body: where it is, the height of the stack, and of each open block the height below, parameters, results."""

    def __init__(self, bodies: Bodies, number: int, start: int, end: int) -> None:
        self._bodies = bodies
        self._code = bodies.module
        self._number = number
        self._at, self._end = start, end
        self._height = 0
        self._blocks: list[tuple[int, int, int]] = [(0, 0, 0)]

    def run(self) -> None:
        """Ends at the end of the body, or raises ModuleInvalid, IndexError, Unfinished."""
        for _ in range(self._number_here()):  # locals
            self._number_here()
            self._at += 1
        code, end, at, height, base = self._code, self._end, self._at, 0, 0
        while at < end:
            instruction = code[at]
            at += 1
            for _ in range(_NUMBERS[instruction]):
                while code[at] & 0x80:
                    at += 1
                at += 1
            change = _CHANGES[instruction]
            if change == _SPECIAL:
                self._at, self._height = at, height
                self._special(instruction, base)
                at, height, base = self._at, self._height, self._blocks[-1][0]
            else:
                height += change
            if instruction in _ENDING or height < base:
                height = base
            elif height > FUNCTION_STACK_VALUES:
                raise self._too_high(height)

    def _too_high(self, height: int) -> ModuleInvalid:
        most = f"{FUNCTION_STACK_VALUES:,} are allowed"
        return ModuleInvalid(f"function {self._number} has {height:,} values on its stack; {most}")

    def _special(self, instruction: int, base: int) -> None:
        if instruction in _BLOCKS:
            params, results = self._block_type()
            below = max(self._height - (instruction == _IF) - params, base)
            self._blocks.append((below, params, results))
            self._height = below + params
        elif instruction == _ELSE:
            self._height = base + self._blocks[-1][1]
        elif instruction == _END:
            below, _, results = self._blocks.pop()
            self._height = below + results
            if not self._blocks:  # that of the function itself
                self._at = self._end
                self._blocks.append((0, 0, 0))
        elif instruction == _BR_TABLE:
            targets = self._number_here()
            self._bodies.jumps(self._number, targets)
            for _ in range(targets + 1):
                self._number_here()
        elif instruction in (_CALL, _CALL_INDIRECT):
            params, results = self._called(instruction)
            self._height = max(self._height - params, base) + results
        else:
            self._rarer(instruction)

    def _rarer(self, instruction: int) -> None:
        if instruction in (_F32_CONST, _F64_CONST):
            self._at += 4 if instruction == _F32_CONST else 8
            self._height += 1
        elif instruction == _SELECT_TYPED:
            self._at += self._number_here()
            self._height -= 2
        elif instruction == _BULK:
            kind = self._number_here() & 0xFF
            for _ in range(_BULK_NUMBERS[kind]):
                self._number_here()
            self._height += _BULK_CHANGES[kind]
        else:
            self._simd(self._number_here() & 0xFF)

    def _simd(self, kind: int) -> None:
        has_place = kind <= 11 or 84 <= kind <= 93
        for _ in range(2 if has_place else 0):  # alignment and offset
            self._number_here()
        if kind in (12, 13):  # a constant, a shuffle
            self._at += 16
        elif 21 <= kind <= 34 or 84 <= kind <= 91:  # a lane
            self._at += 1
        self._height += _SIMD_CHANGES[kind]

    def _block_type(self) -> Arity:
        first = self._code[self._at]
        if _EMPTY_BLOCK <= first < 0x80:  # nothing, or one value: a negative number of one byte
            self._at += 1
            return 0, int(first != _EMPTY_BLOCK)
        return self._bodies.types[self._number_here()]

    def _called(self, instruction: int) -> Arity:
        index = self._number_here()
        if instruction == _CALL:
            return self._bodies.functions[index]
        self._number_here()  # the table
        params, results = self._bodies.types[index]
        return params + 1, results

    def _number_here(self) -> int:
        found, self._at = leb128.decoded(self._code, self._at, self._end)
        return found
