// Values of which the program knows only when it runs what they are: `string | number`, `unknown`. A reference to text, to a box
// around a number, boolean or bigint, or to any other object; null is null, and undefined is an object of its own.
import { failAt } from "./fail";
import { JsError } from "./errors";
import { Some } from "../boxes";
import { str } from "./convert";

/** What all of them look like; what they are, their class id says. */
export class Mixed {}

const UNDEFINED: Mixed = new Mixed();

/** The value as one of any type. */
// @ts-ignore: decorator
@inline
export function mixed_of<T>(value: T): Mixed | null {
  if (isReference<T>()) return changetype<Mixed | null>(value);
  else return changetype<Mixed>(new Some<T>(value));
}

export function mixed_undefined(): Mixed | null {
  return UNDEFINED;
}

/** `null` where the value is null or undefined, else the value: T may be missing. */
export function mixed_orNull(value: Mixed | null): Mixed | null {
  return value === UNDEFINED ? null : value;
}

/** The other way round: what is missing is undefined. */
export function mixed_orUndefined(value: Mixed | null): Mixed | null {
  return value === null ? UNDEFINED : value;
}

export function mixed_isUndefined(value: Mixed | null): bool {
  return value === UNDEFINED;
}

/** The value is an object of this very class; T is text, a box, an array, a record, ... */
// @ts-ignore: decorator
@inline
export function mixed_is<T>(value: Mixed | null): bool {
  return value !== null && load<u32>(changetype<usize>(value) - 8) == idof<T>();
}

/** The value as what the program has tested it to be; where it is something else, the record ends. */
export function mixed_as<T>(value: Mixed | null, is: bool, file: string, line: i32, column: i32): T {
  if (!is) failAt("this is not what the program says it is: test it with typeof, instanceof or Array.isArray first", file, line, column);
  return changetype<T>(changetype<usize>(value));
}

/** `typeof value`. */
export function mixed_typeof(value: Mixed | null): string {
  if (mixed_is<string>(value)) return "string";
  if (mixed_is<Some<f64>>(value)) return "number";
  if (mixed_is<Some<bool>>(value)) return "boolean";
  if (mixed_is<Some<i64>>(value)) return "bigint";
  return value === UNDEFINED ? "undefined" : "object";
}

/** `a === b`. */
export function mixed_equal(a: Mixed | null, b: Mixed | null): bool {
  if (mixed_is<string>(a)) return mixed_is<string>(b) && changetype<string>(a) == changetype<string>(b);
  if (mixed_is<Some<f64>>(a)) return mixed_is<Some<f64>>(b) && changetype<Some<f64>>(a).value == changetype<Some<f64>>(b).value;
  if (mixed_is<Some<bool>>(a)) return mixed_is<Some<bool>>(b) && changetype<Some<bool>>(a).value == changetype<Some<bool>>(b).value;
  if (mixed_is<Some<i64>>(a)) return mixed_is<Some<i64>>(b) && changetype<Some<i64>>(a).value == changetype<Some<i64>>(b).value;
  return a === b;
}

/** As a condition. */
export function mixed_truthy(value: Mixed | null): bool {
  if (mixed_is<string>(value)) return changetype<string>(value).length > 0;
  if (mixed_is<Some<f64>>(value)) {
    const x = changetype<Some<f64>>(value).value;
    return x == x && x != 0;
  }
  if (mixed_is<Some<bool>>(value)) return changetype<Some<bool>>(value).value;
  if (mixed_is<Some<i64>>(value)) return changetype<Some<i64>>(value).value != 0;
  return value !== null && value !== UNDEFINED;
}

/** `String(value)`; of objects other than errors the program says itself what their text is. */
export function mixed_text(value: Mixed | null, file: string, line: i32, column: i32): string {
  if (value === null) return "null";
  if (value === UNDEFINED) return "undefined";
  if (mixed_is<string>(value)) return changetype<string>(value);
  if (mixed_is<Some<f64>>(value)) return str<f64>(changetype<Some<f64>>(value).value);
  if (mixed_is<Some<bool>>(value)) return str<bool>(changetype<Some<bool>>(value).value);
  if (mixed_is<Some<i64>>(value)) return str<i64>(changetype<Some<i64>>(value).value);
  if (value instanceof JsError) return changetype<JsError>(value).toString();
  failAt("an object of which the program does not know what it is cannot become text: test it with instanceof first", file, line, column);
  return "";
}

/** `a == b`, where null and undefined are alike. */
export function mixed_alike(a: Mixed | null, b: Mixed | null): bool {
  return mixed_equal(mixed_orNull(a), mixed_orNull(b));
}
