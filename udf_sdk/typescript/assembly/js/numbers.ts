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

/** Digits of a radix; with `whole`, NaN unless they fill the text. */
function scanRadix(text: string, start: i32, end: i32, radix: i32, whole: bool): f64 {
  let last = start;
  while (last < end && digitOf(unit(text, last)) < radix) last++;
  if (last == start || (whole && last != end)) return NaN;
  if (radix == 10) return scanDecimal(text, start, last);
  return (radix & (radix - 1)) == 0 ? bitsOf(text, start, last, radix) : partsOf(text, start, last, radix);
}

/** Digits that are bits: rounded once. What 64 bits do not hold only decides ties, by one last bit. */
function bitsOf(text: string, start: i32, end: i32, radix: i32): f64 {
  const width = <u64>ctz(radix);
  let bits: u64 = 0;
  let lost: u64 = 0;
  let exponent = 0;
  for (let i = start; i < end; i++) {
    const d = <u64>digitOf(unit(text, i));
    if (bits >> (62 - width)) {
      exponent += <i32>width;
      lost |= d;
    } else bits = (bits << width) | d;
  }
  let x = <f64>(bits | <u64>(lost != 0));
  for (; exponent > 0 && x < Infinity; exponent -= 512) x *= Math.pow(2, <f64>min(exponent, 512));
  return x;
}

/** Other digits: summed in parts of 32 bits, each rounded, as V8 does; the language allows any way beyond 20 digits. */
function partsOf(text: string, start: i32, end: i32, radix: i32): f64 {
  const most = u32.MAX_VALUE / 36;
  let x = 0.0;
  let i = start;
  while (i < end && unit(text, i) == 48) i++;
  while (i < end) {
    let part: u32 = 0;
    let factor: u32 = 1;
    for (; i < end && factor * <u32>radix <= most; i++) {
      part = part * <u32>radix + <u32>digitOf(unit(text, i));
      factor *= <u32>radix;
    }
    x = x * <f64>factor + <f64>part;
  }
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
