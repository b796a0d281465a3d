;; Guests that lie: about addresses, lengths, offsets, counts. What they say is checked before anybody believes it.
;; Within a chain it is the guest itself that reads it next, and may harm itself.
;; `$batch` is an ArrowArray of 64 bytes; behind it stand the address of its validity and that of its column, at 64, 68.

;;;; a result outside the memory: GuestProtocolError
;;@ result
(drop (call $map (local.get $call))) (i32.const -4)

;;;; a result at the last byte of the memory: GuestProtocolError
;;@ result
(drop (call $map (local.get $call))) (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 1))

;;;; a result without an output: GuestProtocolError
;;@ result
(call $result (i32.const 0) (i32.const 0))

;;;; an output outside the memory: GuestProtocolError
;;@ result
(call $result (i32.const -64) (i32.const 0))

;;;; an output that is not aligned: GuestProtocolError
;;@ result
(call $result (i32.const 20) (i32.const 0))

;;;; an output that is the call itself: GuestProtocolError
;;@ result
(call $result (local.get $call) (i32.const 0))

;;;; an output that is the result itself: GuestProtocolError
;;@ result
(i32.store (i32.const 512) (i32.const 28)) (i32.store (i32.const 516) (i32.const 512)) (i32.const 512)

;;;; a result of 4 GiB: GuestProtocolError
;;@ result
(i32.store (i32.const 512) (i32.const -1)) (i32.store (i32.const 516) (i32.const -64)) (i32.const 512)

;;;; more rows than came: GuestProtocolError
;;@ map-answer
(i64.store (local.get $batch) (i64.const 1000))

;;;; fewer rows than came: GuestProtocolError
;;@ map-answer
(i64.store (local.get $batch) (i64.const 1))

;;;; 2^31 rows: GuestProtocolError
;;@ map-answer
(i64.store (local.get $batch) (i64.const 0x80000000))

;;;; 2^63 - 1 rows: GuestProtocolError
;;@ map-answer
(i64.store (local.get $batch) (i64.const 0x7fffffffffffffff))

;;;; -1 rows: GuestProtocolError
;;@ map-answer
(i64.store (local.get $batch) (i64.const -1))

;;;; a null count of 2^40: GuestProtocolError
;;@ map-answer
(i64.store offset=8 (local.get $batch) (i64.const 0x10000000000))

;;;; an offset of an array: GuestProtocolError
;;@ map-answer
(i64.store offset=16 (local.get $batch) (i64.const 1))

;;;; a negative offset of an array: GuestProtocolError
;;@ map-answer
(i64.store offset=16 (local.get $batch) (i64.const -1))

;;;; too many buffers: GuestProtocolError
;;@ map-answer
(i64.store offset=24 (local.get $batch) (i64.const 1000000))

;;;; no buffers: GuestProtocolError
;;@ map-answer
(i64.store offset=24 (local.get $batch) (i64.const 0))

;;;; too many children: GuestProtocolError
;;@ map-answer
(i64.store offset=32 (local.get $batch) (i64.const 2))

;;;; 2^60 children: GuestProtocolError
;;@ map-answer
(i64.store offset=32 (local.get $batch) (i64.const 0x1000000000000000))

;;;; no children: GuestProtocolError
;;@ map-answer
(i64.store offset=32 (local.get $batch) (i64.const 0))

;;;; buffers outside the memory: GuestProtocolError
;;@ map-answer
(i32.store offset=40 (local.get $batch) (i32.const -8))

;;;; children outside the memory: GuestProtocolError
;;@ map-answer
(i32.store offset=44 (local.get $batch) (i32.const -1))

;;;; a dictionary: GuestProtocolError
;;@ map-answer
(i32.store offset=48 (local.get $batch) (local.get $batch))

;;;; a batch that is its own child: GuestProtocolError
;;@ map-answer
(i32.store offset=68 (local.get $batch) (local.get $batch))

;;;; a child outside the memory: GuestProtocolError | GuestTrapped
;;@ map-answer
(i32.store offset=68 (local.get $batch) (i32.const 0x7ffffff8))

;;;; a child that is not aligned: GuestProtocolError
;;@ map-answer
(i32.store offset=68 (local.get $batch) (i32.add (i32.load offset=68 (local.get $batch)) (i32.const 4)))

;;;; a child that is shorter than its parent: GuestProtocolError
;;@ map-answer
(i64.store (i32.load offset=68 (local.get $batch)) (i64.const 1))

;;;; values outside the memory: GuestProtocolError | GuestTrapped
;;@ map-answer
(i32.store offset=68 (i32.load offset=68 (local.get $batch)) (i32.const 0x7ffffff8))

;;;; values that end outside the memory: GuestProtocolError | GuestTrapped
;;@ map-answer
(i32.store offset=68 (i32.load offset=68 (local.get $batch)) (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 16)))

