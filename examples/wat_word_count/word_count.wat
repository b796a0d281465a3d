;; The word count by hand, in WebAssembly's text format: the whole guest ABI (docs/abi.md) with nothing in between.
;; Numbers in brackets are rules of that page. Read it from top to bottom; nothing is used before it is explained.
;;
;;   function 0, flat map: a line -> its words, each as {word, 1}; split at single spaces
;;   function 1, reduce:   the counts of one word are added up
;;
;; The sink writes `word` and `count` as they are, as the graph says, so there is no third function.
(module
  ;; [2] What a module may import. This one only needs to say why it gives up.
  (import "lightflus" "abort" (func $abort (param i32 i32 i32 i32 i32 i32)))

  ;; [1.1, 1.3] One memory of its own. 128 KiB at first: 64 for what is fixed, the rest and whatever grows is the arena.
  (memory (export "memory") 2)

  ;; Fixed addresses:
  ;;    8  the row that is being worked on [4.3]
  ;;   16  address and length of the graph [3]
  ;;   32  a message
  ;; 1024  the graph [5], ended by a 0
  (data (i32.const 16) "\00\04\00\00")
  (data (i32.const 32) "out of memory: the batch and its words do not fit")
  (data (i32.const 1024)
    "{\"version\":1,\"job\":\"wordCount\",\"namespace\":\"default\",\"sdk\":{\"language\":\"wat\"},\"operators\":["
    "{\"id\":0,\"output\":{\"scalar\":\"UTF8\"},\"source\":{\"connector\":{\"kind\":\"kafka\",\"options\":{\"topic\":\"topic\"}}}},"
    "{\"id\":1,\"inputs\":[{\"operator\":0}],\"flatMap\":{\"function\":0},\"output\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}},"
    "{\"id\":2,\"inputs\":[{\"operator\":1}],\"keyBy\":{\"key\":{\"field\":{\"names\":[\"word\"]}},\"keyType\":{\"scalar\":\"UTF8\"}},"
    "\"output\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}},"
    "{\"id\":3,\"name\":\"count\",\"inputs\":[{\"operator\":2}],\"reduce\":{\"function\":1},\"output\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}},"
    "{\"id\":4,\"inputs\":[{\"operator\":3}],\"sink\":{\"connector\":{\"kind\":\"redis\"},\"fields\":["
    "{\"name\":\"key\",\"value\":{\"field\":{\"names\":[\"word\"]}},\"type\":{\"scalar\":\"UTF8\"}},"
    "{\"name\":\"value\",\"value\":{\"field\":{\"names\":[\"count\"]}},\"type\":{\"scalar\":\"INT64\"}}],"
    "\"delivery\":\"DELIVERY_UPSERT\",\"keyFields\":[\"key\"]}}],"
    "\"functions\":["
    "{\"kind\":\"FUNCTION_KIND_FLAT_MAP\",\"name\":\"split\",\"input\":{\"scalar\":\"UTF8\"},\"output\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}},"
    "{\"kind\":\"FUNCTION_KIND_REDUCE\",\"name\":\"add\",\"keeps\":[\"word\"],\"input\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}},"
    "\"output\":{\"struct\":{\"fields\":["
    "{\"name\":\"word\",\"type\":{\"scalar\":\"UTF8\"}},{\"name\":\"count\",\"type\":{\"scalar\":\"INT64\"}}]}}}]}\00")

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; The exports that only say something about the module.

  (func (export "lf_abi_v1"))                       ;; its name is the version; nobody calls it
  (func (export "lf_row") (result i32) i32.const 8)
  (func (export "lf_describe") (result i32)         ;; the length is looked up rather than counted by hand
    (local $end i32)
    (local.set $end (i32.const 1024))
    (loop $next
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br_if $next (i32.load8_u (local.get $end))))
    (i32.store (i32.const 20) (i32.sub (local.get $end) (i32.const 1024)))
    (i32.const 16))

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; The arena [3]: `lf_alloc` moves a pointer up, `lf_reset` puts it back. The host allocates its batches here, too.

  (global $heap (mut i32) (i32.const 65536))

  (func (export "lf_reset") (global.set $heap (i32.const 65536)))

  (func $alloc (export "lf_alloc") (param $size i32) (result i32)
    (local $at i32) (local $end i64) (local $pages i64) (local $missing i64)
    ;; 16-byte aligned; 64-bit arithmetic, because address + size may not fit into 32 bits.
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 15)) (i32.const -16)))
    (local.set $end (i64.add (i64.extend_i32_u (local.get $at)) (i64.extend_i32_u (local.get $size))))
    (local.set $pages (i64.extend_i32_u (memory.size)))
    (local.set $missing (i64.sub
      (i64.shr_u (i64.add (local.get $end) (i64.const 65535)) (i64.const 16)) (local.get $pages)))
    (block $fits
      (br_if $fits (i64.le_s (local.get $missing) (i64.const 0)))
      ;; Grow by doubling [1.3] where that is enough and allowed, else by what is missing.
      (if (i64.lt_u (local.get $missing) (local.get $pages))
        (then (br_if $fits (i32.ne (i32.const -1) (memory.grow (i32.wrap_i64 (local.get $pages)))))))
      (br_if $fits (i32.ne (i32.const -1) (memory.grow (i32.wrap_i64 (local.get $missing)))))
      ;; [3.5] The host knows by these first words that memory was the problem, and tries with fewer rows [8.2].
      (call $abort (i32.const 32) (i32.const 49) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
      (unreachable))
    (global.set $heap (i32.wrap_i64 (local.get $end)))
    (local.get $at))

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; Arrays of 32-bit words: what offsets, selections, groups and lists of addresses all are.

  (func $words (param $count i32) (result i32) (call $alloc (i32.shl (local.get $count) (i32.const 2))))
  (func $get (param $array i32) (param $i i32) (result i32)
    (i32.load (i32.add (local.get $array) (i32.shl (local.get $i) (i32.const 2)))))
  (func $set (param $array i32) (param $i i32) (param $value i32)
    (i32.store (i32.add (local.get $array) (i32.shl (local.get $i) (i32.const 2))) (local.get $value)))
  ;; And of 64-bit ones.
  (func $get64 (param $array i32) (param $i i32) (result i64)
    (i64.load (i32.add (local.get $array) (i32.shl (local.get $i) (i32.const 3)))))
  (func $set64 (param $array i32) (param $i i32) (param $value i64)
    (i64.store (i32.add (local.get $array) (i32.shl (local.get $i) (i32.const 3))) (local.get $value)))

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; ArrowArrays [6.1]. A batch is an array of struct type: its children are the columns.

  ;; Buffer $k of column $column of a batch: batch.children[column].buffers[k].
  (func $buffer (param $batch i32) (param $column i32) (param $k i32) (result i32)
    (call $get (i32.load offset=40 (call $get (i32.load offset=44 (local.get $batch)) (local.get $column))) (local.get $k)))

  ;; A new array with room for its pointers behind it. Buffer 0, the validity bits, stays 0: there are no nulls.
  (func $array (param $length i32) (param $buffers i32) (param $children i32) (result i32)
    (local $at i32) (local $size i32)
    (local.set $size (i32.add (i32.const 64) (i32.shl (i32.add (local.get $buffers) (local.get $children)) (i32.const 2))))
    (local.set $at (call $alloc (local.get $size)))
    (memory.fill (local.get $at) (i32.const 0) (local.get $size))
    (i64.store offset=0 (local.get $at) (i64.extend_i32_u (local.get $length)))
    (i64.store offset=24 (local.get $at) (i64.extend_i32_u (local.get $buffers)))
    (i64.store offset=32 (local.get $at) (i64.extend_i32_u (local.get $children)))
    (i32.store offset=40 (local.get $at) (i32.add (local.get $at) (i32.const 64)))
    (i32.store offset=44 (local.get $at) (i32.add (i32.add (local.get $at) (i32.const 64))
      (i32.shl (local.get $buffers) (i32.const 2))))
    (local.get $at))

  ;; A batch of {word, count}: $n words lie at addresses $at[i], $size[i] bytes each, their counts at $counts.
  (func $batch (param $n i32) (param $at i32) (param $size i32) (param $counts i32) (result i32)
    (local $i i32) (local $total i32) (local $offsets i32) (local $bytes i32) (local $column i32) (local $batch i32)
    (local.set $batch (call $array (local.get $n) (i32.const 1) (i32.const 2)))
    ;; Offsets first [6.4]: n + 1 of them, beginning with 0.
    (local.set $offsets (call $words (i32.add (local.get $n) (i32.const 1))))
    (call $set (local.get $offsets) (i32.const 0) (i32.const 0))
    (block $measured (loop $next
      (br_if $measured (i32.eq (local.get $i) (local.get $n)))
      (local.set $total (i32.add (local.get $total) (call $get (local.get $size) (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (call $set (local.get $offsets) (local.get $i) (local.get $total))
      (br $next)))
    ;; Then the bytes, one word behind the other.
    (local.set $bytes (call $alloc (local.get $total)))
    (local.set $i (i32.const 0))
    (block $copied (loop $next
      (br_if $copied (i32.eq (local.get $i) (local.get $n)))
      (memory.copy
        (i32.add (local.get $bytes) (call $get (local.get $offsets) (local.get $i)))
        (call $get (local.get $at) (local.get $i))
        (call $get (local.get $size) (local.get $i)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (local.set $column (call $array (local.get $n) (i32.const 3) (i32.const 0)))
    (call $set (i32.load offset=40 (local.get $column)) (i32.const 1) (local.get $offsets))
    (call $set (i32.load offset=40 (local.get $column)) (i32.const 2) (local.get $bytes))
    (call $set (i32.load offset=44 (local.get $batch)) (i32.const 0) (local.get $column))
    (local.set $column (call $array (local.get $n) (i32.const 2) (i32.const 0)))
    (call $set (i32.load offset=40 (local.get $column)) (i32.const 1) (local.get $counts))
    (call $set (i32.load offset=44 (local.get $batch)) (i32.const 1) (local.get $column))
    (local.get $batch))

  ;; [4] The Result: 28 bytes that begin with their size.
  (func $result (param $output i32) (param $state i32) (result i32)
    (local $at i32)
    (local.set $at (call $alloc (i32.const 28)))
    (memory.fill (local.get $at) (i32.const 0) (i32.const 28))
    (i32.store offset=0 (local.get $at) (i32.const 28))
    (i32.store offset=4 (local.get $at) (local.get $output))
    (i32.store offset=8 (local.get $at) (local.get $state))
    (local.get $at))

  ;; Begins row $i of a call: notes it for error messages [4.3], and says which row of the batch it is [4, selection].
  (func $row (param $call i32) (param $i i32) (result i32)
    (i32.store (i32.const 8) (local.get $i))
    (if (result i32) (i32.load offset=16 (local.get $call))
      (then (call $get (i32.load offset=16 (local.get $call)) (local.get $i)))
      (else (local.get $i))))

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; Function 0: split. Lines -> lists of {word, 1}: a list array whose only child is the batch of all words [4.1].
  ;; A word is noted where it stands in the line; $batch copies it once it is known how much there is.

  (func (export "lf_apply") (param $call i32) (result i32)
    (local $i i32) (local $rows i32) (local $row i32) (local $line i32) (local $end i32) (local $begin i32)
    (local $offsets i32) (local $bytes i32) (local $most i32) (local $n i32)
    (local $at i32) (local $size i32) (local $counts i32) (local $lists i32) (local $answer i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $offsets (call $buffer (i32.load offset=8 (local.get $call)) (i32.const 0) (i32.const 1)))
    (local.set $bytes (call $buffer (i32.load offset=8 (local.get $call)) (i32.const 0) (i32.const 2)))
    ;; A line of k bytes has at most k + 1 words: room for all of them.
    (block $known (loop $next
      (br_if $known (i32.eq (local.get $i) (local.get $rows)))
      (local.set $row (call $row (local.get $call) (local.get $i)))
      (local.set $most (i32.add (i32.add (local.get $most) (i32.const 1)) (i32.sub
        (call $get (local.get $offsets) (i32.add (local.get $row) (i32.const 1)))
        (call $get (local.get $offsets) (local.get $row)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (local.set $at (call $words (local.get $most)))
    (local.set $size (call $words (local.get $most)))
    (local.set $counts (call $alloc (i32.shl (local.get $most) (i32.const 3))))
    (local.set $lists (call $words (i32.add (local.get $rows) (i32.const 1))))
    (call $set (local.get $lists) (i32.const 0) (i32.const 0))
    (local.set $i (i32.const 0))
    (block $done (loop $next_line
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (local.set $row (call $row (local.get $call) (local.get $i)))
      (local.set $line (i32.add (local.get $bytes) (call $get (local.get $offsets) (local.get $row))))
      (local.set $end (i32.add (local.get $bytes)
        (call $get (local.get $offsets) (i32.add (local.get $row) (i32.const 1)))))
      (loop $next_word
        (local.set $begin (local.get $line))
        (block $found (loop $next_byte
          (br_if $found (i32.eq (local.get $line) (local.get $end)))
          (br_if $found (i32.eq (i32.load8_u (local.get $line)) (i32.const 0x20)))
          (local.set $line (i32.add (local.get $line) (i32.const 1)))
          (br $next_byte)))
        (call $set (local.get $at) (local.get $n) (local.get $begin))
        (call $set (local.get $size) (local.get $n) (i32.sub (local.get $line) (local.get $begin)))
        (call $set64 (local.get $counts) (local.get $n) (i64.const 1))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (if (i32.ne (local.get $line) (local.get $end))  ;; at a space: another word follows, be it empty
          (then
            (local.set $line (i32.add (local.get $line) (i32.const 1)))
            (br $next_word))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (call $set (local.get $lists) (local.get $i) (local.get $n))
      (br $next_line)))
    (local.set $answer (call $array (local.get $rows) (i32.const 2) (i32.const 1)))
    (call $set (i32.load offset=40 (local.get $answer)) (i32.const 1) (local.get $lists))
    (call $set (i32.load offset=44 (local.get $answer)) (i32.const 0)
      (call $batch (local.get $n) (local.get $at) (local.get $size) (local.get $counts)))
    (call $result (local.get $answer) (i32.const 0)))

  ;; ---------------------------------------------------------------------------------------------------------------
  ;; Function 1: add [4.2]. Group g of the call has a state, or none yet (a null row of `state`); $size[g] = -1 says so.

  ;; Whether row $i of the states is not null: bit i of the validity bits, if there are any.
  (func $has_state (param $call i32) (param $i i32) (result i32)
    (local $validity i32)
    (local.set $validity (i32.load (i32.load offset=40 (i32.load offset=24 (local.get $call)))))
    (if (i32.eqz (local.get $validity)) (then (return (i32.const 1))))
    (i32.and (i32.const 1) (i32.shr_u
      (i32.load8_u (i32.add (local.get $validity) (i32.shr_u (local.get $i) (i32.const 3))))
      (i32.and (local.get $i) (i32.const 7)))))

  ;; Takes row $row of a batch of {word, count} as entry $i: its word where it lies, its count.
  (func $take (param $batch i32) (param $row i32) (param $i i32) (param $at i32) (param $size i32) (param $counts i32)
    (local $offsets i32) (local $begin i32)
    (local.set $offsets (call $buffer (local.get $batch) (i32.const 0) (i32.const 1)))
    (local.set $begin (call $get (local.get $offsets) (local.get $row)))
    (call $set (local.get $at) (local.get $i)
      (i32.add (call $buffer (local.get $batch) (i32.const 0) (i32.const 2)) (local.get $begin)))
    (call $set (local.get $size) (local.get $i)
      (i32.sub (call $get (local.get $offsets) (i32.add (local.get $row) (i32.const 1))) (local.get $begin)))
    (call $set64 (local.get $counts) (local.get $i)
      (call $get64 (call $buffer (local.get $batch) (i32.const 1) (i32.const 1)) (local.get $row))))

  (func (export "lf_fold") (param $call i32) (result i32)
    (local $i i32) (local $g i32) (local $rows i32) (local $groups i32) (local $row i32) (local $before i64)
    (local $at i32) (local $size i32) (local $counts i32) (local $out_at i32) (local $out_size i32) (local $out_counts i32)
    (local.set $rows (i32.load offset=12 (local.get $call)))
    (local.set $groups (i32.load offset=32 (local.get $call)))
    (local.set $at (call $words (local.get $groups)))
    (local.set $size (call $words (local.get $groups)))
    (local.set $counts (call $alloc (i32.shl (local.get $groups) (i32.const 3))))
    (local.set $out_at (call $words (local.get $rows)))
    (local.set $out_size (call $words (local.get $rows)))
    (local.set $out_counts (call $alloc (i32.shl (local.get $rows) (i32.const 3))))
    ;; The states as they are.
    (block $taken (loop $next
      (br_if $taken (i32.eq (local.get $g) (local.get $groups)))
      (if (call $has_state (local.get $call) (local.get $g))
        (then (call $take (i32.load offset=24 (local.get $call)) (local.get $g)
          (local.get $g) (local.get $at) (local.get $size) (local.get $counts)))
        (else (call $set (local.get $size) (local.get $g) (i32.const -1))))
      (local.set $g (i32.add (local.get $g) (i32.const 1)))
      (br $next)))
    ;; The rows, in order. The first row of a group without a state becomes its state.
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $i) (local.get $rows)))
      (local.set $row (call $row (local.get $call) (local.get $i)))
      (local.set $g (call $get (i32.load offset=28 (local.get $call)) (local.get $i)))
      (local.set $before (i64.const 0))
      (if (i32.ne (call $get (local.get $size) (local.get $g)) (i32.const -1))
        (then (local.set $before (call $get64 (local.get $counts) (local.get $g)))))
      (call $take (i32.load offset=8 (local.get $call)) (local.get $row)
        (local.get $g) (local.get $at) (local.get $size) (local.get $counts))
      (call $set64 (local.get $counts) (local.get $g)
        (i64.add (local.get $before) (call $get64 (local.get $counts) (local.get $g))))
      ;; What the state is after this row, in case that is wanted.
      (call $set (local.get $out_at) (local.get $i) (call $get (local.get $at) (local.get $g)))
      (call $set (local.get $out_size) (local.get $i) (call $get (local.get $size) (local.get $g)))
      (call $set64 (local.get $out_counts) (local.get $i) (call $get64 (local.get $counts) (local.get $g)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (call $result
      (if (result i32) (i32.and (i32.load offset=20 (local.get $call)) (i32.const 1))
        (then (call $batch (local.get $rows) (local.get $out_at) (local.get $out_size) (local.get $out_counts)))
        (else (i32.const 0)))
      (call $batch (local.get $groups) (local.get $at) (local.get $size) (local.get $counts)))))
