;; Guests that want more memory than they get.

;;;; an arena that is never full: GuestMemoryExceeded
;;@ map-row
(loop $more (drop (call $alloc (i32.const 1048576))) br $more) i64.const 0

;;;; growth to the limit, and work with all of it: nothing
;;@ map-row
(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
(memory.fill (i32.const 131072) (i32.const 7) (i32.const 1000000))
(i64.add (local.get $value) (i64.const 1))

;;;; growth to the limit, then a trap: GuestMemoryExceeded | GuestTrapped
;;@ map-row
(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable

;;;; growth in the start function: GuestTrapped
;;@ module
(func $begin (drop (memory.grow (i32.const 65000))) (i32.store (i32.const 100000000) (i32.const 1))) (start $begin)

;;;; growth in lf_describe, written full: GuestDeadlineExceeded | GuestTrapped
;;@ describe
(drop (memory.grow (i32.const 1000)))
(loop $ever (memory.fill (i32.const 0) (i32.const 255) (i32.const 65000000)) br $ever) i32.const 16

;;;; a memory that begins with 4 GiB: ModuleInvalid
;;@ memory
(memory (export "memory") 65536)

;;;; a memory that begins with one page more than allowed: ModuleInvalid
;;@ memory
(memory (export "memory") 1025)

;;;; a table that begins with 4,000,000,000 elements: ModuleInvalid | GuestMemoryExceeded
;;@ module
(table 4000000000 funcref)

;;;; a table that begins with 20,000 elements: GuestMemoryExceeded
;;@ module
(table 20000 funcref)

;;;; table.grow by 100,000,000: GuestTrapped
;;@ module
(table $refs 1 funcref)
;;@ map-row
(if (i32.eq (table.grow $refs (ref.null func) (i32.const 100000000)) (i32.const -1)) (then unreachable)) i64.const 1

;;;; two tables: ModuleInvalid | GuestMemoryExceeded
;;@ module
(table 1 funcref) (table 1 funcref)

;;;; two memories: ModuleInvalid
;;@ module
(memory 1)

;;;; data outside the memory: GuestTrapped | GuestMemoryExceeded | ModuleInvalid
;;@ module
(data (i32.const 200000) "outside")

;;;; an answer that fills the memory with copies: GuestMemoryExceeded
;;@ flat-counted
(local.set $total (i32.const 16000000))

;;;; an allocation of 2 GiB: GuestMemoryExceeded
;;@ map-row
(drop (call $alloc (i32.const 0x7fff0000))) i64.const 1
