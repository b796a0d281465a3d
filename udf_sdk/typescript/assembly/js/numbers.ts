// Numbers <-> text, with JavaScript's digits: shortest round-trip formatting is the package xjb-as, parsing is
// decimal.ts.
import { dtoa } from "xjb-as/dtoa";
import { scanDecimal, scanEnd } from "./decimal";
import { isSpace } from "./units";

/** `String(x)`. */
export function number_toString(x: f64): string {
  const k = <i32>x;
  if (<f64>k == x) return k.toString(); // -0 is "0" too
  if (Math.trunc(x) == x && Math.abs(x) < 9007199254740992.0) return (<i64>x).toString();
  return dtoa(x);
}

export function number_valueOf(x: f64): f64 { return x; }
export function boolean_toString(x: bool): string { return x ? "true" : "false"; }
export function boolean_valueOf(x: bool): bool { return x; }

export function number_isNaN(x: f64): bool { return x != x; }
export function number_isFinite(x: f64): bool { return x - x == 0; }
export function number_isInteger(x: f64): bool { return x - x == 0 && Math.trunc(x) == x; }
export function number_isSafeInteger(x: f64): bool { return Math.trunc(x) == x && Math.abs(x) <= 9007199254740991.0; }

/** The first unit from `i` on that is no white space. */
// @ts-ignore: decorator
@inline
function skipSpace(text: string, i: i32, end: i32): i32 {
  while (i < end && isSpace(unit(text, i))) i++;
  return i;
}

// @ts-ignore: decorator
@inline
function unit(text: string, i: i32): u32 {
  return load<u16>(changetype<usize>(text) + (<usize>i << 1));
}

/** Whether "Infinity" stands at `i`. */
function isInfinity(text: string, i: i32, end: i32): bool {
  return i + 8 <= end && text.substring(i, i + 8) == "Infinity";
}

/** `parseFloat(text)`: the longest number that the text starts with. */
export function number_parseFloat(text: string): f64 {
  const end = text.length;
  let i = skipSpace(text, 0, end);
  const negative = i < end && unit(text, i) == 45;
  if (i < end && (negative || unit(text, i) == 43)) i++;
  const x = isInfinity(text, i, end) ? Infinity : scanDecimal(text, i, end);
  return negative ? -x : x;
}

/** `Number(text)`: the whole text must be a number; white space around it is free, nothing at all is 0. */
export function number_fromText(text: string): f64 {
  let end = text.length;
  let i = skipSpace(text, 0, end);
  while (end > i && isSpace(unit(text, end - 1))) end--;
  if (i == end) return 0;
  if (end - i > 2 && unit(text, i) == 48) {
    const letter = unit(text, i + 1) | 32;
    const radix = letter == 120 ? 16 : letter == 111 ? 8 : letter == 98 ? 2 : 0;
    if (radix) return scanRadix(text, i + 2, end, radix, true);
  }
  const negative = unit(text, i) == 45;
  if (negative || unit(text, i) == 43) i++;
  if (isInfinity(text, i, end)) return i + 8 == end ? (negative ? -Infinity : Infinity) : NaN;
  const x = scanDecimal(text, i, end);
  if (x != x || scanEnd != end) return NaN;
  return negative ? -x : x;
}

/** The value of a digit or letter, 36 for anything else. */
export function digitOf(c: u32): i32 {
  if (c - 48 < 10) return <i32>c - 48;
  const letter = (c | 32) - 97;
  return letter < 26 ? <i32>letter + 10 : 36;
}

/** Digits of a radix; with `whole`, NaN unless they fill the text. Sums are rounded digit by digit beyond 2^53. */
function scanRadix(text: string, start: i32, end: i32, radix: i32, whole: bool): f64 {
  let x = 0.0;
  let i = start;
  for (; i < end; i++) {
    const d = digitOf(unit(text, i));
    if (d >= radix) break;
    x = x * <f64>radix + <f64>d;
  }
  if (i == start || (whole && i != end)) return NaN;
  if (radix == 10 && x >= 9007199254740992.0) return scanDecimal(text, start, i);
  return x;
}

/** `parseInt(text, radix)`; radix 0 means 10, or 16 behind 0x. */
export function number_parseInt(text: string, radix: f64): f64 {
  let end = text.length;
  let i = skipSpace(text, 0, end);
  const negative = i < end && unit(text, i) == 45;
  if (i < end && (negative || unit(text, i) == 43)) i++;
  let base = radix - radix == 0 ? <i32>radix : 0;
  if (base != 0 && (base < 2 || base > 36)) return NaN;
  if ((base == 0 || base == 16) && i + 1 < end && unit(text, i) == 48 && (unit(text, i + 1) | 32) == 120) {
    i += 2;
    base = 16;
  }
  const x = scanRadix(text, i, end, base ? base : 10, false);
  return negative ? -x : x;
}