;;;; values that are not aligned: nothing | GuestProtocolError
;;@ map-answer
(i32.store offset=68 (i32.load offset=68 (local.get $batch)) (i32.const 100001))

;;;; nulls where there may be none: GuestProtocolError
;;@ map-answer
(i32.store offset=64 (i32.load offset=68 (local.get $batch)) (i32.const 4096))
(i64.store offset=8 (i32.load offset=68 (local.get $batch)) (i64.const -1))

;;;; nulls of a batch: GuestProtocolError
;;@ map-answer
(i32.store offset=64 (local.get $batch) (i32.const 4096)) (i64.store offset=8 (local.get $batch) (i64.const -1))

;;;; a bitmap outside the memory: GuestProtocolError
;;@ map-answer
(i32.store offset=64 (i32.load offset=68 (local.get $batch)) (i32.const -1))
(i64.store offset=8 (i32.load offset=68 (local.get $batch)) (i64.const 1))

;;;; the input as the output: nothing
;; An answer may point into its input: nobody is harmed but who does it.
;;@ map-answer
(local.set $batch (i32.load offset=8 (local.get $call)))

;;;; a filter's mask outside the memory: GuestProtocolError
;;@ filter-answer
(i32.store offset=68 (i32.load offset=68 (local.get $batch)) (i32.const -1))

;;;; a filter's mask that is too short: GuestProtocolError
;;@ filter-answer
(i64.store (local.get $batch) (i64.const 2))

;;;; a filter's mask of 2^62 bits: GuestProtocolError
;;@ filter-answer
(i64.store (local.get $batch) (i64.const 0x4000000000000000))

;;;; list offsets that go backwards: GuestProtocolError
;;@ list-answer
(i32.store offset=8 (local.get $offsets) (i32.const -6))

;;;; a list that ends with a negative offset: GuestProtocolError
;;@ list-answer
(i32.store (i32.add (local.get $offsets) (i32.shl (local.get $rows) (i32.const 2))) (i32.const -6))

;;;; a list whose first offset is not 0: GuestProtocolError
;;@ list-answer
(i32.store (local.get $offsets) (i32.const 1))

;;;; a list of 2^31 - 1 items: GuestProtocolError
;;@ list-answer
(i32.store (i32.add (local.get $offsets) (i32.shl (local.get $rows) (i32.const 2))) (i32.const 0x7fffffff))

;;;; list offsets outside the memory: GuestProtocolError
;;@ list-answer
(i32.store offset=68 (local.get $list) (i32.const -4))

;;;; a list whose child has other rows: GuestProtocolError
;;@ list-answer
(i64.store (local.get $child) (i64.const 3))

;;;; a list without a child: GuestProtocolError
;;@ list-answer
(i64.store offset=32 (local.get $list) (i64.const 0))

;;;; a list that is its own child: GuestProtocolError
;;@ list-answer
(i32.store offset=72 (local.get $list) (local.get $list))

;;;; a state with too many rows: GuestProtocolError
;;@ fold-answer
(i64.store (local.get $state) (i64.const 1000000))

;;;; a state with too few rows: GuestProtocolError
;;@ fold-answer
(i64.store (local.get $state) (i64.const 0))

;;;; a reduce without a state: GuestProtocolError
;;@ fold-answer
(return (call $result (local.get $output) (i32.const 0)))

;;;; a state outside the memory: GuestProtocolError
;;@ fold-answer
(return (call $result (local.get $output) (i32.const 0x7fffffc0)))

;;;; a reduce without an output: GuestProtocolError
;;@ fold-answer
(return (call $result (i32.const 0) (local.get $state)))

;;;; a state with nulls: GuestProtocolError
;;@ fold-answer
(i32.store offset=64 (i32.load offset=68 (local.get $state)) (i32.const 4096))
(i64.store offset=8 (i32.load offset=68 (local.get $state)) (i64.const -1))

;;;; an output as the state: GuestProtocolError
;;@ fold-answer
(local.set $state (local.get $output))

;;;; an allocation at 0: GuestProtocolError
;;@ alloc
(i32.const 0)

;;;; an allocation that is not aligned: GuestProtocolError
;;@ alloc
(i32.const 65537)

;;;; an allocation at the end of the memory: GuestProtocolError
;;@ alloc
(i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 16))

;;;; an allocation outside the memory: GuestProtocolError
;;@ alloc
(i32.const -16)

;;;; every allocation at the same place: nothing | GuestProtocolError | GuestTrapped
;; It overwrites its own input: garbage, and nobody else's.
;;@ alloc
(i32.const 66560)

;;;; an allocation over its own code's data: nothing | GuestProtocolError | GuestTrapped
;;@ alloc
(i32.const 16)
