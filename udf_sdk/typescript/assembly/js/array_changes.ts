// Arrays: the methods that change their array. Writing to an array that main made is refused: a stream function is
// pure.
import { throwRange } from "./errors";
import { counted, failAt, foundOrFail, foundOrNull, guard, keep } from "./fail";
import { number_toString } from "./numbers";
import { clamp, relative } from "./places";
import { copyOf } from "./arrays";

/** `a[i] = v`; one behind the last element appends. */
// @ts-ignore: decorator
@inline
export function array_set<T>(a: Array<T>, i: f64, v: T, file: string, line: i32, column: i32): T {
  guard(changetype<usize>(a));
  const k = <i32>i;
  if (<u32>k < <u32>a.length && <f64>k == i) unchecked((a[k] = v));
  else appendAt<T>(a, i, v, file, line, column);
  return v;
}

function appendAt<T>(a: Array<T>, i: f64, v: T, file: string, line: i32, column: i32): void {
  if (i != <f64>a.length) {
    failAt(
      "cannot write element " + number_toString(i) + " of an array that has " + counted(a.length, "element") +
        ": arrays of a job have no holes; use push, or fill the elements before it first",
      file, line, column,
    );
  }
  a.push(v);
}

export function array_setLength<T>(a: Array<T>, length: f64, file: string, line: i32, column: i32): f64 {
  const n = <i32>length;
  if (<f64>n != length || n < 0 || n > a.length) {
    const change = "from " + a.length.toString() + " to " + number_toString(length) + " is not possible";
    failAt("the length of an array can only be set to make it shorter: " + change, file, line, column);
  }
  guard(changetype<usize>(a));
  a.length = n;
  return length;
}

// @ts-ignore: decorator
@inline
export function array_push<T>(a: Array<T>, v: T): f64 {
  guard(changetype<usize>(a));
  return <f64>a.push(v);
}

export function array_pushAll<T>(a: Array<T>, items: Array<T>): f64 {
  guard(changetype<usize>(a));
  for (let i = 0, n = items.length; i < n; i++) a.push(unchecked(items[i]));
  return <f64>a.length;
}

export function array_unshiftAll<T>(a: Array<T>, items: Array<T>): f64 {
  insert<T>(a, 0, items);
  return <f64>a.length;
}

/** Makes room at a place and puts the items there. */
function insert<T>(a: Array<T>, at: i32, items: Array<T>): void {
  guard(changetype<usize>(a));
  const n = a.length;
  const m = items.length;
  if (m == 0) return;
  const added = changetype<usize>(items) == changetype<usize>(a) ? copyOf<T>(items, 0, m) : items;
  for (let i = 0; i < m; i++) a.push(unchecked(added[i]));
  const gap = a.dataStart + (<usize>at << alignof<T>());
  memory.copy(gap + (<usize>m << alignof<T>()), gap, <usize>(n - at) << alignof<T>());
  for (let i = 0; i < m; i++) unchecked((a[at + i] = unchecked(added[i])));
}

/** Takes elements out and answers them. */
function remove<T>(a: Array<T>, at: i32, count: i32): Array<T> {
  guard(changetype<usize>(a));
  const taken = copyOf<T>(a, at, at + count);
  const n = a.length;
  const gap = a.dataStart + (<usize>at << alignof<T>());
  memory.copy(gap, gap + (<usize>count << alignof<T>()), <usize>(n - at - count) << alignof<T>());
  a.length = n - count;
  return taken;
}

export function array_splice<T>(a: Array<T>, from: f64, count: f64): Array<T> {
  const at = relative(from, a.length);
  return remove<T>(a, at, clamp(count, a.length - at));
}

export function array_spliceInsert<T>(a: Array<T>, from: f64, count: f64, items: Array<T>): Array<T> {
  const at = relative(from, a.length);
  const taken = remove<T>(a, at, clamp(count, a.length - at));
  insert<T>(a, at, items);
  return taken;
}

export function array_popOk<T>(a: Array<T>): bool {
  const n = a.length;
  if (n == 0) return false;
  guard(changetype<usize>(a));
  const v = unchecked(a[n - 1]);
  a.length = n - 1;
  return keep<T>(v);
}

export function array_pop<T>(a: Array<T>): T | null {
  return foundOrNull<T>(array_popOk<T>(a));
}

export function array_popOrFail<T>(a: Array<T>, file: string, line: i32, column: i32): T {
  return foundOrFail<T>(array_popOk<T>(a), "pop of an empty array", file, line, column);
}

export function array_shiftOk<T>(a: Array<T>): bool {
  const n = a.length;
  if (n == 0) return false;
  guard(changetype<usize>(a));
  const v = unchecked(a[0]);
  memory.copy(a.dataStart, a.dataStart + (1 << alignof<T>()), <usize>(n - 1) << alignof<T>());
  a.length = n - 1;
  return keep<T>(v);
}

export function array_shift<T>(a: Array<T>): T | null {
  return foundOrNull<T>(array_shiftOk<T>(a));
}

export function array_shiftOrFail<T>(a: Array<T>, file: string, line: i32, column: i32): T {
  return foundOrFail<T>(array_shiftOk<T>(a), "shift of an empty array", file, line, column);
}

export function array_fill<T>(a: Array<T>, v: T, from: f64, to: f64): Array<T> {
  guard(changetype<usize>(a));
  for (let i = relative(from, a.length), end = relative(to, a.length); i < end; i++) unchecked((a[i] = v));
  return a;
}

/** `new Array<T>(n).fill(v)` */
export function array_filled<T>(length: f64, v: T, file: string, line: i32, column: i32): Array<T> {
  const n = <i32>length;
  if (<f64>n != length || n < 0) {
    throwRange("Invalid array length", "the length of an array must be a whole number of 0 or more", file, line, column);
  }
  const r = new Array<T>(n);
  for (let i = 0; i < n; i++) unchecked((r[i] = v));
  return r;
}

export function array_toReversed<T>(a: Array<T>): Array<T> {
  return array_reverse<T>(copyOf<T>(a, 0, a.length));
}

export function array_reverse<T>(a: Array<T>): Array<T> {
  guard(changetype<usize>(a));
  for (let i = 0, k = a.length - 1; i < k; i++, k--) {
    const v = unchecked(a[i]);
    unchecked((a[i] = unchecked(a[k])));
    unchecked((a[k] = v));
  }
  return a;
}
