"""What the system keeps from a child of the jail for good: files, programs, connections, other processes (Landlock).

What it owns: the system calls, for which C libraries have no functions. A kernel without Landlock (Linux before 5.13,
or started without it), or with an early one, keeps what it can. For the calling thread and what it starts.
What it leaves: limits of time and memory (`child.py`).
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
"""System calls, by the same numbers on every machine."""
_TELL_VERSION: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_FILES: Final = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights on files each version knows: to run, read, write, remove, make of every kind; later ones one more."""
_ALL_FILES: Final = 16
_READ: Final = 0b1100
_BENEATH: Final = 1
_TCP: Final = 0b11
"""To listen and to connect."""
_OUTSIDE: Final = 0b11
"""Abstract sockets of others, and signals to them."""


class _Ruleset(ctypes.Structure):
    """`struct landlock_ruleset_attr`."""

    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    """`struct landlock_path_beneath_attr`."""

    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def shut() -> bool:
    """From now on nothing that is not open already can be opened, run or reached. Whether the system does that.

    What is installed may be read: Python looks for a file when it is first used.
    """
    library = ctypes.CDLL(None)
    version = library.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _TELL_VERSION)
    if version < 1:
        return False
    rules = _Ruleset((1 << _FILES.get(version, _ALL_FILES)) - 1, _TCP if version >= 4 else 0, 0)
    rules.scoped = _OUTSIDE if version >= 6 else 0
    size = 8 * (1 + (version >= 4) + (version >= 6))
    number = library.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if number < 0:
        return False
    for folder in _installed():
        beneath = _Beneath(_READ, folder)
        library.syscall(_ADD_RULE, number, _BENEATH, ctypes.byref(beneath), 0)
        os.close(folder)
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    is_shut = bool(library.syscall(_RESTRICT_SELF, number, 0) == 0)
    os.close(number)
    return is_shut


def _installed() -> Iterator[int]:
    """Folders of Python, of packages and of the system's libraries, as open files."""
    for folder in dict.fromkeys((*sys.path, sys.base_prefix, "/usr", "/lib", "/lib64")):
        if os.path.isabs(folder):
            with suppress(OSError):  # not there
                yield os.open(folder, os.O_PATH | os.O_CLOEXEC)
