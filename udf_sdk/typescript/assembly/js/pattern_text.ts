// The program of a pattern and the text that it runs over, as pattern_run.ts reads them. A program is an array of numbers that the compiler
// makes (compiler/patterns/): a head, the instructions, sets of characters. Owns which pair is at work; there is one at a time.

/** Numbers at the start of a program. */
export const enum Head {
  CODE,
  GROUPS,
  REGISTERS,
  SLOTS,
  FLAGS,
  FIRST,
  WORDS,
  LOOKS,
  SIZE,
}

/** Flags in the head. */
export const UNICODE: i32 = 1;
export const ANCHORED: i32 = 2;
export const LOOKS_AHEAD: i32 = 4;

let code: usize = 0;
let text: usize = 0;
let length: i32 = 0;

/** The pair to work on. */
export function open(program: StaticArray<i32>, given: string): void {
  code = changetype<usize>(program);
  text = changetype<usize>(given);
  length = given.length;
}

/** Units of the text. */
// @ts-ignore: decorator
@inline
export function textLength(): i32 {
  return length;
}

export function groupsOf(program: StaticArray<i32>): i32 {
  return unchecked(program[Head.GROUPS]);
}

// @ts-ignore: decorator
@inline
export function at(i: i32): i32 {
  return load<i32>(code + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
export function unit(i: i32): i32 {
  return load<u16>(text + (<usize>i << 1));
}

/** Whether the character is in the class: a bit each below 128, then ranges in ascending order. */
export function isIn(set: i32, c: i32): bool {
  if (c < 128) return ((at(set + (c >> 5)) >> (c & 31)) & 1) != 0;
  let low = 0;
  let high = at(set + 4);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(set + 6 + (middle << 1)) < c) low = middle + 1;
    else high = middle;
  }
  return low < at(set + 4) && at(set + 5 + (low << 1)) <= c;
}

/** The code point at a place. */
// @ts-ignore: decorator
@inline
export function pointAt(pos: i32): i32 {
  const c = unit(pos);
  if ((c & 0xfc00) != 0xd800 || pos + 1 >= length) return c;
  const d = unit(pos + 1);
  return (d & 0xfc00) == 0xdc00 ? ((c - 0xd800) << 10) + (d - 0xdc00) + 0x10000 : c;
}

/** Between the halves of a pair, where there is no character; V8 looks for matches there, too, and may find an empty one. */
export function isInPair(pos: i32): bool {
  return pos > 0 && pos < length && (unit(pos) & 0xfc00) == 0xdc00 && (unit(pos - 1) & 0xfc00) == 0xd800;
}

/** The place of the character before a place that is above `low`. */
// @ts-ignore: decorator
@inline
export function before(pos: i32, low: i32, wide: bool): i32 {
  const isPair = wide && pos - 2 >= low && (unit(pos - 1) & 0xfc00) == 0xdc00 && (unit(pos - 2) & 0xfc00) == 0xd800;
  return isPair ? pos - 2 : pos - 1;
}

export function isLineEnd(c: i32): bool {
  return c == 10 || c == 13 || c == 0x2028 || c == 0x2029;
}

export function isWord(pos: i32): bool {
  return pos >= 0 && pos < length && isIn(at(Head.WORDS), unit(pos));
}

/** How far the class goes from a place, at most `most` characters. */
export function runEnd(set: i32, from: i32, most: i32, wide: bool): i32 {
  let pos = from;
  if (!wide) {
    const last = most < 0 || length - from < most ? length : from + most;
    while (pos < last && isIn(set, unit(pos))) pos++;
    return pos;
  }
  if (isInPair(pos)) return pos;
  for (let n = 0; n != most && pos < length; n++) {
    const c = pointAt(pos);
    if (!isIn(set, c)) break;
    pos += c > 0xffff ? 2 : 1;
  }
  return pos;
}
