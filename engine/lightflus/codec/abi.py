"""The numbers of docs/abi.md, version 1. A test compares them with the page.

What it owns: names, sizes and layouts of the structs that cross the border. Changelog: see docs/abi.md.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

ABI_VERSION: Final = 1
ABI_MINOR: Final = 2
"""The highest minor version that this engine speaks (docs/abi.md, section 9); modules of lower ones load, too."""
IMPORT_MODULE: Final = "lightflus"
WASI_MODULE: Final = "wasi_snapshot_preview1"
JOB_SECTION: Final = "lightflus.job"
SOURCEMAP_SECTION: Final = "lightflus.sourcemap"

IMPORTS: Final[dict[str, str]] = {"abort": "iiiiii", "log": "iii"}
"""Parameters of the functions of module `lightflus`, one letter each: i = i32. None returns anything."""

EXPORTS: Final[dict[str, tuple[str, str]]] = {
    "lf_abi_v1": ("", ""),
    "lf_describe": ("", "i"),
    "lf_row": ("", "i"),
    "lf_alloc": ("i", "i"),
    "lf_reset": ("", ""),
    "lf_apply": ("i", "i"),
    "lf_fold": ("i", "i"),
}
"""Functions that every module exports: parameters and result."""
OPTIONAL_EXPORTS: Final[dict[str, tuple[str, str]]] = {
    "lf_merge": ("i", "i"),
    "lf_finish": ("i", "i"),
    "lf_process": ("i", "i"),
    "_initialize": ("", ""),
}

ALLOCATION_ALIGNMENT: Final = 16
NO_ROW: Final = 0xFFFF_FFFF
"""What the host writes to the guest's row before a call: no row has been begun."""

ARRAY: Final = Struct("<qqqqqIIIIIxxxx")
"""ArrowArray: length, null_count, offset, n_buffers, n_children, buffers, children, dictionary, release, private."""

CALL: Final = Struct("<IIIIIIIIIIIIIIqqIIII")
CALL_FIELDS: Final = (
    *("size", "function", "batch", "rows", "selection", "wanted", "state", "groups", "group_count", "keys", "times"),
    *("window_start", "window_end", "second", "watermark", "processing_time", "marks", "sides", "rules", ""),
)
WANTS_OUTPUT: Final = 1
WANTS_STATE: Final = 2

RESULT: Final = Struct("<IIIIIII")
RESULT_FIELDS: Final = ("size", "output", "state", "ports", "", "", "")

NO_MARK: Final = -(1 << 63)
"""The watermark of a split of which no record has come."""

DESCRIPTION: Final = Struct("<II")
"""What lf_describe points to: address and length of the graph's JSON."""
