;; Guests that do not come back, or not soon. Each is ended at its deadline, by a bound on what it may do, or by Ctrl-C.

;;;; a map that loops on every row: GuestDeadlineExceeded
;;@ map-row
(loop $ever br $ever) i64.const 0

;;;; a map that loops on the last row alone: GuestDeadlineExceeded
;;@ map-row
(if (i64.eq (local.get $value) (i64.const 19)) (then (loop $ever br $ever))) local.get $value

;;;; a map that loops where it gets more than one row: nothing
;; Cut down to single rows it is as good as any other, and costs a deadline for each cut.
;;@ map-row
(if (i32.gt_u (i32.load offset=12 (local.get $call)) (i32.const 1)) (then (loop $ever br $ever)))
(i64.add (local.get $value) (i64.const 1))

;;;; a map that lies about its row and loops: GuestDeadlineExceeded
;;@ map-row
(i32.store (i32.const 8) (i32.const 3)) (loop $ever br $ever) i64.const 0

;;;; a filter that loops: GuestDeadlineExceeded
;;@ filter-row
(loop $ever br $ever)

;;;; a flatMap that loops: GuestDeadlineExceeded
;;@ flat-counted
(loop $ever br $ever)

;;;; a key that loops: GuestDeadlineExceeded
;;@ key-row
(loop $ever br $ever) (i64.const 0)

;;;; a reduce that loops: GuestDeadlineExceeded
;;@ fold-row
(loop $ever br $ever)

;;;; a start function that loops: GuestDeadlineExceeded
;;@ module
(func $begin (loop $ever br $ever)) (start $begin)

;;;; an _initialize that loops: GuestDeadlineExceeded
;;@ module
(func (export "_initialize") (loop $ever br $ever))

;;;; an lf_describe that loops: GuestDeadlineExceeded
;;@ describe
(loop $ever br $ever) i32.const 16

;;;; an lf_row that loops: GuestDeadlineExceeded
;;@ row
(loop $ever br $ever) i32.const 8

;;;; an lf_reset that loops: GuestDeadlineExceeded
;;@ reset
(loop $ever br $ever)

;;;; an lf_alloc that loops: GuestDeadlineExceeded
;;@ alloc
(loop $ever br $ever) i32.const 65536

;;;; functions that call each other for ever in a loop: GuestDeadlineExceeded
;;@ module
(func $one (param i32) (result i32) local.get 0 i32.const 1 i32.add)
;;@ map-row
(loop $ever (drop (call $one (call $one (i32.const 3)))) br $ever) i64.const 0

;;;; a loop through a table: GuestDeadlineExceeded
;;@ module
(type $nothing (func)) (table 4 funcref) (elem (i32.const 0) $empty) (func $empty)
;;@ map-row
(loop $ever (call_indirect (type $nothing) (i32.const 0)) br $ever) i64.const 0

;;;; memory.fill of everything in a loop: GuestDeadlineExceeded
;;@ map-row
(drop (memory.grow (i32.const 900)))
(loop $ever (memory.fill (i32.const 131072) (i32.const 1) (i32.const 58000000)) br $ever) i64.const 0

;;;; memory.copy of everything in a loop: GuestDeadlineExceeded
;;@ map-row
(drop (memory.grow (i32.const 900)))
(loop $ever (memory.copy (i32.const 131072) (i32.const 131073) (i32.const 58000000)) br $ever) i64.const 0

;;;; a branch that is taken 2^64 times: GuestDeadlineExceeded
;;@ module
(global $left (mut i64) (i64.const -1))
;;@ map-row
(loop $more (global.set $left (i64.sub (global.get $left) (i64.const 1))) (br_if $more (i64.ne (global.get $left) (i64.const 0))))
i64.const 0

;;;; division as slow as it gets in a loop: GuestDeadlineExceeded
;;@ map-row
(loop $ever (drop (i64.div_s (i64.const 0x7fffffffffffffff) (i64.const 3))) br $ever) i64.const 0

;;;; table.grow in a loop: GuestDeadlineExceeded
;;@ module
(table $refs 1 funcref)
;;@ map-row
(loop $ever (drop (table.grow $refs (ref.null func) (i32.const 1))) br $ever) i64.const 0

;;;; memory.grow that fails in a loop: GuestDeadlineExceeded
;;@ map-row
(loop $ever (drop (memory.grow (i32.const 65535))) br $ever) i64.const 0
