// Methods of strings that build new text: split, concat, repeat, pad, replace. Upper and lower case are text_case.ts.
import { throwRange } from "./errors";
import { failAt } from "./fail";
import { number_toString } from "./numbers";
import { clamp } from "./places";
import { toInt32 } from "./bits";
import { copyUnits, find, newString, piece, unitAt } from "./units";

/** Longest string, in units: what V8 allows too. */
const MAX_LENGTH: f64 = 536870888;

const LOW: u64 = 0x0001000100010001;
const LOW15: u64 = 0x7fff7fff7fff7fff;

/** A word whose lanes of 16 bits have their top bit set where the lane of x is 0, nothing else set. */
// @ts-ignore: decorator
@inline
function zeroLanes(x: u64): u64 {
  return ~(((x & LOW15) + LOW15) | x | LOW15);
}

/** How often a unit occurs. Reads up to 7 bytes beyond the end. */
function countUnit(text: usize, bytes: usize, pattern: u64): i32 {
  let count = 0;
  let i: usize = 0;
  for (; i + 8 <= bytes; i += 8) count += <i32>popcnt<u64>(zeroLanes(load<u64>(text + i) ^ pattern));
  if (i < bytes) {
    const rest = zeroLanes(load<u64>(text + i) ^ pattern) & (((<u64>1) << ((bytes - i) << 3)) - 1);
    count += <i32>popcnt<u64>(rest);
  }
  return count;
}

/**
 * Splits at one unit: counts, then cuts all pieces out of one block; each piece is laid out as an object of its own.
 */
function splitAtUnit(text: string, unit: u32): Array<string> {
  const from = changetype<usize>(text);
  const bytes = <usize>text.length << 1;
  const pattern = LOW * <u64>unit;
  const count = countUnit(from, bytes, pattern) + 1;
  const pieces = new Array<string>(count);
  if (count == 1) {
    unchecked((pieces[0] = text));
    return pieces;
  }
  // 8 bytes of header and up to 7 of padding a piece; 32 more because short copies run over
  let out = __new(bytes + (<usize>count << 4) + 32, idof<ArrayBuffer>());
  let slot = pieces.dataStart;
  let start: usize = 0;
  let at: usize = 0;
  let lanes: u64 = 0;
  for (let k = 1; k <= count; k++) {
    let end = bytes;
    if (k < count) {
      while (lanes == 0) {
        lanes = zeroLanes(load<u64>(from + at) ^ pattern);
        at += 8;
      }
      end = at - 8 + (<usize>ctz<u64>(lanes) >> 3) - 1;
      lanes &= lanes - 1;
    }
    const size = end - start;
    if (size) {
      store<u64>(out, <u64>idof<string>() | ((<u64>size) << 32));
      copyUnits(out + 8, from + start, size);
      store<usize>(slot, out + 8);
      out += (size + 15) & ~7;
    } else store<usize>(slot, changetype<usize>(""));
    slot += sizeof<usize>();
    start = end + 2;
  }
  return pieces;
}

/** Splits at text of several units, or into units when the separator is empty; at most `limit` pieces. */
function splitAtText(text: string, separator: string, limit: i32): Array<string> {
  const pieces = new Array<string>();
  const n = text.length;
  const w = separator.length;
  if (w == 0) {
    for (let i = 0; i < n && i < limit; i++) pieces.push(piece(text, i, i + 1));
    return pieces;
  }
  let start = 0;
  while (pieces.length < limit) {
    const at = find(text, separator, start);
    if (at < 0) {
      pieces.push(piece(text, start, n));
      break;
    }
    pieces.push(piece(text, start, at));
    start = at + w;
  }
  return pieces;
}

export function string_split(text: string, separator: string): Array<string> {
  return separator.length == 1 ? splitAtUnit(text, unitAt(separator, 0)) : splitAtText(text, separator, i32.MAX_VALUE);
}

/** The limit counts modulo 2^32. */
export function string_splitLimit(text: string, separator: string, limit: f64): Array<string> {
  const pieces = <u32>toInt32(limit);
  return splitAtText(text, separator, pieces > <u32>i32.MAX_VALUE ? i32.MAX_VALUE : <i32>pieces);
}

/** The strings behind one another, with a separator between them. */
export function joinTexts(parts: Array<string>, separator: string): string {
  const n = parts.length;
  if (n == 0) return "";
  if (n == 1) return unchecked(parts[0]);
  const gap = <usize>separator.length << 1;
  let total = gap * <usize>(n - 1);
  for (let i = 0; i < n; i++) total += <usize>unchecked(parts[i]).length << 1;
  if (total == 0) return "";
  const joined = __new(total, idof<string>());
  let to = joined;
  for (let i = 0; i < n; i++) {
    if (i && gap) {
      copyUnits(to, changetype<usize>(separator), gap);
      to += gap;
    }
    const part = unchecked(parts[i]);
    const size = <usize>part.length << 1;
    copyUnits(to, changetype<usize>(part), size);
    to += size;
  }
  return changetype<string>(joined);
}

export function string_concat(text: string, others: Array<string>): string {
  return text + joinTexts(others, "");
}

