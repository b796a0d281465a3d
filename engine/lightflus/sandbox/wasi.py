"""Stubs of `wasi_snapshot_preview1`, for modules of toolchains that cannot do without.

What it owns: all its functions by name and signature (docs/abi.md 2.1). Output to fd 1 and 2 becomes log lines, the
clocks stand still and waiting takes no time, randomness is the same every time, the environment and the arguments are
empty, there are no directories; everything else answers ENOSYS. Nothing here reaches the machine.
Signatures: WASI preview 1, wasi_snapshot_preview1.witx.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from struct import Struct
from typing import Final

from lightflus.codec import abi
from lightflus.errors import GuestProtocolError
from lightflus.limits import GUEST_MESSAGE_BYTES
from lightflus.sandbox.world import World
from lightflus.wasm import HostFunction, LinearMemory, OutOfBounds

SUCCESS: Final = 0
EBADF: Final = 8
EINVAL: Final = 28
ENOSYS: Final = 52

_SIGNATURES = """
args_get ii  args_sizes_get ii  environ_get ii  environ_sizes_get ii  clock_res_get ii  clock_time_get iIi
fd_advise iIIi  fd_allocate iII  fd_close i  fd_datasync i  fd_fdstat_get ii  fd_fdstat_set_flags ii
fd_fdstat_set_rights iII  fd_filestat_get ii  fd_filestat_set_size iI  fd_filestat_set_times iIIi  fd_pread iiiIi
fd_prestat_get ii  fd_prestat_dir_name iii  fd_pwrite iiiIi  fd_read iiii  fd_readdir iiiIi  fd_renumber ii
fd_seek iIii  fd_sync i  fd_tell ii  fd_write iiii  path_create_directory iii  path_filestat_get iiiii
path_filestat_set_times iiiiIIi  path_link iiiiiii  path_open iiiiiIIii  path_readlink iiiiii
path_remove_directory iii  path_rename iiiiii  path_symlink iiiii  path_unlink_file iii  poll_oneoff iiii
proc_raise i  random_get ii  sock_accept iii  sock_recv iiiiii  sock_send iiiii  sock_shutdown ii
"""


def _signatures() -> dict[str, tuple[str, str]]:
    words = _SIGNATURES.split()
    return dict(zip(words[::2], ((params, "i") for params in words[1::2]), strict=True))


WASI_FUNCTIONS: Final[dict[str, tuple[str, str]]] = _signatures() | {"proc_exit": ("i", ""), "sched_yield": ("", "i")}
"""Parameters and result by name, one letter each: i = i32, I = i64."""

_WORD = Struct("<I")
_WORDS = Struct("<II")
_LONG = Struct("<Q")
_SUBSCRIPTION = Struct("<QB39x")
"""userdata, type, and what depends on the type."""
_EVENT = Struct("<QHB21x")
"""userdata, error, type; nothing was read or written."""
_CLOCK = 0
"""Type of a subscription and of its event."""
_CLOCK_STEP_NS = 1_000_000
_REALTIME = 0
_MOST_VECTORS = 1_024
_MOST_SUBSCRIPTIONS = 1_024
_MOST_RANDOM_BYTES = 65_536

Stub = Callable[[World, LinearMemory, Sequence[int]], int]


def _two_zeros(_world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    for address in arguments:
        memory.write(address, _WORD.pack(0))
    return SUCCESS


def _nothing(_world: World, _memory: LinearMemory, _arguments: Sequence[int]) -> int:
    return SUCCESS


def _no_directory(_world: World, _memory: LinearMemory, _arguments: Sequence[int]) -> int:
    return EBADF


def _clock_step(_world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    memory.write(arguments[1], _LONG.pack(_CLOCK_STEP_NS))
    return SUCCESS


def _time(_world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    """Clocks other than the calendar are not at 0: Go's runtime takes that for a missing clock, and gives up."""
    memory.write(arguments[2], _LONG.pack(0 if arguments[0] == _REALTIME else _CLOCK_STEP_NS))
    return SUCCESS


def _poll(_world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    """Everything that is waited for has happened at once: a time is reached, and there is no such file."""
    subscriptions, events, count, count_at = arguments
    if not 0 < count <= _MOST_SUBSCRIPTIONS:
        return EINVAL
    window = memory.window()
    for position in range(count):
        userdata, kind = window.unpack(_SUBSCRIPTION, subscriptions + _SUBSCRIPTION.size * position)
        error = SUCCESS if kind == _CLOCK else EBADF
        window.write(events + _EVENT.size * position, _EVENT.pack(userdata, error, kind))
    window.write(count_at, _WORD.pack(count))
    return SUCCESS


def _random(world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    address, size = arguments
    if size > _MOST_RANDOM_BYTES:
        return EINVAL
    memory.write(address, hashlib.shake_256(_WORD.pack(world.random_state)).digest(size))
    world.random_state += 1
    return SUCCESS


def _write(world: World, memory: LinearMemory, arguments: Sequence[int]) -> int:
    descriptor, vectors, count, written_at = arguments
    if descriptor not in (1, 2):
        return EBADF
    if count > _MOST_VECTORS:
        return EINVAL
    window = memory.window()
    text, written = bytearray(), 0
    for position in range(count):
        address, size = window.unpack(_WORDS, vectors + _WORDS.size * position)
        window.require(address, size)
        text += window.read(address, min(size, GUEST_MESSAGE_BYTES - len(text)))
        written += size
    world.write(descriptor, bytes(text) if written == len(text) else bytes(text) + b" ...\n")
    window.write(written_at, _WORD.pack(written & 0xFFFF_FFFF))
    return SUCCESS


def _exit(world: World, _memory: LinearMemory, arguments: Sequence[int]) -> int:
    raise world.ended_itself(f"with exit code {arguments[0]}")


def _unknown(_world: World, _memory: LinearMemory, _arguments: Sequence[int]) -> int:
    return ENOSYS


_STUBS: dict[str, Stub] = {
    "args_sizes_get": _two_zeros,
    "args_get": _nothing,
    "environ_sizes_get": _two_zeros,
    "environ_get": _nothing,
    "clock_res_get": _clock_step,
    "clock_time_get": _time,
    "fd_prestat_get": _no_directory,
    "fd_write": _write,
    "poll_oneoff": _poll,
    "proc_exit": _exit,
    "random_get": _random,
    "sched_yield": _nothing,
}


def _counted(name: str, stub: Stub) -> Callable[[World, LinearMemory | None, Sequence[int]], int]:
    def run(world: World, memory: LinearMemory | None, arguments: Sequence[int]) -> int:
        world.count()
        if memory is None:
            raise GuestProtocolError(f"called {name} without exporting a memory", rule="2")
        try:
            return stub(world, memory, arguments)
        except OutOfBounds as error:
            text = f"called {name} with an address outside its memory: {error}"
            raise GuestProtocolError(text, rule="2") from error

    return run


def wasi_functions() -> list[HostFunction[World]]:
    """All stubs."""
    return [
        HostFunction(abi.WASI_MODULE, name, params, result, _counted(name, _STUBS.get(name, _unknown)))
        for name, (params, result) in WASI_FUNCTIONS.items()
    ]
