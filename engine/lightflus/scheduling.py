"""How soon the system lets a process go on: its slice, its session's weight, and the CPU time that it has taken.

What it owns: what Linux offers for that to a user who is not root, in both directions: the slice of a thread (of Linux
6.12 on, who asks for shorter turns gets one sooner), the nice value of a session ("autogroup"). Where a system has none
of it, nothing happens. Any thread. What it leaves: who is to have what (`worker/turns.py`, `jail/child.py`).
"""

from __future__ import annotations

import ctypes
import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import Final

_SCHED_SETATTR: Final = {"x86_64": 314, "aarch64": 274}
"""Numbers of the system call, for which C libraries have no function yet."""


class _Attributes(ctypes.Structure):
    """`struct sched_attr`, version 0."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("slice_ns", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("period", ctypes.c_uint64),
    )


def set_slice(pid: int, microseconds: int) -> None:
    """Gives all threads of a process turns of that length; those that they start have the same. 0 is this process."""
    number = _SCHED_SETATTR.get(platform.machine())
    if number is None or platform.system() != "Linux":
        return
    library = ctypes.CDLL(None)
    with suppress(OSError):  # it has ended
        for thread in os.listdir(f"/proc/{pid or 'self'}/task"):
            policy, nice = os.sched_getscheduler(int(thread)), os.getpriority(os.PRIO_PROCESS, int(thread))
            if policy in (os.SCHED_OTHER, os.SCHED_BATCH):  # another one is somebody's will
                asked = _Attributes(ctypes.sizeof(_Attributes), policy, 0, nice, 0, microseconds * 1_000, 0, 0)
                library.syscall(number, int(thread), ctypes.byref(asked), 0)


def set_session_nice(pid: int, nice: int) -> bool:
    """Gives the whole session of a process the weight of a nice value of at least 0. Whether the system took it."""
    with suppress(OSError):  # no such thing there; or, for users that are not root, again within a tenth of a second
        Path(f"/proc/{pid}/autogroup").write_text(str(nice), encoding="ascii")
        return True
    return False


def cpu_seconds(pid: int) -> float | None:
    """CPU time of a process and of its children that have ended; None where it has ended or cannot be asked."""
    with suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return None
