"""State of any kind as runs, out of a kernel instance and back.

What it owns: the way of pieces, blocks and facts. What it leaves: what is in them (docs/state-format.md,
`engine/kernel/src/run`), where they go (`runtime/`, `checkpoint/`).
"""

from __future__ import annotations

import struct

import pyarrow as pa

from lightflus.codec import Block
from lightflus.errors import CheckpointDamaged
from lightflus.kernel.instance import KernelInstance
from lightflus.limits import KEY_GROUPS
from lightflus.ports.durable import Piece

_PARTS = struct.Struct("<4I")
_FLAGS = struct.Struct("<4I")


class WasmDurable:
    """Implements `ports.Durable` for whatever state an instance was opened for."""

    _kernel: KernelInstance

    def seal(self, *, whole: bool = False) -> bool:
        """All that has changed since the last time, or all there is, is the next run; whether there is anything."""
        return bool(self._kernel.call("seal", int(whole), KEY_GROUPS))

    def sealed(self) -> Piece:
        """The next piece of the run. Raises StateTooLarge."""
        self._kernel.call("reset")
        return read_piece(self._kernel, self._kernel.call("sealed"))[0]

    def facts(self) -> bytes:
        """What is not by key."""
        self._kernel.call("reset")
        return self._kernel.raw_part(self._kernel.call("facts")).to_pybytes()

    def restore(self, blocks: pa.Buffer, first_group: int, last_group: int) -> None:
        """Puts rows of blocks back. Raises CheckpointDamaged, StateTooLarge."""
        at = begin_bytes(self._kernel, blocks)
        checked(self._kernel, "restore", at, blocks.size, first_group, last_group, KEY_GROUPS)

    def restore_facts(self, facts: bytes) -> None:
        """Puts back what `facts` gave. Raises CheckpointDamaged."""
        at = begin_bytes(self._kernel, pa.py_buffer(facts))
        checked(self._kernel, "restore_facts", at, len(facts))


def begin_bytes(kernel: KernelInstance, data: pa.Buffer) -> int:
    """Writes bytes as the argument of the next call: their address."""
    block = Block()
    at = block.add_buffer(data, data.size)
    kernel.begin(block)
    return block.data_address(at)


def read_piece(kernel: KernelInstance, address: int) -> tuple[Piece, int]:
    """A piece that a call has made, and another word that came with it."""
    data = kernel.raw_part(address)
    window = kernel.window()
    _, _, flags, _ = window.unpack(_PARTS, address)
    rows, is_footer, is_last, word = window.unpack(_FLAGS, flags)
    return Piece(data, rows, is_footer=bool(is_footer), is_last=bool(is_last)), word


def checked(kernel: KernelInstance, name: str, *arguments: int) -> int:
    """What a call answers that reads bytes of a checkpoint. Raises CheckpointDamaged."""
    answer = kernel.call(name, *arguments)
    if not answer:
        what = kernel.raw_part(kernel.call("damage")).to_pybytes().decode()
        raise CheckpointDamaged(f"state rows of a checkpoint are damaged: {what}")
    return answer
