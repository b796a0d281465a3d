// Values of which the program knows only when it runs what they are: `string | number`, `unknown`. A reference to text, to a box
// around a number, boolean or bigint, or to any other object; null is null, and undefined is an object of its own.
import { __typeinfo } from "rt";
import { TypeinfoFlags } from "shared/typeinfo";
import { JsDict, dict_getOk, dict_in, dict_index } from "./dicts";
import { failAt, found } from "./fail";
import { JsError } from "./errors";
import { Some } from "../boxes";
import { HASH } from "util/hash";
import { str } from "./convert";
import { number_fromText } from "./numbers";

/** An object of which nobody has said a type: what JSON.parse makes of one. */
export type Tree = JsDict<Mixed | null>;

/** What all of them look like; what they are, their class id says. */
export class Mixed {}

// @ts-ignore: decorator
@lazy const UNDEFINED: Mixed = new Mixed();

/** T is a value of several types. */
// @ts-ignore: decorator
@inline
export function isMixed<T>(): bool {
  if (isReference<T>()) return idof<T>() == idof<Mixed>();
  else return false;
}

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

/** Null where the value is null or undefined, else the value. */
export function mixed_orNull(value: Mixed | null): Mixed | null {
  return value === UNDEFINED ? null : value;
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

/** The value is undefined, where values of type T may be any. */
// @ts-ignore: decorator
@inline
export function isUndefinedIn<T>(value: T): bool {
  if (isMixed<T>()) return changetype<usize>(value) == changetype<usize>(UNDEFINED);
  else return false;
}

/** `Array.isArray(value)`. */
export function mixed_isArray(value: Mixed | null): bool {
  return value !== null && (__typeinfo(load<u32>(changetype<usize>(value) - 8)) & TypeinfoFlags.ARRAY) != 0;
}

/** `value.key` of an object of which nobody has said a type. */
export function mixed_field(value: Mixed | null, key: string, file: string, line: i32, column: i32): Mixed | null {
  const error = value instanceof JsError ? changetype<JsError>(value) : null;
  if (error !== null && key == "message") return mixed_of<string>(error.message);
  if (error !== null && key == "name") return mixed_of<string>(error.name);
  const tree = treeIn(value, file, line, column);
  return dict_getOk<Mixed | null>(tree, key) ? found<Mixed | null>() : UNDEFINED;
}

/** `key in value`. */
export function mixed_in(key: string, value: Mixed | null, file: string, line: i32, column: i32): bool {
  if (value instanceof JsError && (key == "message" || key == "name")) return true;
  if (mixed_is<Array<Mixed | null>>(value) && !OF_ARRAYS.includes(" " + key + " ")) {
    const index = dict_index(key);
    return index >= 0 && index < <f64>changetype<Array<Mixed | null>>(value).length;
  }
  return dict_in<Mixed | null>(key, treeIn(value, file, line, column));
}

/** What every array has. */
// @ts-ignore: decorator
@lazy const OF_ARRAYS: string =
  " length at concat copyWithin entries every fill filter find findIndex findLast findLastIndex flat flatMap forEach includes indexOf join keys lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toLocaleString toReversed toSorted toSpliced toString unshift values with constructor hasOwnProperty isPrototypeOf propertyIsEnumerable valueOf __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ ";

function treeIn(value: Mixed | null, file: string, line: i32, column: i32): Tree {
  if (!mixed_is<Tree>(value)) failAt("a field of an unknown value is read, and it is no object that JSON.parse made: test it with typeof first", file, line, column);
  return changetype<Tree>(value);
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

/** Like `===`, but NaN equals itself: includes, Map, Set. */
export function mixed_sameValue(a: Mixed | null, b: Mixed | null): bool {
  return mixed_equal(a, b) || (isNaNIn(a) && isNaNIn(b));
}

function isNaNIn(value: Mixed | null): bool {
  return mixed_is<Some<f64>>(value) && isNaN(changetype<Some<f64>>(value).value);
}

/** Equal for values that are the same to a Map. */
export function mixed_hash(value: Mixed | null): u32 {
  if (mixed_is<string>(value)) return HASH<string>(changetype<string>(value));
  if (mixed_is<Some<f64>>(value)) {
    const x = changetype<Some<f64>>(value).value;
    return HASH<f64>(x == 0 ? 0 : isNaN(x) ? NaN : x);
  }
  if (mixed_is<Some<bool>>(value)) return HASH<u32>(<u32>changetype<Some<bool>>(value).value);
  if (mixed_is<Some<i64>>(value)) return HASH<i64>(changetype<Some<i64>>(value).value);
  return HASH<u32>(<u32>changetype<usize>(value));
}

/** `Number(value)`. */
export function mixed_number(value: Mixed | null, file: string, line: i32, column: i32): f64 {
  if (value === null) return 0;
  if (value === UNDEFINED) return NaN;
  if (mixed_is<string>(value)) return number_fromText(changetype<string>(value));
  if (mixed_is<Some<f64>>(value)) return changetype<Some<f64>>(value).value;
  if (mixed_is<Some<bool>>(value)) return <f64>changetype<Some<bool>>(value).value;
  if (mixed_is<Some<i64>>(value)) return <f64>changetype<Some<i64>>(value).value;
  failAt("an object of which the program does not know what it is cannot become a number: test it first", file, line, column);
  return 0;
}
