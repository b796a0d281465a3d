;; Guests that turn on the few functions that a host offers.

;;;; a storm of calls to the host: GuestTrapped | GuestDeadlineExceeded
;;@ map-row
(loop $ever (call $log (i32.const 0) (i32.const 32) (i32.const 1)) br $ever) i64.const 0

;;;; a flood of log lines: nothing
;;@ map-row
(call $log (i32.const 3) (i32.const 32) (i32.const 19)) (call $log (i32.const 3) (i32.const 32) (i32.const 19))
(call $log (i32.const 3) (i32.const 32) (i32.const 19)) (call $log (i32.const 3) (i32.const 32) (i32.const 19))
(call $log (i32.const 3) (i32.const 32) (i32.const 19)) (call $log (i32.const 3) (i32.const 32) (i32.const 19))
(i64.add (local.get $value) (i64.const 1))

;;;; a log line of 60 MB: nothing
;;@ map-row
(drop (memory.grow (i32.const 920)))
(memory.fill (i32.const 131072) (i32.const 65) (i32.const 60000000))
(call $log (i32.const 1) (i32.const 131072) (i32.const 60000000)) (i64.add (local.get $value) (i64.const 1))

;;;; a log line outside the memory: GuestProtocolError
;;@ map-row
(call $log (i32.const 1) (i32.const -8) (i32.const 64)) i64.const 1

;;;; a log line whose length overflows: GuestProtocolError
;;@ map-row
(call $log (i32.const 1) (i32.const 64) (i32.const -1)) i64.const 1

;;;; a log line of an unknown level: nothing
;;@ map-row
(call $log (i32.const -1) (i32.const 32) (i32.const 5)) (i64.add (local.get $value) (i64.const 1))

;;;; escapes of a terminal in a log line: nothing
;;@ module
(data (i32.const 512) "\1b[2J\1b]0;owned\07\0d\0aerror: forged\c2\9b31m\e2\80\aetxt.exe")
;;@ map-row
(call $log (i32.const 1) (i32.const 512) (i32.const 44)) (i64.add (local.get $value) (i64.const 1))

;;;; bytes that are no UTF-8 in a log line: nothing
;;@ module
(data (i32.const 512) "\ff\fe\c3\28\ed\a0\80\f8\88\80\80\80")
;;@ map-row
(call $log (i32.const 1) (i32.const 512) (i32.const 12)) (i64.add (local.get $value) (i64.const 1))

;;;; an abort: GuestAborted
;;@ map-row
(call $abort (i32.const 32) (i32.const 19) (i32.const 64) (i32.const 6) (i32.const 7) (i32.const 3)) i64.const 1

;;;; an abort with escapes and lines of its own: GuestAborted
;;@ module
(data (i32.const 512) "oh\0aerror: forged\0a  --> passwd\1b[31m\e2\80\ae")
;;@ map-row
(call $abort (i32.const 512) (i32.const 41) (i32.const 512) (i32.const 41) (i32.const -1) (i32.const -1)) i64.const 1

;;;; an abort outside the memory: GuestProtocolError
;;@ map-row
(call $abort (i32.const -4) (i32.const 19) (i32.const 64) (i32.const 6) (i32.const 7) (i32.const 3)) i64.const 1

;;;; an abort of 4 GiB: GuestProtocolError
;;@ map-row
(call $abort (i32.const 0) (i32.const -1) (i32.const 64) (i32.const 6) (i32.const 7) (i32.const 3)) i64.const 1

;;;; an abort that says that memory is out: GuestMemoryExceeded
;;@ map-row
(call $abort (i32.const 80) (i32.const 32) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) i64.const 1

;;;; an abort in the start function: GuestAborted
;;@ module
(func $begin (call $abort (i32.const 32) (i32.const 19) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (start $begin)

;;;; an abort that points into a file of the machine: GuestAborted
;;@ module
(data (i32.const 512) "/etc/passwd")
;;@ map-row
(call $abort (i32.const 32) (i32.const 19) (i32.const 512) (i32.const 11) (i32.const 1) (i32.const 1)) i64.const 1

;;;; proc_exit: GuestAborted
;;@ imports
(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
;;@ map-row
(call $exit (i32.const 0)) i64.const 1

;;;; random bytes into memory that is not there: GuestProtocolError
;;@ imports
(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
;;@ map-row
(drop (call $random (i32.const -64) (i32.const 128))) i64.const 1

;;;; 4 GiB of random bytes: nothing | GuestProtocolError
;;@ imports
(import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
;;@ map-row
(drop (call $random (i32.const 0) (i32.const -1))) (i64.add (local.get $value) (i64.const 1))

;;;; output through 2^31 vectors: nothing | GuestProtocolError
;;@ imports
(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
;;@ map-row
(drop (call $write (i32.const 1) (i32.const 0) (i32.const 0x7fffffff) (i32.const 8))) (i64.add (local.get $value) (i64.const 1))

;;;; output from outside the memory: GuestProtocolError
;;@ imports
(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
;;@ map-row
(i32.store (i32.const 512) (i32.const -16)) (i32.store (i32.const 516) (i32.const 64))
(drop (call $write (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 520))) i64.const 1

;;;; output that never ends its line: nothing | GuestTrapped
;;@ imports
(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
;;@ map-row
(i32.store (i32.const 512) (i32.const 32)) (i32.store (i32.const 516) (i32.const 19))
(drop (call $write (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 520)))
(i64.add (local.get $value) (i64.const 1))

;;;; a wait of 292 years: nothing
;;@ imports
(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
;;@ map-row
(i64.store (i32.const 536) (i64.const 0x7fffffffffffffff))
(drop (call $poll (i32.const 512) (i32.const 600) (i32.const 1) (i32.const 700))) (i64.add (local.get $value) (i64.const 1))

;;;; the environment: nothing
;; It is empty, or the guest traps.
;;@ imports
(import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
;;@ map-row
(drop (call $sizes (i32.const 512) (i32.const 516)))
(if (i32.or (i32.load (i32.const 512)) (i32.load (i32.const 516))) (then unreachable)) (i64.add (local.get $value) (i64.const 1))

;;;; an open file: nothing
;; path_open answers that there is no such thing, or the guest traps.
;;@ imports
(import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
;;@ map-row
(if (i32.eqz (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 6) (i32.const 0) (i64.const -1) (i64.const -1)
  (i32.const 0) (i32.const 512))) (then unreachable))
(i64.add (local.get $value) (i64.const 1))

;;;; a socket: nothing
;;@ imports
(import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
;;@ map-row
(if (i32.eqz (call $accept (i32.const 3) (i32.const 0) (i32.const 512))) (then unreachable)) (i64.add (local.get $value) (i64.const 1))

;;;; an import of a clock that nobody offers: ModuleInvalid
;;@ imports
(import "env" "now" (func (result i64)))

;;;; an import of a function of the host that is none: ModuleInvalid
;;@ imports
(import "lightflus" "system" (func (param i32)))

;;;; an import with another signature: ModuleInvalid
;;@ imports
(import "wasi_snapshot_preview1" "proc_exit" (func (param i64)))

;;;; an import of a memory: ModuleInvalid
;;@ imports
(import "lightflus" "log" (global i32))
