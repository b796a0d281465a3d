"""Published security advisories of wasmtime, and whether the installed version has one.

What it owns: the table, from the RustSec database (crates/wasmtime), and reading versions. Pure.
What it leaves: refusing to run strangers' code (`sandbox/module.py`), showing what is known (`cli/doctor.py`).

An advisory in a feature that is off here (`engine.py`) counts like any other: a setting is our promise, not wasmtime's.
Those of earlier years need no row: no version has one of them that has not RUSTSEC-2026-0222, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KNOWN_UNTIL: Final = "2026-10-02"
"""The date of the newest advisory that was looked at."""

Version = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory.

    Attributes:
        id: its name in the RustSec database.
        about: what is wrong.
        fixed: the first versions without it, by their line (`36.0.7` is that of 36); the last one is fixed for good.
        since: the first line that has it; 0 = all.
    """

    id: str
    about: str
    fixed: tuple[Version, ...]
    since: int = 0

    def has(self, version: Version) -> bool:
        """Whether a version has it."""
        if version[0] < self.since or version >= self.fixed[-1]:
            return False
        return not any(first[0] == version[0] and version >= first for first in self.fixed)


_APRIL = ((36, 0, 7), (42, 0, 2), (43, 0, 1))
_APRIL_OLD = ((24, 0, 7), *_APRIL)
_FEBRUARY = ((24, 0, 6), (36, 0, 6), (40, 0, 4), (41, 0, 4))
_JULY = ((46, 0, 2), (47, 0, 3))
_AUGUST = ((46, 0, 3), (47, 0, 4))
_SEPTEMBER = ((48, 0, 3), (49, 0, 1))
_OCTOBER = ((48, 0, 4), (49, 0, 2))

ADVISORIES: Final = (
    Advisory("RUSTSEC-2026-0006", "f64.copysign reads outside the sandbox", ((36, 0, 5), (40, 0, 3), (41, 0, 1)), 29),
    Advisory("RUSTSEC-2026-0020", "a guest exhausts the host through WASI", _FEBRUARY),
    Advisory("RUSTSEC-2026-0021", "a panic through fields of wasi:http", _FEBRUARY),
    Advisory("RUSTSEC-2026-0022", "a panic when an asynchronous call is dropped", ((40, 0, 4), (41, 0, 4)), 39),
    Advisory("RUSTSEC-2026-0085", "a panic when flags of a component are lifted", _APRIL_OLD),
    Advisory("RUSTSEC-2026-0086", "Winch leaks the host's data through 64-bit tables", _APRIL),
    Advisory("RUSTSEC-2026-0087", "f64x2.splat reads outside the sandbox", _APRIL_OLD),
    Advisory("RUSTSEC-2026-0088", "instances of a pool see each other's data", _APRIL),
    Advisory("RUSTSEC-2026-0089", "Winch panics at table.fill", _APRIL),
    Advisory("RUSTSEC-2026-0090", "use after free of a linker that was cloned", ((43, 0, 1),), 43),
    Advisory("RUSTSEC-2026-0091", "strings of components are written out of bounds", _APRIL_OLD),
    Advisory("RUSTSEC-2026-0092", "a panic at misaligned strings of components", _APRIL_OLD),
    Advisory("RUSTSEC-2026-0093", "strings of components are read out of bounds", _APRIL_OLD),
    Advisory("RUSTSEC-2026-0094", "Winch does not mask what table.grow answers", _APRIL),
    Advisory("RUSTSEC-2026-0095", "Winch lets a guest out of the sandbox", _APRIL),
    Advisory("RUSTSEC-2026-0096", "a guest leaves the sandbox on aarch64", _APRIL),
    Advisory(
        "RUSTSEC-2026-0114",
        "a panic at a table of any size",
        ((36, 0, 8), (43, 0, 2), (44, 0, 1)),
        30,
    ),
    Advisory("RUSTSEC-2026-0222", "stores mix up the types of engines", ((24, 0, 12), (36, 0, 13), *_JULY)),
    Advisory("RUSTSEC-2026-0223", "traps in bulk operations break wasmtime's own state", _JULY, 46),
    Advisory("RUSTSEC-2026-0268", "a guest has the host allocate through streams of WASI", _AUGUST, 46),
    Advisory("RUSTSEC-2026-0269", "paths of WASI leave their folder", ((24, 0, 13), (36, 0, 14), *_AUGUST)),
    Advisory("RUSTSEC-2026-0315", "fuel that is not counted at call_ref and catch", _SEPTEMBER, 47),
    Advisory("RUSTSEC-2026-0316", "records of components allocate beyond their limit", ((36, 0, 16), *_SEPTEMBER)),
    Advisory("RUSTSEC-2026-0325", "imported tags corrupt the collected heap", _OCTOBER, 47),
    Advisory("RUSTSEC-2026-0326", "try_call corrupts the collected heap", _OCTOBER, 47),
    Advisory("RUSTSEC-2026-0327", "callbacks of components overflow the native stack", _OCTOBER, 39),
)


def known_of(version: str) -> tuple[Advisory, ...]:
    """The advisories of a version, `50.0.1`."""
    parts = [int(part) if part.isdigit() else 0 for part in (*version.split("."), "0", "0")[:3]]
    return tuple(one for one in ADVISORIES if one.has((parts[0], parts[1], parts[2])))


def version_problem(version: str) -> str | None:
    """Why this version of wasmtime must not run strangers' code; None if it may."""
    found = known_of(version)
    if not found:
        return None
    worst = "; ".join(f"{one.id} ({one.about})" for one in found[-3:])
    more = f", and {len(found) - 3} more" if len(found) > 3 else ""
    return f"wasmtime {version} has published security advisories: {worst}{more}"
