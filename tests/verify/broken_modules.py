"""A module for every rule that the kit checks, which breaks that rule and no other.

All are the sample guest of udf_sdk/samples/numbers.wat with a whole graph around its functions (and one that gives
text), changed in one place (`changed_guest.py`).
"""

# ruff: noqa: E501 (a table of texts that stand in another file)

from __future__ import annotations

from collections.abc import Callable

from broken_times import BROKEN_TIMES
from changed_guest import (
    GRAPH,
    BrokenModule,
    assembled,
    changed,
    described,
    keeping,
    other_section,
    with_map,
)

LOG = '(import "lightflus" "log" (func $log (param i32 i32 i32)))'
MEMORY = '(memory (export "memory") 2)'
HEAP = "(global $heap (mut i32) (i32.const 65536))"
RESET = "i32.const 65536 global.set $heap"
DESCRIBE = '(func (export "lf_describe") (result i32) i32.const 16)'
ROW = "    (i32.store (i32.const 8) (local.get $i))\n"
MAP_TO = "    (local.set $to (call $values (local.get $batch) (i32.const 0)))\n    (block $done (loop $next\n      (br_if $done (i32.eq (local.get $i) (local.get $rows)))\n      (i64.store (i32.add"
MAP_BATCH = "    (local.get $batch))\n\n  (func $filter"
SUM = "    (i64.add (local.get $value) (i64.const 1)))\n\n  (func $logged"
SELECTED = "(if (result i32) (i32.load offset=16 (local.get $call))"
OUT_OF_MEMORY = (
    "      (call $abort (i32.const 80) (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))\n"
)
COLUMN = "(i32.load (i32.load offset=44 (local.get $batch)))"
COPIED = "(call $copy_states (local.get $call) (local.get $states))"
STORED_STATE = " (i64.store (call $values (i32.load offset=24 (local.get $call)) (i32.const 0)) (i64.const 7))"
HEAP_SET = "    (global.set $heap (local.get $end))\n"
FLAT_END = "    (local.get $list))"
FOLD_VALUE = "(call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))"
FOLD_STORE = (
    "(i64.store (i32.add (local.get $outputs) (i32.shl (local.get $i) (i32.const 3))) (i64.load (local.get $at)))"
)
FOLD_OUTPUT = "(local.set $output (call $batch (local.get $rows)"
TEXT_BYTES = "    (call $point (local.get $column) (i32.const 2) (local.get $bytes))"
ALLOC_END = "(local.set $end (i32.add (local.get $at) (local.get $size)))"


def in_map(text: str) -> Callable[[], bytes]:
    """Something more at the end of a map; `$batch` is what it gives, COLUMN its column."""
    return changed((MAP_BATCH, f"    {text}\n{MAP_BATCH}"))


