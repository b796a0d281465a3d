// Methods of strings that look, cut and compare. Places are UTF-16 units, as in JavaScript.
import { counted, failAt, foundOrFail, foundOrNull, keep } from "./fail";
import { number_toString } from "./numbers";
import { clamp, place, relative } from "./places";
import { find, findLast, isSpace, matchesAt, newString, piece, unitAt } from "./units";

/** A string of one unit. */
function oneUnit(c: u32): string {
  const s = newString(1);
  store<u16>(changetype<usize>(s), <u16>c);
  return s;
}

export function string_length(s: string): f64 {
  return <f64>s.length;
}

export function string_toString(s: string): string {
  return s;
}

/** `s[i]`, where JavaScript would answer undefined outside. */
export function string_get(s: string, i: f64, file: string, line: i32, column: i32): string {
  const k = <i32>i;
  if (<f64>k != i || <u32>k >= <u32>s.length) {
    failAt(
      "index " + number_toString(i) + " is outside of the string, which has " + counted(s.length, "unit") +
        " (JavaScript gives undefined): test the length first, or use charAt(i), which gives \"\"",
      file, line, column,
    );
  }
  return oneUnit(unitAt(s, k));
}

/** `s[i]` where the program itself reckons with undefined. */
export function string_peekOk(s: string, i: f64): bool {
  const k = <i32>i;
  return <f64>k == i && <u32>k < <u32>s.length && keep<string>(oneUnit(unitAt(s, k)));
}

export function string_peek(s: string, i: f64): string | null {
  return foundOrNull<string>(string_peekOk(s, i));
}

export function string_charAt(s: string, i: f64): string {
  const k = i != i ? 0.0 : Math.trunc(i);
  return k >= 0 && k < <f64>s.length ? oneUnit(unitAt(s, <i32>k)) : "";
}

export function string_charCodeAt(s: string, i: f64): f64 {
  const k = i != i ? 0.0 : Math.trunc(i);
  return k >= 0 && k < <f64>s.length ? <f64>unitAt(s, <i32>k) : NaN;
}

export function string_atOk(s: string, i: f64): bool {
  const k = place(i, s.length);
  return k >= 0 && keep<string>(oneUnit(unitAt(s, k)));
}

export function string_at(s: string, i: f64): string | null {
  return foundOrNull<string>(string_atOk(s, i));
}

export function string_atOrFail(s: string, i: f64, file: string, line: i32, column: i32): string {
  return foundOrFail<string>(string_atOk(s, i), "at(" + number_toString(i) + ")", file, line, column);
}

/** The code point that starts at a place that exists; a surrogate without its partner stands for itself. */
// @ts-ignore: decorator
@inline
export function codePoint(s: string, i: i32): u32 {
  const c = unitAt(s, i);
  if ((c & 0xfc00) != 0xd800 || i + 1 >= s.length) return c;
  const d = unitAt(s, i + 1);
  return (d & 0xfc00) == 0xdc00 ? ((c - 0xd800) << 10) + (d - 0xdc00) + 0x10000 : c;
}

export function string_codePointAtOk(s: string, i: f64): bool {
  const k = i != i ? 0.0 : Math.trunc(i);
  return k >= 0 && k < <f64>s.length && keep<f64>(<f64>codePoint(s, <i32>k));
}

export function string_codePointAtOrFail(s: string, i: f64, file: string, line: i32, column: i32): f64 {
  return foundOrFail<f64>(string_codePointAtOk(s, i), "codePointAt(" + number_toString(i) + ")", file, line, column);
}

export function string_includes(s: string, search: string, from: f64): bool {
  return find(s, search, clamp(from, s.length)) >= 0;
}

export function string_indexOf(s: string, search: string, from: f64): f64 {
  return <f64>find(s, search, clamp(from, s.length));
}

export function string_lastIndexOf(s: string, search: string, from: f64): f64 {
  return <f64>findLast(s, search, from != from ? s.length : clamp(from, s.length));
}

export function string_startsWith(s: string, search: string, from: f64): bool {
  const i = clamp(from, s.length);
  const n = search.length;
  return i + n <= s.length && matchesAt(changetype<usize>(s), i, changetype<usize>(search), n);
}

export function string_endsWith(s: string, search: string, end: f64): bool {
  const n = search.length;
  const i = clamp(end, s.length) - n;
  return i >= 0 && matchesAt(changetype<usize>(s), i, changetype<usize>(search), n);
}

export function string_slice(s: string, from: f64, to: f64): string {
  return piece(s, relative(from, s.length), relative(to, s.length));
}

export function string_substring(s: string, from: f64, to: f64): string {
  const a = clamp(from, s.length);
  const b = clamp(to, s.length);
  return a < b ? piece(s, a, b) : piece(s, b, a);
}

export function string_substr(s: string, from: f64, count: f64): string {
  const a = relative(from, s.length);
  return piece(s, a, a + clamp(count, s.length - a));
}

export function string_trimStart(s: string): string {
  let i = 0;
  const n = s.length;
  while (i < n && isSpace(unitAt(s, i))) i++;
  return piece(s, i, n);
}

export function string_trimEnd(s: string): string {
  let n = s.length;
  while (n > 0 && isSpace(unitAt(s, n - 1))) n--;
  return piece(s, 0, n);
}

export function string_trim(s: string): string {
  let i = 0;
  let n = s.length;
  while (n > 0 && isSpace(unitAt(s, n - 1))) n--;
  while (i < n && isSpace(unitAt(s, i))) i++;
  return piece(s, i, n);
}

/** The code points of a string, one string each: `[...s]`, `Array.from(s)`. */
export function string_units(s: string): Array<string> {
  const r = new Array<string>();
  for (let it = new StringIterator(s); it.next(); ) r.push(it.value);
  return r;
}

/** `for (const ch of s)`: code point by code point. */
export class StringIterator {
  private i: i32 = 0;
  value: string = "";

  constructor(private text: string) {}

  next(): bool {
    if (this.i >= this.text.length) return false;
    const n = codePoint(this.text, this.i) > 0xffff ? 2 : 1;
    this.value = piece(this.text, this.i, this.i + n);
    this.i += n;
    return true;
  }
}

export function string_iterate(s: string): StringIterator {
  return new StringIterator(s);
}
