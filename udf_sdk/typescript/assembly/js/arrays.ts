// Arrays: reading, searching, copying. Callbacks are in array_callbacks.ts, changes in array_changes.ts.
import { Mixed, isMixed, isUndefinedIn, mixed_equal, mixed_sameValue } from "./mixed";
import { str } from "./convert";
import { counted, failAt, foundOrFail, foundOrNull, keep } from "./fail";
import { number_toString } from "./numbers";
import { clamp, place, relative } from "./places";
import { joinTexts } from "./text";

// @ts-ignore: decorator
@inline
export function array_length<T>(a: Array<T>): f64 {
  return <f64>a.length;
}

/** `a[i]`: where JavaScript would answer undefined, the call ends at the user's place. */
// @ts-ignore: decorator
@inline
export function array_get<T>(a: Array<T>, i: f64, file: string, line: i32, column: i32): T {
  const k = <i32>i;
  if (<u32>k >= <u32>a.length || <f64>k != i) failOutside(i, a.length, file, line, column);
  return unchecked(a[k]);
}

function failOutside(i: f64, length: i32, file: string, line: i32, column: i32): void {
  failAt(
    "index " + number_toString(i) + " is outside of the array, which has " + counted(length, "element") +
      " (JavaScript gives undefined): test the length first, or write xs.at(i) ?? other",
    file, line, column,
  );
}

/** `a[i]` where the program itself reckons with undefined: `a[i] ?? other`, `a[i]?.field`, `a[i] === undefined`. */
export function array_peekOk<T>(a: Array<T>, i: f64): bool {
  const k = <i32>i;
  return <f64>k == i && <u32>k < <u32>a.length && keep<T>(unchecked(a[k]));
}

export function array_peek<T>(a: Array<T>, i: f64): T | null {
  return foundOrNull<T>(array_peekOk<T>(a, i));
}

export function array_atOk<T>(a: Array<T>, i: f64): bool {
  const k = place(i, a.length);
  return k >= 0 && keep<T>(unchecked(a[k]));
}

export function array_at<T>(a: Array<T>, i: f64): T | null {
  return foundOrNull<T>(array_atOk<T>(a, i));
}

export function array_atOrFail<T>(a: Array<T>, i: f64, file: string, line: i32, column: i32): T {
  return foundOrFail<T>(array_atOk<T>(a, i), "at(" + number_toString(i) + ")", file, line, column);
}

/** `===`: text by content, objects by identity, numbers by value. */
// @ts-ignore: decorator
@inline
export function same<T>(x: T, y: T): bool {
  if (isString<T>()) return changetype<string | null>(x) == changetype<string | null>(y);
  else if (isMixed<T>()) return mixed_equal(changetype<Mixed | null>(x), changetype<Mixed | null>(y));
  else if (isReference<T>()) return changetype<usize>(x) == changetype<usize>(y);
  else return x == y;
}

/** Like `===`, but NaN equals itself: includes, Map, Set. */
// @ts-ignore: decorator
@inline
export function sameValue<T>(x: T, y: T): bool {
  if (isFloat<T>()) return x == y || (x != x && y != y);
  else if (isMixed<T>()) return mixed_sameValue(changetype<Mixed | null>(x), changetype<Mixed | null>(y));
  else return same<T>(x, y);
}

export function array_includes<T>(a: Array<T>, v: T, from: f64): bool {
  for (let i = relative(from, a.length), n = a.length; i < n; i++) if (sameValue<T>(unchecked(a[i]), v)) return true;
  return false;
}

export function array_indexOf<T>(a: Array<T>, v: T, from: f64): f64 {
  for (let i = relative(from, a.length), n = a.length; i < n; i++) if (same<T>(unchecked(a[i]), v)) return <f64>i;
  return -1;
}

export function array_lastIndexOf<T>(a: Array<T>, v: T, from: f64): f64 {
  const n = a.length;
  let i = from != from ? 0 : from > -1 ? clamp(from, n - 1) : <i32>max<f64>(Math.trunc(from) + <f64>n, -1);
  for (; i >= 0 && n; i--) if (same<T>(unchecked(a[i]), v)) return <f64>i;
  return -1;
}

/** Missing elements print as nothing. */
export function array_join<T>(a: Array<T>, separator: string): string {
  if (isString<T>() && !isNullable<T>()) {
    return joinTexts(changetype<Array<string>>(a), separator);
  } else {
    const n = a.length;
    const parts = new Array<string>(n);
    for (let i = 0; i < n; i++) {
      const v = unchecked(a[i]);
      if (isReference<T>()) {
        unchecked((parts[i] = changetype<usize>(v) && !isUndefinedIn<T>(v) ? str<T>(v) : ""));
      } else {
        unchecked((parts[i] = str<T>(v)));
      }
    }
    return joinTexts(parts, separator);
  }
}

export function array_toString<T>(a: Array<T>): string {
  return array_join<T>(a, ",");
}

/** The elements from..to as an array of their own. */
export function copyOf<T>(a: Array<T>, from: i32, to: i32): Array<T> {
  const n = max(to - from, 0);
  const r = new Array<T>(n);
  memory.copy(r.dataStart, a.dataStart + (<usize>from << alignof<T>()), <usize>n << alignof<T>());
  return r;
}

export function array_slice<T>(a: Array<T>, from: f64, to: f64): Array<T> {
  return copyOf<T>(a, relative(from, a.length), relative(to, a.length));
}

export function array_concat<T>(a: Array<T>, b: Array<T>): Array<T> {
  const n = a.length;
  const m = b.length;
  const r = new Array<T>(n + m);
  memory.copy(r.dataStart, a.dataStart, <usize>n << alignof<T>());
  memory.copy(r.dataStart + (<usize>n << alignof<T>()), b.dataStart, <usize>m << alignof<T>());
  return r;
}

export function array_of<T>(a: Array<T>): Array<T> {
  return a;
}

/** Takes one level of nesting away. */
export function array_flat<T>(a: Array<Array<T>>): Array<T> {
  let total = 0;
  for (let i = 0, n = a.length; i < n; i++) total += unchecked(a[i]).length;
  const r = new Array<T>(total);
  let to = r.dataStart;
  for (let i = 0, n = a.length; i < n; i++) {
    const inner = unchecked(a[i]);
    const size = <usize>inner.length << alignof<T>();
    memory.copy(to, inner.dataStart, size);
    to += size;
  }
  return r;
}
