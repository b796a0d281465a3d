// What lowered code needs of the language itself, beside `js/`: function values, boxed scalars, zero values. Owned by the compiler.
import { fail } from "./host";

/** A function value: the function and the address of the frame that holds what it captured. */
@final
export class Closure<F> {
  constructor(public env: usize, public fn: F) {}
}

export { Some } from "./boxes";

/** The value of a variable before it is assigned. TypeScript has checked that nobody reads it. */
// @ts-ignore: decorator
@inline
export function zero<T>(): T {
  if (isReference<T>()) return changetype<T>(0);
  // @ts-ignore: T is a number here
  return <T>0;
}

/** Stands behind a call that does not return. */
export function never<T>(): T {
  return unreachable();
}

/** Ends the call where a value that the user says is there (`x!`) is missing. */
export function missing<T>(file: string, line: i32, column: i32): T {
  fail("this is null or undefined, but the program says it is not: test it first, or give a default with ??", file, line, column);
  return unreachable();
}

/** Ends the call where a field is read that has no value yet. */
export function unset<T>(name: string, file: string, line: i32, column: i32): T {
  fail("the field '" + name + "' is read before it has a value: set it first, or give it an initial value", file, line, column);
  return unreachable();
}

/** Clears a new object: what is read of it before it is set is null, 0 or false, and never what lay there before. */
export function blank(object: usize): void {
  memory.fill(object, 0, load<u32>(object - 4));
}

/** Ends the call where a function uses a variable before the line that declares it has run. */
export function started(has: bool, name: string, file: string, line: i32, column: i32): void {
  if (!has) fail("'" + name + "' is used before the line that declares it has run: move the line up", file, line, column);
}