BROKEN = (
    BrokenModule(
        "1.1", "hides its memory", changed((MEMORY, '(memory 2) (global (export "memory") i32 (i32.const 1))'))
    ),
    BrokenModule("1.1", "is cut off", lambda: assembled()[:200]),
    BrokenModule("1.2", "shares its memory", changed((MEMORY, '(memory (export "memory") 2 2 shared)'))),
    BrokenModule(
        "1.2", "uses SIMD", changed(("(global $heap", "(func (result v128) v128.const i64x2 1 2) (global $heap")), True
    ),
    BrokenModule("1.3", "begins with 4 MiB", changed((MEMORY, '(memory (export "memory") 64)')), True),
    BrokenModule("1.4", "carries another graph", other_section),
    BrokenModule("1.5", "has a source map of version 2", with_map(2, "AAAA")),
    BrokenModule("1.5", "maps bytes that it does not have", with_map(3, "ggggDAAA")),
    BrokenModule("1.5", "maps nothing", with_map(3, "")),
    BrokenModule(
        "1.7", "has a large function", changed(("(global $heap", f"(func {'nop ' * 9_000}) (global $heap")), True
    ),
    BrokenModule(
        "2", "imports abort with one number", changed((LOG, LOG + '(import "lightflus" "abort" (func (param i32)))'))
    ),
    BrokenModule(
        "2",
        "aborts with words outside its memory",
        changed(("(call $abort (i32.const 32)", "(call $abort (i32.const -32)")),
    ),
    BrokenModule(
        "2.1", "imports fd_write wrongly", changed((LOG, LOG + '(import "wasi_snapshot_preview1" "fd_write" (func))'))
    ),
    BrokenModule("2.2", "imports env.open", changed((LOG, LOG + '(import "env" "open" (func))'))),
    BrokenModule(
        "2.2", "imports lightflus.sleep", changed((LOG, LOG + '(import "lightflus" "sleep" (func (param i32)))'))
    ),
    BrokenModule("3", "does not export lf_row", changed(('(func (export "lf_row")', "(func "))),
    BrokenModule(
        "3",
        "keeps its row outside its memory",
        changed(('(export "lf_row") (result i32) i32.const 8)', '(export "lf_row") (result i32) i32.const -8)')),
    ),
    BrokenModule("3.1", "fails in main", changed((DESCRIBE, '(func (export "lf_describe") (result i32) unreachable)'))),
    BrokenModule("3.1", "does not start", changed((HEAP, HEAP + "(func $begin unreachable) (start $begin)"))),
    BrokenModule(
        "3.2",
        "writes every Result to the same place",
        changed(
            (HEAP, HEAP.replace("65536", "262144")),
            (MEMORY, '(memory (export "memory") 8)'),
            (RESET, RESET.replace("65536", "262144")),
            ("(local.set $at (call $alloc (i32.const 28)))", "(local.set $at (i32.const 65536))"),
        ),
    ),
    BrokenModule(
        "3.2",
        "gives every map the same place",
        changed(
            (MEMORY, '(memory (export "memory") 8)'),
            (HEAP, HEAP.replace("65536", "262144")),
            (RESET, RESET.replace("65536", "262144")),
            (MAP_TO, f"(call $point {COLUMN} (i32.const 1) (i32.const 65536))\n{MAP_TO}"),
        ),
    ),
    BrokenModule(
        "3.4",
        "counts its calls",
        changed(
            (HEAP, HEAP + "(global $calls (mut i64) (i64.const 0))"),
            (
                SUM,
                "(global.set $calls (i64.add (global.get $calls) (i64.const 1))) (i64.add (local.get $value) (global.get $calls)))\n\n  (func $logged",
            ),
        ),
    ),
    BrokenModule(
        "3.4",
        "adds the number of rows",
        in_map(f"(i64.store (i32.load offset=4 (i32.load offset=40 {COLUMN})) (i64.extend_i32_u (local.get $rows)))"),
    ),
    BrokenModule("3.4", "writes to the Call", in_map("(i32.store offset=52 (local.get $call) (i32.const 1))")),
    BrokenModule("3.4", "writes to the states", changed((COPIED, COPIED + STORED_STATE))),
    BrokenModule(
        "3.4",
        "writes to the selection",
        in_map(
            "(if (i32.load offset=16 (local.get $call)) (then (i32.store (i32.load offset=16 (local.get $call)) (i32.const 0))))"
        ),
    ),
    BrokenModule(
        "3.4",
        "adds more from row 64 on",
        changed(
            (SUM, SUM.replace("(i64.const 1)", "(i64.extend_i32_u (i32.shr_u (i32.load (i32.const 8)) (i32.const 6)))"))
        ),
    ),
    BrokenModule(
        "3.4",
        "reads what it did not write, for one small number",
        changed(
            (
                SUM,
                f"(if (i64.eq (local.get $value) (i64.const 17)) (then (return (i64.load (global.get $heap)))))\n{SUM}",
            )
        ),
    ),
    BrokenModule("3.5", "runs out of memory without a word", changed((OUT_OF_MEMORY, ""))),
    BrokenModule("3.5", "answers 0", changed((OUT_OF_MEMORY + "      unreachable)", "      (return (i32.const 0)))"))),
    BrokenModule(
        "3.5", "uses other words", changed(('"out of memory: the arena is full"', '"no more memory for the arena now"'))
    ),
    BrokenModule(
        "3.6", "aligns to 8 bytes", changed(("(i32.const 15)) (i32.const -16)", "(i32.const 7)) (i32.const -8)"))
    ),
    BrokenModule(
        "3.6",
        "gives half of what is asked",
        changed((ALLOC_END, ALLOC_END.replace("(local.get $size)", "(i32.shr_u (local.get $size) (i32.const 1))"))),
    ),
    BrokenModule(
        "3.6",
        "gives the end of its memory",
        changed(
            (
                HEAP_SET,
                HEAP_SET
                + "(if (i32.eq (local.get $size) (i32.const 17)) (then (return (i32.shl (memory.size) (i32.const 16)))))",
            )
        ),
    ),
    BrokenModule("3.7", "frees nothing", changed((RESET, ""))),
    BrokenModule(
        "3.7",
        "grows by a page every hundred chains",
        changed(
            (HEAP, HEAP + "(global $chains (mut i32) (i32.const 0))"),
            (
                RESET,
                "(global.set $chains (i32.add (global.get $chains) (i32.const 1))) (if (i32.eqz (i32.rem_u (global.get $chains) (i32.const 100))) (then (drop (memory.grow (i32.const 1))))) "
                + RESET,
            ),
        ),
    ),
    BrokenModule(
        "4",
        "does not know selections",
        changed((SELECTED, SELECTED.replace("(i32.load offset=16 (local.get $call))", "(i32.const 0)"))),
    ),
    BrokenModule(
        "4",
        "insists on 88 bytes",
        in_map("(if (i32.ne (i32.load (local.get $call)) (i32.const 88)) (then unreachable))"),
    ),
    BrokenModule(
        "4",
        "answers an address outside its memory",
        changed(
            (
                "(call $result (call $map (local.get $call)) (i32.const 0)))",
                "(drop (call $map (local.get $call))) (i32.const -4))",
            )
        ),
    ),
    BrokenModule(
        "4",
        "asks for timers",
        changed(
            (
                "    (i32.store offset=8 (local.get $at) (local.get $state))\n",
                "    (i32.store offset=8 (local.get $at) (local.get $state))\n    (i32.store offset=16 (local.get $at) (i32.const 8))\n",
            )
        ),
    ),
    BrokenModule(
        "4.1",
        "gives a row too many",
        in_map("(i64.store (local.get $batch) (i64.extend_i32_u (i32.add (local.get $rows) (i32.const 1))))"),
    ),
    BrokenModule(
        "4.1",
        "begins its lists at 1",
        changed(
            ("    (local.get $list))", "    (i32.store (local.get $offsets) (i32.const 1))\n    (local.get $list))")
        ),
    ),
    BrokenModule(
        "4.1",
        "has more items than its last offset says",
        changed(
            (
                FLAT_END,
                "(i64.store (local.get $child) (i64.extend_i32_u (i32.add (local.get $total) (i32.const 1))))\n"
                + FLAT_END,
            )
        ),
    ),
    BrokenModule(
        "4.1",
        "has fewer items than its last offset says",
        changed(
            (
                FLAT_END,
                "(if (local.get $total) (then (i64.store (local.get $child) (i64.extend_i32_u (i32.sub (local.get $total) (i32.const 1))))))\n"
                + FLAT_END,
            )
        ),
    ),
    BrokenModule("4.2", "begins its sums with 1", changed(("(else (i64.const 0))", "(else (i64.const 1))"))),
    BrokenModule(
        "4.2",
        "forgets the states that there are",
        changed(
            (
                "(then (i64.load (i32.add (local.get $from)",
                "(then (drop (local.get $from)) (i64.const 0)) (else (i64.load (i32.add (local.get $from)",
            ),
            ("          (else (i64.const 0))))\n", "          ))\n"),
        ),
    ),
    BrokenModule("4.2", "gives no state", changed(("      (local.get $state))))", "      (i32.const 0))))"))),
    BrokenModule(
        "4.2",
        "gives the row instead of the state",
        changed((FOLD_STORE, FOLD_STORE.replace("(i64.load (local.get $at))", FOLD_VALUE))),
    ),
    BrokenModule("4.3", "does not say its row", changed((ROW, ""))),
    BrokenModule(
        "4.3",
        "says one row too early",
        changed(
            (
                ROW,
                ROW.replace(
                    "(local.get $i)", "(select (i32.sub (local.get $i) (i32.const 1)) (i32.const 0) (local.get $i))"
                ),
            )
        ),
    ),
    BrokenModule(
        "4.3",
        "says one row too late",
        changed((ROW, ROW.replace("(local.get $i)", "(i32.add (local.get $i) (i32.const 1))"))),
    ),
    BrokenModule(
        "4.4",
        "reads a column that it did not ask for",
        changed(
            ("(i32.const 1) (local.get $row))))))", "(i32.const 2) (local.get $row))))))"),
        ),
    ),
    BrokenModule("5.1", "describes itself in prose", described(b"a job that counts")),
    BrokenModule(
        "5.1", "says more than there is to say", described(GRAPH.replace(b'"version":', b'"colour":1,"version":', 1))
    ),
    BrokenModule(
        "5.4",
        "has a sink of a field that is not there",
        described(GRAPH.replace(b'"sink":{', b'"sink":{"keyFields":["nothing"],', 1)),
    ),
    BrokenModule("5.5", "changes what it keeps", described(keeping())),
    BrokenModule("6.1", "has dictionaries", in_map("(i32.store offset=48 (local.get $batch) (i32.const 64))")),
    BrokenModule(
        "6.1",
        "gives a batch at an odd address",
        changed(
            (
                "(call $result (call $map (local.get $call)) (i32.const 0)))",
                "(call $result (i32.add (call $map (local.get $call)) (i32.const 4)) (i32.const 0)))",
            )
        ),
    ),
    BrokenModule(
        "6.1",
        "has a column at an odd address",
        in_map(f"(i32.store (i32.load offset=44 (local.get $batch)) (i32.add (i32.const 4) {COLUMN}))"),
    ),
    BrokenModule("6.1", "counts rows in 32 bits", in_map("(i32.store offset=4 (local.get $batch) (i32.const 1))")),
    BrokenModule("6.2", "gives two columns", in_map("(i64.store offset=32 (local.get $batch) (i64.const 2))")),
    BrokenModule("6.3", "begins at row 1", in_map(f"(i64.store offset=16 {COLUMN} (i64.const 1))")),
    BrokenModule(
        "6.3",
        "takes as many rows as the column has",
        in_map(
            f"(i64.store (local.get $batch) (i64.load {COLUMN.replace('$batch', '$first')}))".replace(
                "(i32.load offset=44 (local.get $first))", "(i32.load offset=44 (i32.load offset=8 (local.get $call)))"
            )
        ),
    ),
    BrokenModule("6.4", "counts nulls that are not there", in_map(f"(i64.store offset=8 {COLUMN} (i64.const 1))")),
    BrokenModule(
        "6.4", "has values outside its memory", in_map(f"(call $point {COLUMN} (i32.const 1) (i32.const -65536))")
    ),
    BrokenModule(
        "6.4",
        "has values at an odd address",
        in_map(
            f"(call $point {COLUMN} (i32.const 1) (i32.add (i32.const 4) (call $values (local.get $batch) (i32.const 0))))"
        ),
    ),
    BrokenModule(
        "6.4",
        "has offsets that fall",
        changed(
            (
                TEXT_BYTES,
                "(if (i32.gt_u (local.get $rows) (i32.const 2)) (then (i32.store offset=4 (local.get $offsets) (i32.const 3))))\n"
                + TEXT_BYTES,
            )
        ),
    ),
    BrokenModule(
        "6.5",
        "gives nulls",
        in_map(
            f"(i64.store offset=8 {COLUMN} (i64.const -1)) (call $point {COLUMN} (i32.const 0) (call $array (i32.const 0) (i32.const 512) (i32.const 0)))"
        ),
    ),
    BrokenModule(
        "6.6",
        "writes half a character",
        changed(("(memory.fill (local.get $bytes) (i32.const 110)", "(memory.fill (local.get $bytes) (i32.const 200)")),
    ),
    BrokenModule(
        "6.7",
        "takes 4,096 rows at most",
        in_map("(if (i32.gt_u (local.get $rows) (i32.const 4096)) (then unreachable))"),
    ),
    BrokenModule(
        "6.7",
        "folds 10,000 rows at most",
        changed((FOLD_OUTPUT, "(if (i32.gt_u (local.get $rows) (i32.const 10000)) (then unreachable)) " + FOLD_OUTPUT)),
    ),
    BrokenModule(
        "8.1",
        "aborts in silence",
        changed(("(call $abort (i32.const 32) (i32.const 14)", "(call $abort (i32.const 32) (i32.const 0)")),
    ),
    *BROKEN_TIMES,
)
