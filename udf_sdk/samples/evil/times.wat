;; Guests of a job with event time that turn on its exports: `lf_merge`, `lf_finish`, `lf_process`, and the times of records.
;; They fill holes of timed.wat. `$state` and `$output` are ArrowArrays as in answers.wat, `$timers` one of lists.

;;;; a merge that loops: GuestDeadlineExceeded
;;@ merge-row
(loop $ever br $ever)

;;;; a merge that traps: GuestTrapped
;;@ merge-row
unreachable

;;;; a merge that grows: GuestMemoryExceeded
;;@ merge-row
(loop $more (drop (call $alloc (i32.const 1048576))) br $more)

;;;; a finish that loops: GuestDeadlineExceeded
;;@ finish-row
(loop $ever br $ever)

;;;; a finish that traps: GuestTrapped
;;@ finish-row
unreachable

;;;; a finish that grows: GuestMemoryExceeded
;;@ finish-row
(loop $more (drop (call $alloc (i32.const 1048576))) br $more)

;;;; a process that loops: GuestDeadlineExceeded
;;@ process-row
(loop $ever br $ever)

;;;; a process that traps: GuestTrapped
;;@ process-row
unreachable

;;;; a process that grows: GuestMemoryExceeded
;;@ process-row
(loop $more (drop (call $alloc (i32.const 1048576))) br $more)

;;;; a merge without an answer: GuestProtocolError
;;@ merge-answer
(return (call $result (i32.const 0) (i32.const 0)))

;;;; a merge whose answer lies outside the memory: GuestProtocolError
;;@ merge-answer
(return (call $result (i32.const 0) (i32.const -64)))

;;;; a merge with 2^31 rows: GuestProtocolError
;;@ merge-answer
(i64.store (local.get $state) (i64.const 0x80000000))

;;;; a merge with a row too few: GuestProtocolError
;;@ merge-answer
(i64.store (local.get $state) (i64.sub (i64.load (local.get $state)) (i64.const 1)))

;;;; a merge whose column has a row too few: GuestProtocolError
;;@ merge-answer
(i64.store (i32.load offset=68 (local.get $state)) (i64.const 0))

;;;; a merge whose values lie outside the memory: GuestProtocolError
;;@ merge-answer
(i32.store offset=68 (i32.load offset=68 (local.get $state)) (i32.const -16))

;;;; a finish without an answer: GuestProtocolError
;;@ finish-answer
(return (call $result (i32.const 0) (i32.const 0)))

;;;; a finish whose answer lies outside the memory: GuestProtocolError
;;@ finish-answer
(return (call $result (i32.const -64) (i32.const 0)))

;;;; a finish with 2^31 rows: GuestProtocolError
;;@ finish-answer
(i64.store (local.get $output) (i64.const 0x80000000))

;;;; a finish with a row too few: GuestProtocolError
;;@ finish-answer
(i64.store (local.get $output) (i64.sub (i64.load (local.get $output)) (i64.const 1)))

;;;; a finish whose column has a row too few: GuestProtocolError
;;@ finish-answer
(i64.store (i32.load offset=68 (local.get $output)) (i64.const 0))

;;;; a finish whose values lie outside the memory: GuestProtocolError
;;@ finish-answer
(i32.store offset=68 (i32.load offset=68 (local.get $output)) (i32.const -16))

;;;; a merge that answers with the states that came: GuestProtocolError
;; Those are as many as there are panes, not as many as there are windows.
;;@ merge-answer
(return (call $result (i32.const 0) (i32.load offset=8 (local.get $call))))

;;;; a process function without state: GuestProtocolError
;;@ process-answer
(return (call $result (local.get $output) (i32.const 0)))

;;;; a process function whose state lies outside the memory: GuestProtocolError
;;@ process-answer
(return (call $result (local.get $output) (i32.const -64)))

;;;; a process function with state for keys that did not come: GuestProtocolError
;; An answer names no keys: its rows are those of the call, and here are more.
;;@ process-answer
(i64.store (local.get $state) (i64.const 1000))

;;;; a process function with a state of 2^31 rows: GuestProtocolError
;;@ process-answer
(i64.store (local.get $state) (i64.const 0x80000000))

