;; What the honest guest of `lightflus evil` has besides where its job has event time: it comes into the hole `module` of
;; guest.wat, with holes of its own. Functions of that job, besides the key:
;;
;;   0 timestamp  the value, as a number of milliseconds
;;   4 aggregate  sum: folded by lf_fold, panes put together by lf_merge
;;   5 finish     sum + 1
;;   6 process    hands records on, counts them; its timers stay as they are

  ;; States into the states of their groups.
  (func $merge (export "lf_merge") (param $call i32) (result i32)
    (local $i i32) (local $groups i32) (local $state i32) (local $states i32) (local $at i32)
    (local.set $groups (i32.load offset=32 (local.get $call)))
    (local.set $state (call $batch (local.get $groups) (i32.shl (local.get $groups) (i32.const 3))))
    (local.set $states (call $values (local.get $state) (i32.const 0)))
    (call $copy_states (local.get $call) (local.get $states))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (i32.load offset=12 (local.get $call))))
      (local.set $at (i32.add (local.get $states) (i32.shl
        (i32.load (i32.add (i32.load offset=28 (local.get $call)) (i32.shl (local.get $i) (i32.const 2)))) (i32.const 3))))
      ;;@ merge-row
      ;;@ end
      (i64.store (local.get $at) (i64.add (i64.load (local.get $at))
        (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ merge-answer
    ;;@ end
    (call $result (i32.const 0) (local.get $state)))

  ;; A result of each state: value + 1.
  (func $finish (export "lf_finish") (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $output i32) (local $to i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $output (call $batch (local.get $rows) (i32.shl (local.get $rows) (i32.const 3))))
    (local.set $to (call $values (local.get $output) (i32.const 0)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      ;;@ finish-row
      ;;@ end
      (i64.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3))) (i64.add (i64.const 1)
        (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ finish-answer
    ;;@ end
    (call $result (local.get $output) (i32.const 0)))

  ;; A column of values, which lie elsewhere; one of lists, whose offsets and items do.
  (func $column (param $rows i32) (param $values i32) (result i32)
    (local $column i32)
    (local.set $column (call $array (local.get $rows) (i32.const 2) (i32.const 0)))
    (call $point (local.get $column) (i32.const 1) (local.get $values))
    (local.get $column))
  (func $lists (param $rows i32) (param $offsets i32) (param $items i32) (result i32)
    (local $column i32)
    (local.set $column (call $array (local.get $rows) (i32.const 2) (i32.const 1)))
    (call $point (local.get $column) (i32.const 1) (local.get $offsets))
    (call $point (local.get $column) (i32.const 2) (local.get $items))
    (local.get $column))
  ;; Offsets of `$rows` lists of `$each` items.
  (func $offsets (param $rows i32) (param $each i32) (result i32)
    (local $i i32) (local $at i32)
    (local.set $at (call $alloc (i32.shl (i32.add (local.get $rows) (i32.const 1)) (i32.const 2))))
    (loop $next
      (i32.store (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 2)))
        (i32.mul (local.get $i) (local.get $each)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.le_u (local.get $i) (local.get $rows))))
    (local.get $at))
  ;; Values from `$first` on, each larger than the last by `$step`.
  (func $series (param $rows i32) (param $first i64) (param $step i64) (result i32)
    (local $i i32) (local $at i32)
    (local.set $at (call $alloc (i32.shl (local.get $rows) (i32.const 3))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $rows)))
      (i64.store (i32.add (local.get $at) (i32.shl (local.get $i) (i32.const 3))) (local.get $first))
      (local.set $first (i64.add (local.get $first) (local.get $step)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (call $column (local.get $rows) (local.get $at)))

  ;;@ process-more
  ;;@ end
  ;; Counts the records of a key, and hands them on with their stamps.
  (func $process (export "lf_process") (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $groups i32) (local $counts i32) (local $lasts i32) (local $at i32)
    (local $state i32) (local $timers i32) (local $output i32) (local $time i64)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $groups (i32.load offset=32 (local.get $call)))
    (local.set $counts (call $alloc (i32.shl (local.get $groups) (i32.const 3))))
    (local.set $lasts (call $alloc (i32.shl (local.get $groups) (i32.const 3))))
    (call $copy_states (local.get $call) (local.get $counts))
    (memory.copy (local.get $lasts) (call $values (i32.load offset=24 (local.get $call)) (i32.const 3))
      (i32.shl (local.get $groups) (i32.const 3)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (drop (call $row (local.get $call) (local.get $i)))
      ;;@ process-row
      ;;@ end
      (local.set $at (i32.shl
        (i32.load (i32.add (i32.load offset=28 (local.get $call)) (i32.shl (local.get $i) (i32.const 2)))) (i32.const 3)))
      (i64.store (i32.add (local.get $counts) (local.get $at))
        (i64.add (i64.load (i32.add (local.get $counts) (local.get $at))) (i64.const 1)))
      (local.set $time (i64.load (i32.add (i32.load offset=40 (local.get $call)) (i32.shl (local.get $i) (i32.const 3)))))
      (i64.store (i32.add (local.get $lasts) (local.get $at)) (local.get $time))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (local.set $timers
      (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 0)) (call $column (i32.const 0) (i32.const 0))))
    ;;@ process-timers
    ;;@ end
    (local.set $state (call $array (local.get $groups) (i32.const 1) (i32.const 4)))
    (call $point (local.get $state) (i32.const 1) (call $column (local.get $groups) (local.get $counts)))
    (call $point (local.get $state) (i32.const 2) (local.get $timers))
    (call $point (local.get $state) (i32.const 3)
      (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 0)) (call $column (i32.const 0) (i32.const 0))))
    (call $point (local.get $state) (i32.const 4) (call $column (local.get $groups) (local.get $lasts)))
    (if (local.get $rows) (then
      (local.set $output (call $array (local.get $rows) (i32.const 1) (i32.const 3)))
      (call $point (local.get $output) (i32.const 1)
        (call $column (local.get $rows) (call $values (i32.load offset=8 (local.get $call)) (i32.const 0))))
      (call $point (local.get $output) (i32.const 2) (call $column (local.get $rows) (i32.load offset=40 (local.get $call))))
      (call $point (local.get $output) (i32.const 3) (call $column (local.get $rows) (i32.load offset=72 (local.get $call))))))
    ;;@ process-answer
    ;;@ end
    (call $result (local.get $output) (local.get $state)))
