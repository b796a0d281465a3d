;; The honest guest of `lightflus evil`, by hand: docs/abi.md without a language in between.
;;
;; It is both things: as it stands it is the neighbour whose work must stay right, and with one of its holes filled with
;; something else it is an attack. A hole is what stands between `;;@ name` and `;;@ end`; the files beside this one say
;; what comes into which. `$graph` and `$graph_len` are put in by whoever assembles it.
;;
;;   0 map      value + 1
;;   1 filter   odd values
;;   2 flat_map value mod 4 copies of value
;;   3 key      value mod 10
;;   4 reduce   sum
(module
  (import "lightflus" "abort" (func $abort (param i32 i32 i32 i32 i32 i32)))
  (import "lightflus" "log" (func $log (param i32 i32 i32)))
  ;;@ imports
  ;;@ end
  ;;@ memory
  (memory (export "memory") 2)
  ;;@ end

  (data (i32.const 16) "$graph_at$graph_len")
  (data (i32.const 32) "a text of the guest")
  (data (i32.const 64) "job.ts")
  (data (i32.const 80) "out of memory: the arena is full")
  (data (i32.const 1024) "$graph")

  (global $heap (mut i32) (i32.const 65536))

  ;;@ module
  ;;@ end

  (func (export "lf_abi_v1"))
  (func (export "lf_describe") (result i32)
    ;;@ describe
    i32.const 16
    ;;@ end
  )
  (func (export "lf_row") (result i32)
    ;;@ row
    i32.const 8
    ;;@ end
  )
  (func (export "lf_reset")
    ;;@ reset
    ;;@ end
    i32.const 65536 global.set $heap)
  (func (export "lf_alloc") (param $size i32) (result i32)
    ;;@ alloc
    (call $alloc (local.get $size))
    ;;@ end
  )

  (func $alloc (param $size i32) (result i32)
    (local $at i32) (local $end i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (block $fits
      (br_if $fits (i32.le_u (local.get $end) (i32.shl (memory.size) (i32.const 16))))
      (br_if $fits (i32.ne (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.shr_u
        (i32.sub (local.get $end) (i32.shl (memory.size) (i32.const 16))) (i32.const 16))))))
      (call $abort (i32.const 80) (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
      unreachable)
    (global.set $heap (local.get $end))
    (local.get $at))

  ;; An ArrowArray with its pointers behind it: buffers, then children.
  (func $array (param $rows i32) (param $buffers i32) (param $children i32) (result i32)
    (local $at i32) (local $size i32)
    (local.set $size (i32.add (i32.const 64)
      (i32.shl (i32.add (local.get $buffers) (local.get $children)) (i32.const 2))))
    (local.set $at (call $alloc (local.get $size)))
    (memory.fill (local.get $at) (i32.const 0) (local.get $size))
    (i64.store (local.get $at) (i64.extend_i32_u (local.get $rows)))
    (i64.store offset=24 (local.get $at) (i64.extend_i32_u (local.get $buffers)))
    (i64.store offset=32 (local.get $at) (i64.extend_i32_u (local.get $children)))
    (i32.store offset=40 (local.get $at) (i32.add (local.get $at) (i32.const 64)))
    (i32.store offset=44 (local.get $at) (i32.add (local.get $at)
      (i32.add (i32.const 64) (i32.shl (local.get $buffers) (i32.const 2)))))
    (local.get $at))
  (func $point (param $array i32) (param $nth i32) (param $at i32)
    (i32.store offset=64 (i32.add (local.get $array) (i32.shl (local.get $nth) (i32.const 2))) (local.get $at)))

  ;; A batch of one column, whose values take `$bytes`.
  (func $batch (param $rows i32) (param $bytes i32) (result i32)
    (local $column i32) (local $batch i32)
    (local.set $column (call $array (local.get $rows) (i32.const 2) (i32.const 0)))
    (call $point (local.get $column) (i32.const 1) (call $alloc (local.get $bytes)))
    (local.set $batch (call $array (local.get $rows) (i32.const 1) (i32.const 1)))
    (call $point (local.get $batch) (i32.const 1) (local.get $column))
    (local.get $batch))
  ;; The values of column `$nth` of a batch.
  (func $values (param $batch i32) (param $nth i32) (result i32)
    (i32.load offset=4 (i32.load offset=40
      (i32.load (i32.add (i32.load offset=44 (local.get $batch)) (i32.shl (local.get $nth) (i32.const 2)))))))

  (func $result (param $output i32) (param $state i32) (result i32)
    (local $at i32)
    (local.set $at (call $alloc (i32.const 28)))
    (memory.fill (local.get $at) (i32.const 0) (i32.const 28))
    (i32.store (local.get $at) (i32.const 28))
    (i32.store offset=4 (local.get $at) (local.get $output))
    (i32.store offset=8 (local.get $at) (local.get $state))
    (local.get $at))

  ;; Begins row `$i` of a call: which row of the batch that is.
  (func $row (param $call i32) (param $i i32) (result i32)
    (i32.store (i32.const 8) (local.get $i))
    (if (result i32) (i32.load offset=16 (local.get $call))
      (then (i32.load (i32.add (i32.load offset=16 (local.get $call)) (i32.shl (local.get $i) (i32.const 2)))))
      (else (local.get $i))))
  (func $value (param $call i32) (param $nth i32) (param $row i32) (result i64)
    (i64.load (i32.add (call $values (i32.load offset=8 (local.get $call)) (local.get $nth))
      (i32.shl (local.get $row) (i32.const 3)))))

  (func $mapped (param $call i32) (param $function i32) (param $row i32) (param $value i64) (result i64)
    (if (i32.eq (local.get $function) (i32.const 3))
      (then (return
        ;;@ key-row
        (i64.rem_u (local.get $value) (i64.const 10))
        ;;@ end
      )))
    ;;@ map-row
    (i64.add (local.get $value) (i64.const 1))
    ;;@ end
  )

  (func $map (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $batch i32) (local $to i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $batch (call $batch (local.get $rows) (i32.shl (local.get $rows) (i32.const 3))))
    (local.set $to (call $values (local.get $batch) (i32.const 0)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (i64.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3)))
        (call $mapped (local.get $call) (i32.load offset=4 (local.get $call)) (local.get $i)
          (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ map-answer
    ;;@ end
    (local.get $batch))

  (func $filter (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $batch i32) (local $bits i32) (local $byte i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $batch (call $batch (local.get $rows) (i32.shr_u (i32.add (local.get $rows) (i32.const 7)) (i32.const 3))))
    (local.set $bits (call $values (local.get $batch) (i32.const 0)))
    (memory.fill (local.get $bits) (i32.const 0) (i32.shr_u (i32.add (local.get $rows) (i32.const 7)) (i32.const 3)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      ;;@ filter-row
      ;;@ end
      (local.set $byte (i32.add (local.get $bits) (i32.shr_u (local.get $i) (i32.const 3))))
      (i32.store8 (local.get $byte) (i32.or (i32.load8_u (local.get $byte)) (i32.shl
        (i32.and (i32.const 1) (i32.wrap_i64
          (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))
        (i32.and (local.get $i) (i32.const 7)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ filter-answer
    ;;@ end
    (local.get $batch))

  (func $flat_map (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $list i32) (local $offsets i32) (local $total i32) (local $child i32)
    (local $to i32) (local $value i64) (local $left i64)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $list (call $array (local.get $rows) (i32.const 2) (i32.const 1)))
    (local.set $offsets (call $alloc (i32.shl (i32.add (local.get $rows) (i32.const 1)) (i32.const 2))))
    (call $point (local.get $list) (i32.const 1) (local.get $offsets))
    (block $counted (loop $count
      (i32.store (i32.add (local.get $offsets) (i32.shl (local.get $i) (i32.const 2))) (local.get $total))
      (br_if $counted (i32.eq (local.get $i) (local.get $rows)))
      (local.set $total (i32.add (local.get $total) (i32.wrap_i64 (i64.and (i64.const 3)
        (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $count)))
    ;;@ flat-counted
    ;;@ end
    (local.set $child (call $batch (local.get $total) (i32.shl (local.get $total) (i32.const 3))))
    (call $point (local.get $list) (i32.const 2) (local.get $child))
    (local.set $to (call $values (local.get $child) (i32.const 0)))
    (local.set $i (i32.const 0))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (local.set $value (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i))))
      (local.set $left (i64.and (local.get $value) (i64.const 3)))
      (block $copied (loop $copy
        (br_if $copied (i64.eqz (local.get $left)))
        (i64.store (local.get $to) (local.get $value))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (local.set $left (i64.sub (local.get $left) (i64.const 1)))
        (br $copy)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ list-answer
    ;;@ end
    (local.get $list))

  (func $apply (export "lf_apply") (param $call i32) (result i32)
    (if (i32.eq (i32.load offset=4 (local.get $call)) (i32.const 1))
      (then (return (call $result (call $filter (local.get $call)) (i32.const 0)))))
    (if (i32.eq (i32.load offset=4 (local.get $call)) (i32.const 2))
      (then (return (call $result (call $flat_map (local.get $call)) (i32.const 0)))))
    ;;@ result
    (call $result (call $map (local.get $call)) (i32.const 0))
    ;;@ end
  )

  ;; Copies the states that there are (a null row has none yet, and a sum begins with 0).
  (func $copy_states (param $call i32) (param $to i32)
    (local $i i32) (local $from i32) (local $validity i32)
    (local.set $from (call $values (i32.load offset=24 (local.get $call)) (i32.const 0)))
    (local.set $validity (i32.load (i32.load offset=40 (i32.load offset=24 (local.get $call)))))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (i32.load offset=32 (local.get $call))))
      (i64.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3)))
        (if (result i64) (i32.or (i32.eqz (local.get $validity)) (i32.and (i32.const 1) (i32.shr_u
            (i32.load8_u (i32.add (local.get $validity) (i32.shr_u (local.get $i) (i32.const 3))))
            (i32.and (local.get $i) (i32.const 7)))))
          (then (i64.load (i32.add (local.get $from) (i32.shl (local.get $i) (i32.const 3)))))
          (else (i64.const 0))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))

  (func (export "lf_fold") (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $groups i32) (local $state i32) (local $states i32) (local $at i32)
    (local $output i32) (local $outputs i32)
    (local.set $groups (i32.load offset=32 (local.get $call)))
    (local.set $state (call $batch (local.get $groups) (i32.shl (local.get $groups) (i32.const 3))))
    (local.set $states (call $values (local.get $state) (i32.const 0)))
    (call $copy_states (local.get $call) (local.get $states))
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $output (call $batch (local.get $rows) (i32.shl (local.get $rows) (i32.const 3))))
    (local.set $outputs (call $values (local.get $output) (i32.const 0)))
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (local.set $at (i32.add (local.get $states) (i32.shl
        (i32.load (i32.add (i32.load offset=28 (local.get $call)) (i32.shl (local.get $i) (i32.const 2)))) (i32.const 3))))
      ;;@ fold-row
      ;;@ end
      (i64.store (local.get $at) (i64.add (i64.load (local.get $at))
        (call $value (local.get $call) (i32.const 0) (call $row (local.get $call) (local.get $i)))))
      (i64.store (i32.add (local.get $outputs) (i32.shl (local.get $i) (i32.const 3))) (i64.load (local.get $at)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    ;;@ fold-answer
    ;;@ end
    (call $result
      (select (local.get $output) (i32.const 0) (i32.and (i32.load offset=20 (local.get $call)) (i32.const 1)))
      (local.get $state))))
