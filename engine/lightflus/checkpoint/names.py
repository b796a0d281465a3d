"""What the objects of a store are called.

What it owns: which names there are, and what can be read from one: of which epoch and generation an object is, whatever
becomes of its manifest.
What it leaves: the bytes behind them.

::

    manifests/0000000007.json           what epoch 7 is made of; it decides that there is an epoch 7
    copies/0000000007.json              the same again, should a disk lose the first one
    objects/0000000007-000002/...       what generation 2 wrote for epoch 7: runs, tables, staged output
"""

from __future__ import annotations

import re

from lightflus import checkpoint_limits, limits
from lightflus.errors import StoreFailed

MANIFESTS = "manifests/"
COPIES = "copies/"
OBJECTS = "objects/"

_PART = r"[a-z0-9_-][a-z0-9._-]*"
_NAME = re.compile(f"{_PART}(?:/{_PART})*")
_EPOCH = re.compile(r"(?:manifests|copies)/(\d{10,})\.json")
_OBJECT = re.compile(r"objects/(\d{10,})-(\d{6,})/.+")


def manifest_name(epoch: int) -> str:
    """Where the manifest of an epoch lies."""
    return f"{MANIFESTS}{epoch:010d}.json"


def copy_name(epoch: int) -> str:
    """Where its copy lies."""
    return f"{COPIES}{epoch:010d}.json"


def epoch_of(name: str) -> int | None:
    """The epoch of a manifest's or a copy's name; None for other names."""
    found = _EPOCH.fullmatch(name)
    return None if found is None else int(found[1])


def object_name(epoch: int, generation: int, what: str) -> str:
    """Where an object lies that a generation begins to write for an epoch; `what` is unique among those."""
    return checked(f"{OBJECTS}{epoch:010d}-{generation:06d}/{what}")


def origin_of(name: str) -> tuple[int, int] | None:
    """Epoch and generation of an object's name; None for other names."""
    found = _OBJECT.fullmatch(name)
    return None if found is None else (int(found[1]), int(found[2]))


def is_name(name: str) -> bool:
    """Whether a store may have an object of that name: no part begins with a dot, so none leads out or hides."""
    return len(name) <= checkpoint_limits.OBJECT_NAME_BYTES and _NAME.fullmatch(name) is not None


def checked(name: str) -> str:
    """The name itself. Raises StoreFailed: it is none."""
    if not is_name(name):
        shown = name[: limits.NAME_BYTES]
        raise StoreFailed(f"{shown!r} is no name of an object: a-z, 0-9, '.', '_', '-', with '/' between parts")
    return name