export function string_repeat(text: string, times: f64, file: string, line: i32, column: i32): string {
  const k = times != times ? 0.0 : Math.trunc(times);
  if (k < 0 || k * <f64>text.length > MAX_LENGTH || k == Infinity) {
    const why = ") is not possible: the count must be 0 or more and the result must fit";
    const told = "repeat(" + number_toString(times) + why;
    if (k < 0 || k == Infinity) throwRange("Invalid count value: " + number_toString(times), told, file, line, column);
    else failAt(told, file, line, column);
  }
  const n = text.length;
  const count = n ? <i32>k : 0;
  if (count == 0) return "";
  const out = newString(n * count);
  memory.repeat(changetype<usize>(out), changetype<usize>(text), <usize>n << 1, count);
  return out;
}

/** Text of exactly `units` units made by repeating `pad`. */
function filler(units: i32, pad: string): string {
  const out = newString(units);
  const w = pad.length;
  for (let i = 0, k = 0; i < units; i++) {
    store<u16>(changetype<usize>(out) + (<usize>i << 1), unitAt(pad, k));
    if (++k == w) k = 0;
  }
  return out;
}

/** How many units are missing to a length, which must be one that a string can have. */
function missing(text: string, length: f64): i32 {
  if (length > MAX_LENGTH) failAt("text of " + number_toString(length) + " units is too long", "", 0, 0);
  return clamp(length, <i32>MAX_LENGTH) - text.length;
}

export function string_padStart(text: string, length: f64, pad: string): string {
  const units = missing(text, length);
  return units > 0 && pad.length ? filler(units, pad) + text : text;
}

export function string_padEnd(text: string, length: f64, pad: string): string {
  const units = missing(text, length);
  return units > 0 && pad.length ? text + filler(units, pad) : text;
}

/** What stands for a match: `$$` is a dollar, `$&` the match, `` $` `` what is before it and `$'` what is behind it. */
function replacement(pattern: string, text: string, at: i32, width: i32): string {
  if (find(pattern, "$", 0) < 0) return pattern;
  const parts = new Array<string>();
  let from = 0;
  for (let i = find(pattern, "$", 0); i >= 0 && i + 1 < pattern.length; i = find(pattern, "$", i)) {
    const c = unitAt(pattern, i + 1);
    if (c != 36 && c != 38 && c != 96 && c != 39) {
      i++;
      continue;
    }
    parts.push(piece(pattern, from, i));
    if (c == 36) parts.push("$");
    else if (c == 38) parts.push(piece(text, at, at + width));
    else if (c == 96) parts.push(piece(text, 0, at));
    else parts.push(piece(text, at + width, text.length));
    from = i += 2;
  }
  parts.push(piece(pattern, from, pattern.length));
  return joinTexts(parts, "");
}

export function string_replace(text: string, search: string, pattern: string): string {
  const at = find(text, search, 0);
  if (at < 0) return text;
  const w = search.length;
  return piece(text, 0, at) + replacement(pattern, text, at, w) + piece(text, at + w, text.length);
}

export function string_replaceAll(text: string, search: string, pattern: string): string {
  let at = find(text, search, 0);
  if (at < 0) return text;
  const w = search.length;
  const parts = new Array<string>();
  let from = 0;
  while (at >= 0) {
    parts.push(piece(text, from, at));
    parts.push(replacement(pattern, text, at, w));
    from = at + w;
    at = find(text, search, w ? from : at + 1);
  }
  parts.push(piece(text, from, text.length));
  return joinTexts(parts, "");
}

type Replacer = (env: usize, found: string, at: f64, text: string) => string;

/** `s.replace(search, (found, at, text) => ...)`. */
export function string_replaceWith(text: string, search: string, env: usize, fn: Replacer): string {
  const at = find(text, search, 0);
  if (at < 0) return text;
  return piece(text, 0, at) + fn(env, search, <f64>at, text) + piece(text, at + search.length, text.length);
}

/** `s.replaceAll(search, (found, at, text) => ...)`. */
export function string_replaceAllWith(text: string, search: string, env: usize, fn: Replacer): string {
  const w = search.length;
  const parts = new Array<string>();
  let from = 0;
  for (let at = find(text, search, 0); at >= 0; at = find(text, search, w ? from : at + 1)) {
    parts.push(piece(text, from, at));
    parts.push(fn(env, search, <f64>at, text));
    from = at + w;
  }
  parts.push(piece(text, from, text.length));
  return joinTexts(parts, "");
}

export function string_fromCharCode(codes: Array<f64>): string {
  const n = codes.length;
  if (n == 0) return "";
  const out = newString(n);
  for (let i = 0; i < n; i++) store<u16>(changetype<usize>(out) + (<usize>i << 1), <u16>toInt32(unchecked(codes[i])));
  return out;
}

export function string_fromCodePoint(points: Array<f64>, file: string, line: i32, column: i32): string {
  const parts = new Array<string>();
  for (let i = 0, n = points.length; i < n; i++) {
    const x = unchecked(points[i]);
    if (!(x >= 0 && x <= 1114111 && Math.trunc(x) == x)) {
      const why = " is no code point: it must be a whole number from 0 to 0x10FFFF";
      throwRange("Invalid code point " + number_toString(x), number_toString(x) + why, file, line, column);
    }
    parts.push(String.fromCodePoint(<i32>x));
  }
  return joinTexts(parts, "");
}
