"""Modules that break the rules of event time, one each: `broken_modules.py` has the others.

All are the sample guest with merge, finish and a process function (timed.wat), changed in one place.
"""

# ruff: noqa: E501 (a table of texts that stand in another file)

from __future__ import annotations

from changed_guest import BrokenModule, changed

PROCESS_STATE = "    (local.set $items (call $array (i32.const 0) (i32.const 2) (i32.const 0)))\n"
WITH_TIMERS = """
    (local.set $items (call $array (i32.const 2) (i32.const 2) (i32.const 0)))
    (local.set $at (call $alloc (i32.const 16)))
    (i64.store (local.get $at) (i64.const $first))
    (i64.store offset=8 (local.get $at) (i64.const $second))
    (call $point (local.get $items) (i32.const 1) (local.get $at))
    (local.set $i (i32.const 1))
    (block $set (loop $next
      (br_if $set (i32.eqz $when))
      (br_if $set (i32.gt_u (local.get $i) (local.get $groups)))
      (i32.store (i32.add (local.get $offsets) (i32.shl (local.get $i) (i32.const 2))) (i32.const 2))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
"""
"""The first key has two timers of each kind."""
AT_THE_END = "(i64.eq (i64.load offset=56 (local.get $call)) (i64.const 9223372036854775807))"

BROKEN_TIMES = (
    BrokenModule(
        "4.5",
        "adds 1 to every state that it merges",
        changed(
            (
                "(i64.add (i64.load (local.get $at)) ;; merged",
                "(i64.add (i64.add (i64.const 1) (i64.load (local.get $at)))",
            )
        ),
    ),
    BrokenModule(
        "4.6", "finishes one state more", changed((";; finished", "(i64.store (local.get $output) (i64.const 99))"))
    ),
    BrokenModule(
        "5.8",
        "does not export what its process function needs",
        changed(('(func $process (export "lf_process")', "(func $process")),
    ),
    BrokenModule(
        "10.2",
        "forgets the time of a key's latest record",
        changed(("(i64.store (i32.add (local.get $lasts) (local.get $at)) (local.get $time))", "")),
    ),
    BrokenModule(
        "10.2",
        "sets timers that fall",
        changed(
            (
                PROCESS_STATE,
                WITH_TIMERS.replace("$first", "7").replace("$second", "6").replace("$when", "(i32.const 1)"),
            )
        ),
    ),
    BrokenModule(
        "10.3",
        "gives the watermark of a row as its time",
        changed(("(i32.load offset=72 (local.get $call))", "(i32.load offset=40 (local.get $call))")),
    ),
    BrokenModule(
        "10.4",
        "counts the rows of a call for each of them",
        changed(
            (
                "(i64.add (i64.load (i32.add (local.get $counts) (local.get $at))) (i64.const 1))",
                "(i64.add (i64.load (i32.add (local.get $counts) (local.get $at))) (i64.extend_i32_u (local.get $rows)))",
            )
        ),
    ),
    BrokenModule(
        "10.5",
        "keeps timers for ever",
        changed(
            (PROCESS_STATE, WITH_TIMERS.replace("$first", "6").replace("$second", "7").replace("$when", AT_THE_END))
        ),
    ),
)
