;; Guests that trap: the call ends, the instance is thrown away, and the error says what it was.

;;;; unreachable in a map: GuestTrapped
;;@ map-row
unreachable

;;;; unreachable in a filter: GuestTrapped
;;@ filter-row
unreachable

;;;; unreachable in a flatMap: GuestTrapped
;;@ flat-counted
unreachable

;;;; unreachable in a key: GuestTrapped
;;@ key-row
unreachable

;;;; unreachable in a reduce: GuestTrapped
;;@ fold-row
unreachable

;;;; unreachable in the start function: GuestTrapped
;;@ module
(func $begin unreachable) (start $begin)

;;;; unreachable in _initialize: GuestTrapped
;;@ module
(func (export "_initialize") unreachable)

;;;; unreachable in lf_describe: GuestTrapped
;;@ describe
unreachable

;;;; unreachable in lf_row: GuestTrapped
;;@ row
unreachable

;;;; unreachable in lf_reset: GuestTrapped
;;@ reset
unreachable

;;;; unreachable in lf_alloc: GuestTrapped
;;@ alloc
unreachable

;;;; division by zero: GuestTrapped
;;@ map-row
(i64.div_s (local.get $value) (i64.const 0))

;;;; remainder by zero: GuestTrapped
;;@ map-row
(i64.rem_u (local.get $value) (i64.const 0))

;;;; a division that overflows: GuestTrapped
;;@ map-row
(i64.div_s (i64.const 0x8000000000000000) (i64.const -1))

;;;; NaN as an integer: GuestTrapped
;;@ map-row
(i64.trunc_f64_s (f64.const nan))

;;;; infinity as an integer: GuestTrapped
;;@ map-row
(i64.trunc_f64_u (f64.const inf))

;;;; a load outside the memory: GuestTrapped
;;@ map-row
(i64.load (i32.const -8))

;;;; a load whose offset leads outside the memory: GuestTrapped
;;@ map-row
(i64.load offset=4294967295 (i32.const -1))

;;;; a store outside the memory: GuestTrapped
;;@ map-row
(i64.store (i32.const 2147483647) (i64.const 1)) (i64.const 1)

;;;; memory.fill outside the memory: GuestTrapped
;;@ map-row
(memory.fill (i32.const 0) (i32.const 1) (i32.const -1)) (i64.const 1)

;;;; memory.copy outside the memory: GuestTrapped
;;@ map-row
(memory.copy (i32.const -16) (i32.const 0) (i32.const 32)) (i64.const 1)

;;;; a call of an empty entry of a table: GuestTrapped
;;@ module
(type $nothing (func)) (table 4 funcref)
;;@ map-row
(call_indirect (type $nothing) (i32.const 1)) (i64.const 1)

;;;; a call outside a table: GuestTrapped
;;@ module
(type $nothing (func)) (table 4 funcref)
;;@ map-row
(call_indirect (type $nothing) (i32.const -1)) (i64.const 1)

;;;; a call of a function with another signature: GuestTrapped
;;@ module
(type $nothing (func)) (table 4 funcref) (elem (i32.const 0) $other) (func $other (result i64) i64.const 1)
;;@ map-row
(call_indirect (type $nothing) (i32.const 0)) (i64.const 1)

;;;; table.get outside its table: GuestTrapped
;;@ module
(table $refs 1 funcref)
;;@ map-row
(drop (table.get $refs (i32.const 7))) (i64.const 1)

;;;; recursion without end in a map: GuestTrapped
;;@ module
(func $deeper (param i64) (result i64) (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
;;@ map-row
(call $deeper (i64.const 0))

;;;; recursion through a table: GuestTrapped
;;@ module
(type $into (func (param i64) (result i64)))
(table 4 funcref) (elem (i32.const 0) $around)
(func $around (type $into) (i64.add (call_indirect (type $into) (local.get 0) (i32.const 0)) (i64.const 1)))
;;@ map-row
(call $around (i64.const 0))

;;;; recursion with large frames: GuestTrapped
;;@ module
(func $wide (param i64) (result i64) (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
  (local.set 1 (call $wide (i64.add (local.get 0) (i64.const 1)))) (local.set 2 (call $wide (local.get 1)))
  (local.set 3 (call $wide (local.get 2))) (i64.add (local.get 3) (i64.add (local.get 2) (local.get 1))))
;;@ map-row
(call $wide (i64.const 0))

;;;; recursion in lf_describe: GuestTrapped
;;@ module
(func $again (result i32) (i32.add (call $again) (i32.const 1)))
;;@ describe
(call $again)

;;;; recursion in the start function: GuestTrapped
;;@ module
(func $again (result i32) (i32.add (call $again) (i32.const 1))) (func $begin (drop (call $again))) (start $begin)