;;;; a process function with 2^31 results: GuestProtocolError
;;@ process-answer
(if (local.get $output) (then (i64.store (local.get $output) (i64.const 0x80000000))))

;;;; a process function whose results have no times: GuestProtocolError
;;@ process-answer
(if (local.get $output) (then (i32.store offset=72 (local.get $output) (i32.const 0))))

;;;; a process function whose results are of the year 300,000: GuestProtocolError
;;@ process-answer
(if (local.get $output) (then (call $point (local.get $output) (i32.const 2) (call $series (local.get $rows) (i64.const 0x7fffffffffffffff) (i64.const 0)))))

;;;; a process function whose results were before all time: GuestProtocolError
;;@ process-answer
(if (local.get $output) (then (call $point (local.get $output) (i32.const 2) (call $series (local.get $rows) (i64.const 0x8000000000000000) (i64.const 0)))))

;;;; a process function with side outputs that lie outside the memory: GuestProtocolError
;;@ process-more
(func $listed (param $result i32) (result i32)
  (i32.store offset=12 (local.get $result) (i32.const -4)) (local.get $result))
;;@ process-answer
(return (call $listed (call $result (local.get $output) (local.get $state))))

;;;; timers before all time: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (call $series (local.get $groups) (i64.const 0x8000000000000000) (i64.const 0))))

;;;; timers behind all time: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (call $series (local.get $groups) (i64.const 0x7fffffffffffffff) (i64.const 0))))

;;;; timers in the past that stay set for ever: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (call $series (local.get $groups) (i64.const -1000) (i64.const 0))))

;;;; timers that are set again, a millisecond later, for ever: GuestProtocolError
;; At the end of time there is no millisecond later.
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (call $series (local.get $groups) (i64.add (i64.load offset=56 (local.get $call)) (i64.const 1)) (i64.const 0))))

;;;; timers that do not ascend: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 2)) (call $series (i32.shl (local.get $groups) (i32.const 1)) (i64.const 5000) (i64.const -1))))

;;;; timers that are there twice: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 2)) (call $series (i32.shl (local.get $groups) (i32.const 1)) (i64.const 5000) (i64.const 0))))

;;;; 1,000,001 timers of each key: GuestProtocolError | GuestMemoryExceeded
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1000001)) (call $series (i32.mul (local.get $groups) (i32.const 1000001)) (i64.const 5000) (i64.const 1))))

;;;; 2^31 timers: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (call $series (local.get $groups) (i64.const 5000) (i64.const 0))))
(i32.store offset=4 (i32.load offset=4 (i32.load offset=40 (local.get $timers))) (i32.const 0x7fffffff))

;;;; timers whose offsets go backwards: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const -1)) (call $series (local.get $groups) (i64.const 5000) (i64.const 0))))

;;;; timers whose offsets lie outside the memory: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (i32.const -64) (call $series (local.get $groups) (i64.const 5000) (i64.const 0))))

;;;; timers that lie outside the memory: GuestProtocolError
;;@ process-timers
(local.set $timers (call $lists (local.get $groups) (call $offsets (local.get $groups) (i32.const 1)) (i32.const -64)))

;;;; keys that remember a time behind all time: nothing | GuestProtocolError
;;@ process-timers
(i64.store (local.get $lasts) (i64.const 0x7fffffffffffffff))

;;;; times that are no numbers: TimeInvalid
;;@ map-row
i64.const 0x7ff8000000000000

;;;; times that are infinite: TimeInvalid
;;@ map-row
i64.const 0x7ff0000000000000

;;;; times between two milliseconds: TimeInvalid
;;@ map-row
(i64.reinterpret_f64 (f64.const 0.5))

;;;; times of the year 300,000: TimeInvalid
;;@ map-row
(i64.reinterpret_f64 (f64.const 9e15))

;;;; times as far apart as can be: nothing
;; All but one are late: that is their loss.
;;@ map-row
(i64.reinterpret_f64 (select (f64.const 8.64e15) (f64.const -8.64e15) (i32.wrap_i64 (i64.and (local.get $value) (i64.const 1)))))
