// How helpers end a call with a message at the user's place, say a number of things, refuse to change what main made, and
// hand over "a value or undefined".
// Owns the one-value register behind `found`. Everything runs on the one thread of the instance.
import { fail } from "~lf/host";

/** Ends the call; file, line and column (1-based) are the user's. */
export function failAt(message: string, file: string, line: i32, column: i32): void {
  fail(message, file, line, column);
}

/** So many of them in words: "1 element", "2 elements". */
export function counted(count: i32, noun: string): string {
  return count.toString() + " " + noun + (count == 1 ? "" : "s");
}

/**
 * Ends the call when an object was made by main and is about to be changed by a stream function. The arena's check of
 * stored references is asked about a reference that is younger than everything, so that numbers are watched too.
 */
// @ts-ignore: decorator
@inline
export function guard(object: usize): void {
  __link(object, usize.MAX_VALUE, false);
}

let register: u64 = 0;

/** Puts a value into the register and answers true: the last step of every `...Ok` helper that has a value. */
// @ts-ignore: decorator
@inline
export function keep<T>(value: T): bool {
  if (isReference<T>()) register = <u64>changetype<usize>(value);
  else if (isFloat<T>()) register = reinterpret<u64>(<f64>value);
  else register = <u64>value;
  return true;
}

/** The value that the `...Ok` helper just found. */
// @ts-ignore: decorator
@inline
export function found<T>(): T {
  if (isReference<T>()) return changetype<T>(<usize>register);
  else if (isFloat<T>()) return <T>reinterpret<f64>(register);
  else if (isBoolean<T>()) return <T>(register != 0);
  else return <T>register;
}

/** Answers the found value, or null: what `undefined` is for reference types. */
// @ts-ignore: decorator
@inline
export function foundOrNull<T>(ok: bool): T | null {
  return ok ? changetype<T | null>(<usize>register) : null;
}

/** Fails when nothing was found: the `!` behind a call that may answer undefined. */
// @ts-ignore: decorator
@inline
export function foundOrFail<T>(ok: bool, what: string, file: string, line: i32, column: i32): T {
  if (!ok) failAt(what + " gave undefined, but the code says with '!' that it cannot", file, line, column);
  return found<T>();
}
