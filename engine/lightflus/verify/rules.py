"""The rules that the kit checks, by their numbers in docs/abi.md.

What it owns: number, the sentence of the page that a report shows (a test compares them with the page), and which rules
are the portable profile's. What it leaves: how each is checked (`kit.py` names the checks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of docs/abi.md; `is_portable` if only `--portable` checks it."""

    number: str
    text: str
    is_portable: bool = False


RULES: Final = (
    Rule("1.1", "Core wasm for wasm32 with one memory of its own, exported as `memory`; at most 16 MiB of bytes."),
    Rule("1.2", "Everything else (threads, memory64, multi-memory, GC, exceptions, tail calls, ...) is refused."),
    Rule("1.3", "Portable modules start with <= 2 MiB of memory and grow by doubling.", is_portable=True),
    Rule("1.4", "byte for byte what `lf_describe` answered at build."),
    Rule("1.5", "a source map (version 3, JSON) whose generated columns are byte offsets in the wasm file"),
    Rule("1.7", "No function body of a portable module has more than 8,000 bytes", is_portable=True),
    Rule("2", "ends the call with a message at a place"),
    Rule("2.1", "Modules from WASI toolchains may also import `wasi_snapshot_preview1`, answered by stubs"),
    Rule("2.2", "No other import links; the refusal names it."),
    Rule("3", "address of a u32 in which the guest keeps the row that it works on"),
    Rule("3.1", "Life of an instance: instantiate; `_initialize` if exported; `lf_describe`"),
    Rule("3.2", "A result stays valid and unmoved until the next `lf_reset`"),
    Rule("3.4", "A function is pure: what it returns depends on its arguments and on what main created"),
    Rule("3.5", "An allocator that fails aborts with `out of memory: ...`, never with a bare `unreachable`."),
    Rule("3.6", "What `lf_alloc` answers is not 0, 16-byte aligned, inside the memory"),
    Rule("3.7", "Memory stays bounded: chains of one kind and size, however many, take what a few of them take."),
    Rule("4", "A reader ignores what lies beyond the size that it knows and takes a missing field as 0."),
    Rule("4.1", "`lf_apply` by kind of function; n rows in"),
    Rule("4.2", "the first row of a group without state becomes its state"),
    Rule("4.3", "Before it works on row i of the call, a guest stores i at the address of `lf_row`."),
    Rule(
        "4.4", "The batch has only the columns that the function's `reads` names, in that order; without `reads`, all."
    ),
    Rule("4.5", "rows are states: the first row of a group without state becomes its state"),
    Rule("4.6", "FINISH answers as MAP, FINISH_LIST as FLAT_MAP."),
    Rule("5.1", "protobuf's JSON mapping of `lightflus.v1.JobGraph`"),
    Rule("5.4", "The graph makes sense: what operators and functions name is there"),
    Rule("5.5", "What a function says that it `keeps` is handed on unchanged"),
    Rule("5.8", "say what the module's exports can do: `lf_merge` for every AGGREGATE of a window that merges."),
    Rule("6.1", "A batch is an Arrow C Data Interface `ArrowArray` of struct type, laid out for wasm32"),
    Rule("6.2", "The columns of a *batch of T*: the fields of T if T is a struct that is not nullable"),
    Rule("6.3", "a child may be longer than its parent says (`length` rows count). A guest answers with `offset` 0."),
    Rule("6.4", "A validity address of 0 = no nulls; bits are least-significant first, 1 = valid."),
    Rule("6.5", "A type that is not nullable has no nulls."),
    Rule("6.6", "Strings are valid UTF-8."),
    Rule("6.7", "A call has at most 8,192 rows and 1 MiB of data (an `lf_fold` 131,072 and 4 MiB)"),
    Rule("8.1", "`abort` gives message and place."),
    Rule("10.2", "The answer's `state` has g rows of the same form; a null row = the key is forgotten"),
    Rule("10.3", "A row made from a record has the record's time and mark."),
    Rule("10.4", "Before row i with time t and mark w, of a key with state, in this order."),
    Rule("10.5", "At the end both times are 2^63 - 1."),
)
"""In the order of the page."""

BY_NUMBER: Final = {rule.number: rule for rule in RULES}
