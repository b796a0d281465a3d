// Arrays: the methods that take a function. As in JavaScript they see the array as it is at each step, but never more
// elements than it had at the start. A function is `(env, ...)`: env is the frame of its captured variables; the
// array itself is its last argument.
import { array_flat } from "./arrays";
import { throwType } from "./errors";
import { failAt, foundOrFail, foundOrNull, keep } from "./fail";

export function array_map<T, U>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => U): Array<U> {
  const n = a.length;
  const r = new Array<U>(n);
  for (let i = 0; i < min(n, a.length); i++) {
    store<U>(r.dataStart + (<usize>i << alignof<U>()), fn(env, unchecked(a[i]), <f64>i, a));
  }
  return r;
}

export function array_filter<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool,
): Array<T> {
  const n = a.length;
  const r = new Array<T>(n);
  let to = r.dataStart;
  for (let i = 0; i < min(n, a.length); i++) {
    const v = unchecked(a[i]);
    if (!fn(env, v, <f64>i, a)) continue;
    store<T>(to, v);
    to += 1 << alignof<T>();
  }
  r.length = <i32>((to - r.dataStart) >> alignof<T>());
  return r;
}

export function array_flatMap<T, U>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => Array<U>,
): Array<U> {
  const parts = new Array<Array<U>>(a.length);
  let n = 0;
  for (; n < min(parts.length, a.length); n++) {
    store<Array<U>>(parts.dataStart + (<usize>n << alignof<usize>()), fn(env, unchecked(a[n]), <f64>n, a));
  }
  parts.length = n;
  return array_flat<U>(parts);
}

export function array_forEach<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => void): void {
  for (let i = 0, n = a.length; i < min(n, a.length); i++) fn(env, unchecked(a[i]), <f64>i, a);
}

export function array_some<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool): bool {
  for (let i = 0, n = a.length; i < min(n, a.length); i++) if (fn(env, unchecked(a[i]), <f64>i, a)) return true;
  return false;
}

export function array_every<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool): bool {
  for (let i = 0, n = a.length; i < min(n, a.length); i++) if (!fn(env, unchecked(a[i]), <f64>i, a)) return false;
  return true;
}

export function array_findIndex<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool): f64 {
  for (let i = 0, n = a.length; i < min(n, a.length); i++) if (fn(env, unchecked(a[i]), <f64>i, a)) return <f64>i;
  return -1;
}

export function array_findLastIndex<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool,
): f64 {
  for (let i = a.length - 1; i >= 0; i--) if (i < a.length && fn(env, unchecked(a[i]), <f64>i, a)) return <f64>i;
  return -1;
}

export function array_findOk<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool): bool {
  for (let i = 0, n = a.length; i < min(n, a.length); i++) {
    const v = unchecked(a[i]);
    if (fn(env, v, <f64>i, a)) return keep<T>(v);
  }
  return false;
}

export function array_find<T>(a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool): T | null {
  return foundOrNull<T>(array_findOk<T>(a, env, fn));
}

export function array_findOrFail<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool, file: string, line: i32, column: i32,
): T {
  return foundOrFail<T>(array_findOk<T>(a, env, fn), "find", file, line, column);
}

export function array_findLastOk<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool,
): bool {
  for (let i = a.length - 1; i >= 0; i--) {
    if (i >= a.length) continue;
    const v = unchecked(a[i]);
    if (fn(env, v, <f64>i, a)) return keep<T>(v);
  }
  return false;
}

export function array_findLast<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool,
): T | null {
  return foundOrNull<T>(array_findLastOk<T>(a, env, fn));
}

export function array_findLastOrFail<T>(
  a: Array<T>, env: usize, fn: (env: usize, v: T, i: f64, a: Array<T>) => bool, file: string, line: i32, column: i32,
): T {
  return foundOrFail<T>(array_findLastOk<T>(a, env, fn), "findLast", file, line, column);
}

export function array_reduce<T, U>(
  a: Array<T>, env: usize, fn: (env: usize, acc: U, v: T, i: f64, a: Array<T>) => U, initial: U,
): U {
  let acc = initial;
  for (let i = 0, n = a.length; i < min(n, a.length); i++) acc = fn(env, acc, unchecked(a[i]), <f64>i, a);
  return acc;
}

export function array_reduceFirst<T>(
  a: Array<T>, env: usize, fn: (env: usize, acc: T, v: T, i: f64, a: Array<T>) => T,
  file: string, line: i32, column: i32,
): T {
  failIfEmpty(a.length, file, line, column);
  let acc = unchecked(a[0]);
  for (let i = 1, n = a.length; i < min(n, a.length); i++) acc = fn(env, acc, unchecked(a[i]), <f64>i, a);
  return acc;
}

export function array_reduceRight<T, U>(
  a: Array<T>, env: usize, fn: (env: usize, acc: U, v: T, i: f64, a: Array<T>) => U, initial: U,
): U {
  let acc = initial;
  for (let i = a.length - 1; i >= 0; i--) if (i < a.length) acc = fn(env, acc, unchecked(a[i]), <f64>i, a);
  return acc;
}

export function array_reduceRightFirst<T>(
  a: Array<T>, env: usize, fn: (env: usize, acc: T, v: T, i: f64, a: Array<T>) => T,
  file: string, line: i32, column: i32,
): T {
  failIfEmpty(a.length, file, line, column);
  let acc = unchecked(a[a.length - 1]);
  for (let i = a.length - 2; i >= 0; i--) if (i < a.length) acc = fn(env, acc, unchecked(a[i]), <f64>i, a);
  return acc;
}

function failIfEmpty(length: i32, file: string, line: i32, column: i32): void {
  if (length > 0) return;
  const text = "reduce of an empty array without an initial value: give the initial value as second argument";
  throwType("Reduce of empty array with no initial value", text, file, line, column);
}

/** `Array.from({ length: n }, (_, i) => ...)` */
export function array_fromLength<T>(
  length: f64, env: usize, fn: (env: usize, i: f64) => T, file: string, line: i32, column: i32,
): Array<T> {
  const n = <i32>length;
  if (<f64>n != length || n < 0) {
    failAt("the length of an array must be a whole number of 0 or more", file, line, column);
  }
  const r = new Array<T>(n);
  for (let i = 0; i < n; i++) store<T>(r.dataStart + (<usize>i << alignof<T>()), fn(env, <f64>i));
  return r;
}
