// Array sorting: stable, in place; runs of 8 by insertion, then merged bottom up.
import { copyOf } from "./arrays";
import { str } from "./convert";
import { guard } from "./fail";

const RUN: i32 = 8;

// @ts-ignore: decorator
@inline
function at<T>(data: usize, i: i32): T {
  return load<T>(data + (<usize>i << alignof<T>()));
}

// @ts-ignore: decorator
@inline
function put<T>(data: usize, i: i32, v: T): void {
  store<T>(data + (<usize>i << alignof<T>()), v);
}

/** `a.sort((x, y) => ...)`: a result that is NaN counts as 0. */
export function array_sort<T>(a: Array<T>, env: usize, fn: (env: usize, x: T, y: T) => f64): Array<T> {
  const n = a.length;
  if (n < 2) return a;
  guard(changetype<usize>(a));
  // sorted apart: the comparator may look at the array
  const size = <usize>n << alignof<T>();
  let from = __new(size, idof<ArrayBuffer>());
  memory.copy(from, a.dataStart, size);
  for (let i = 0; i < n; i += RUN) insertionSort<T>(from, i, min(i + RUN, n), env, fn);
  if (n > RUN) {
    let to = __new(size, idof<ArrayBuffer>());
    for (let width = RUN; width < n; width <<= 1) {
      for (let i = 0; i < n; i += width << 1) {
        merge<T>(from, to, i, min(i + width, n), min(i + (width << 1), n), env, fn);
      }
      const other = from;
      from = to;
      to = other;
    }
  }
  for (let i = 0, m = min(n, a.length); i < m; i++) unchecked((a[i] = at<T>(from, i)));
  return a;
}

function insertionSort<T>(data: usize, start: i32, end: i32, env: usize, fn: (env: usize, x: T, y: T) => f64): void {
  for (let i = start + 1; i < end; i++) {
    const v = at<T>(data, i);
    let k = i;
    while (k > start && fn(env, at<T>(data, k - 1), v) > 0) {
      put<T>(data, k, at<T>(data, k - 1));
      k--;
    }
    put<T>(data, k, v);
  }
}

/** Merges the sorted start..middle and middle..end of `from` into `to`. */
function merge<T>(
  from: usize, to: usize, start: i32, middle: i32, end: i32, env: usize, fn: (env: usize, x: T, y: T) => f64,
): void {
  let i = start;
  let k = middle;
  for (let out = start; out < end; out++) {
    if (k >= end || (i < middle && !(fn(env, at<T>(from, i), at<T>(from, k)) > 0))) put<T>(to, out, at<T>(from, i++));
    else put<T>(to, out, at<T>(from, k++));
  }
}

function compareTexts(env: usize, x: string, y: string): f64 {
  return x == y ? 0 : x < y ? -1 : 1;
}

class Keyed<T> {
  constructor(public key: string, public value: T) {}
}

/** `a.sort()`: by text, in UTF-16 order; each element's text is made once. */
export function array_sortText<T>(a: Array<T>): Array<T> {
  if (isString<T>() && !isNullable<T>()) {
    array_sort<string>(changetype<Array<string>>(a), 0, compareTexts);
  } else {
    const n = a.length;
    guard(changetype<usize>(a));
    const keyed = new Array<Keyed<T>>(n);
    for (let i = 0; i < n; i++) unchecked((keyed[i] = new Keyed<T>(str<T>(unchecked(a[i])), unchecked(a[i]))));
    array_sort<Keyed<T>>(keyed, 0, (env: usize, x: Keyed<T>, y: Keyed<T>): f64 => compareTexts(0, x.key, y.key));
    for (let i = 0; i < n; i++) unchecked((a[i] = unchecked(keyed[i]).value));
  }
  return a;
}

/** `a.sort((x, y) => ...)` where elements may be undefined: the comparator never sees those, they come last. */
export function array_sortDefined<T>(a: Array<T>, env: usize, fn: (env: usize, x: T, y: T) => f64): Array<T> {
  return putFirst<T>(a, array_sort<T>(defined<T>(a), env, fn));
}

/** `a.sort()` where elements may be undefined. */
export function array_sortTextDefined<T>(a: Array<T>): Array<T> {
  return putFirst<T>(a, array_sortText<T>(defined<T>(a)));
}

function defined<T>(a: Array<T>): Array<T> {
  guard(changetype<usize>(a));
  const found = new Array<T>();
  for (let i = 0, n = a.length; i < n; i++) if (changetype<usize>(unchecked(a[i])) != 0) found.push(unchecked(a[i]));
  return found;
}

function putFirst<T>(a: Array<T>, found: Array<T>): Array<T> {
  const n = min(a.length, found.length);
  for (let i = 0; i < n; i++) unchecked((a[i] = found[i]));
  for (let i = n; i < a.length; i++) unchecked((a[i] = changetype<T>(0)));
  return a;
}

/** `a.toSorted(...)` and its forms: a sorted copy. */
export function array_toSorted<T>(a: Array<T>, env: usize, fn: (env: usize, x: T, y: T) => f64): Array<T> {
  return array_sort<T>(copyOf<T>(a, 0, a.length), env, fn);
}

export function array_toSortedText<T>(a: Array<T>): Array<T> {
  return array_sortText<T>(copyOf<T>(a, 0, a.length));
}

export function array_toSortedDefined<T>(a: Array<T>, env: usize, fn: (env: usize, x: T, y: T) => f64): Array<T> {
  return array_sortDefined<T>(copyOf<T>(a, 0, a.length), env, fn);
}

export function array_toSortedTextDefined<T>(a: Array<T>): Array<T> {
  return array_sortTextDefined<T>(copyOf<T>(a, 0, a.length));
}
