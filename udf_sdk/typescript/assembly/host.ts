// The host's two imports, and how text gets to them.
//
// `abort` ends a call with a message at the user's place; `log` writes a line. Messages go out as UTF-8 through a fixed
// piece of static memory, so that both work when memory is exhausted. Knows nothing of batches or operators.
import { encode } from "./utf8";

// @ts-ignore: decorator
@external("lightflus", "abort")
declare function hostAbort(msg: usize, msgLen: usize, file: usize, fileLen: usize, line: i32, col: i32): void;

// @ts-ignore: decorator
@external("lightflus", "log")
declare function hostLog(level: i32, msg: usize, len: usize): void;

/** Longest text that is sent, in UTF-16 units; what is beyond is cut off. */
const MAX_UNITS: i32 = 2048;
const SCRATCH_BYTES: i32 = MAX_UNITS * 3 + 8;
const message: usize = memory.data(SCRATCH_BYTES, 8);
const place: usize = memory.data(SCRATCH_BYTES, 8);

function put(text: string, at: usize): usize {
  return encode(changetype<usize>(text), min(text.length, MAX_UNITS), at);
}

/** Ends the call with a message at a place in the user's file (1-based; line 0 = unknown). Does not return. */
export function fail(text: string, file: string, line: i32, col: i32): void {
  hostAbort(message, put(text, message), place, put(file, place), line, col);
  unreachable();
}

/** Ends the call because the host granted no more memory. `mib` is what the instance has. */
export function outOfMemory(mib: u32): void {
  let n = put("out of memory: the function has ", message);
  let divisor: u32 = 1;
  while (mib / divisor >= 10) divisor *= 10;
  for (; divisor; divisor /= 10) store<u8>(message + n++, 48 + ((mib / divisor) % 10));
  n += put(" MiB, needs more and may not have it", message + n);
  hostAbort(message, n, 0, 0, 0, 0);
  unreachable();
}

/** What asc calls for `throw`, `assert` and failed checks of its library. A place in a library is not the user's. */
export function onAbort(text: string | null, file: string | null, line: u32, col: u32): void {
  const isUsers = file != null && !file.startsWith("~lib/");
  fail(text == null ? "aborted" : text, isUsers ? file! : "", isUsers ? line : 0, isUsers ? col : 0);
}

/** Writes a log line: level 0 debug, 1 info, 2 warn, 3 error. */
export function log(level: i32, text: string): void {
  hostLog(level, message, put(text, message));
}
