// Array sorting: stable, in place, in V8's order (timsort.ts).
import { copyOf } from "./arrays";
import { str } from "./convert";
import { guard } from "./fail";
import { TimSort } from "./timsort";

/** `a.sort((x, y) => ...)`: a result that is NaN counts as 0. */
export function array_sort<T>(a: Array<T>, env: usize, fn: (env: usize, x: T, y: T) => f64): Array<T> {
  const n = a.length;
  if (n < 2) return a;
  guard(changetype<usize>(a));
  // sorted apart: the comparator may look at the array
  const size = <usize>n << alignof<T>();
  const data = __new(size, idof<ArrayBuffer>());
  memory.copy(data, a.dataStart, size);
  new TimSort<T>(data, env, fn).sort(n);
  const kept = min(n, a.length);
  memory.copy(a.dataStart, data, <usize>kept << alignof<T>());
  return a;
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
