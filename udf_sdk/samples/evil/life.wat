;; Guests that are not what they say, or not the same twice.

;;;; a description outside the memory: GuestProtocolError
;;@ describe
i32.const -4

;;;; a description of 4 GiB: GuestProtocolError
;;@ describe
(i32.store (i32.const 20) (i32.const -1)) i32.const 16

;;;; a description that begins outside the memory: GuestProtocolError
;;@ describe
(i32.store (i32.const 16) (i32.const -1)) i32.const 16

;;;; a description of another graph than the module carries: GuestProtocolError
;;@ describe
(i32.store8 (i32.const 1030) (i32.const 65)) i32.const 16

;;;; a description that is shorter than the module carries: GuestProtocolError
;;@ describe
(i32.store (i32.const 20) (i32.const 7)) i32.const 16

;;;; an empty description: GuestProtocolError
;;@ describe
(i32.store (i32.const 20) (i32.const 0)) i32.const 16

;;;; a row outside the memory: GuestProtocolError
;;@ row
i32.const -2

;;;; a row in the middle of its own graph: nothing
;;@ row
i32.const 1024

;;;; a row marker that is not there, and a trap: GuestTrapped
;;@ map-row
(i32.store (i32.const 8) (i32.const -1)) unreachable

;;;; a row marker of 2^31, and a trap: GuestTrapped
;;@ map-row
(i32.store (i32.const 8) (i32.const 0x80000000)) unreachable

;;;; a guest that fails on its second call alone: GuestTrapped
;; A pure function would not: the row counts as poison only if it fails alone, too.
;;@ module
(global $calls (mut i32) (i32.const 0))
;;@ reset
(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
(if (i32.gt_u (global.get $calls) (i32.const 1)) (then unreachable))

;;;; a guest that looks for what another one has left: nothing
;; It traps where memory that nobody has written is not zero.
;;@ module
(func $look (local $at i32)
  (local.set $at (i32.const 66000))
  (loop $next
    (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then unreachable))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $next (i32.lt_u (local.get $at) (i32.const 131072)))))
(start $look)

;;;; a guest that looks for leavings in memory that it grows by: nothing
;;@ module
(func (export "_initialize") (local $at i32)
  (drop (memory.grow (i32.const 600)))
  (local.set $at (i32.const 131072))
  (loop $next
    (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then unreachable))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (br_if $next (i32.lt_u (local.get $at) (i32.const 39000000)))))

;;;; a guest that leaves a secret and dies, for the next one to find: GuestTrapped
;;@ map-row
(memory.fill (i32.const 66000) (i32.const 83) (i32.const 60000)) unreachable

;;;; a guest that counts its calls, to say something else each time: nothing
;;@ module
(global $calls (mut i64) (i64.const 0))
;;@ reset
(global.set $calls (i64.add (global.get $calls) (i64.const 1)))
;;@ map-row
(i64.add (local.get $value) (global.get $calls))
