// What a run of a pattern keeps: registers for groups and loops, the stack of what is still to be tried, and the table of what is known.
//
// The stack has entries of three numbers. (pc, high, low): go on at pc from high, then from each place before it down to low.
// (UNDO, register, value): put the value back. (KNOWN - slot, from, to): the state `slot` has failed at these places.
import { Head, LOOKS_AHEAD, at, textLength } from "./pattern_text";

const UNDO: i32 = -1;
/** What the entry of a state with slot 0 begins with. */
export const KNOWN: i32 = -2;
const ENTRY: usize = 12;
const STACK_BYTES: usize = 24576;
/** Registers of a pattern; the compiler refuses more. */
const REGISTERS: i32 = 512;

let stack: usize = 0;
let limit: usize = 0;
let sp: usize = 0;
let failed: usize = 0;
let succeeded: usize = 0;

export function registers(): usize {
  return memory.data(<i32>REGISTERS * 4, 8);
}

/** A register of the last run: 2k and 2k + 1 are start and end of group k, -1 where it took no part. */
// @ts-ignore: decorator
@inline
export function register(i: i32): i32 {
  return load<i32>(registers() + (<usize>i << 2));
}

/** An empty stack, nothing known. */
export function forget(): void {
  stack = memory.data(<i32>STACK_BYTES, 8);
  limit = stack + STACK_BYTES;
  sp = stack;
  failed = 0;
  succeeded = 0;
}

/** No group has taken part. */
export function clearRegisters(): void {
  memory.fill(registers(), 0xff, <usize>at(Head.REGISTERS) << 2);
}

/** Nothing is to be tried. */
export function clearStack(): void {
  sp = stack;
}

/** How much is on the stack. */
export function depth(): usize {
  return sp - stack;
}

/** The entry that `back` found: 0 is pc, 1 high, 2 low. */
// @ts-ignore: decorator
@inline
export function found(i: i32): i32 {
  return load<i32>(sp + (<usize>i << 2));
}

function moreStack(): void {
  const used = sp - stack;
  const size = (limit - stack) << 1;
  const moved = __new(size, 0);
  memory.copy(moved, stack, used);
  stack = moved;
  sp = moved + used;
  limit = moved + size;
}

// @ts-ignore: decorator
@inline
export function push(what: i32, a: i32, b: i32): void {
  if (sp == limit) moreStack();
  store<i32>(sp, what);
  store<i32>(sp, a, 4);
  store<i32>(sp, b, 8);
  sp += ENTRY;
}

// @ts-ignore: decorator
@inline
export function set(i: i32, value: i32): void {
  const place = registers() + (<usize>i << 2);
  const old = load<i32>(place);
  if (old == value) return;
  push(UNDO, i, old);
  store<i32>(place, value);
}

/** The table of states and places, all clear. */
function table(): usize {
  const bytes = ((<usize>at(Head.SLOTS) * <usize>(textLength() + 1)) >> 3) + 8;
  const made = __new(bytes, 0);
  memory.fill(made, 0, bytes);
  return made;
}

/** From here on it is kept what has failed, and of lookaheads what has succeeded. */
export function remember(): void {
  if (at(Head.SLOTS) == 0) return;
  failed = table();
  if ((at(Head.FLAGS) & LOOKS_AHEAD) != 0) succeeded = table();
}

// @ts-ignore: decorator
@inline
export function remembers(): bool {
  return failed != 0;
}

// @ts-ignore: decorator
@inline
export function hasFailed(slot: i32, pos: i32): bool {
  return has(failed, slot, pos);
}

// @ts-ignore: decorator
@inline
export function hasSucceeded(slot: i32, pos: i32): bool {
  return has(succeeded, slot, pos);
}

/** How a lookahead has ended at a place. */
export function noteLook(slot: i32, pos: i32, ok: bool): void {
  if (failed != 0) note(ok ? succeeded : failed, slot, pos);
}

// @ts-ignore: decorator
@inline
function has(from: usize, slot: i32, pos: i32): bool {
  const bit = <usize>slot * <usize>(textLength() + 1) + <usize>pos;
  return ((load<u8>(from + (bit >> 3)) >> (<u8>bit & 7)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function note(into: usize, slot: i32, pos: i32): void {
  const bit = <usize>slot * <usize>(textLength() + 1) + <usize>pos;
  store<u8>(into + (bit >> 3), load<u8>(into + (bit >> 3)) | (<u8>1 << (<u8>bit & 7)));
}

/** Ends a part that has matched. A lookahead forgets its registers, and the states on its way are known to succeed. */
export function leave(from: usize, keeps: bool): void {
  const base = stack + from;
  if (keeps) sp = base;
  while (sp > base) {
    sp -= ENTRY;
    const what = load<i32>(sp);
    if (what == UNDO) store<i32>(registers() + (<usize>load<i32>(sp, 4) << 2), load<i32>(sp, 8));
    else if (what <= KNOWN && succeeded != 0) note(succeeded, KNOWN - what, load<i32>(sp, 4));
  }
}

/** Takes entries off the stack up to one from which to go on; false when there is none. */
export function back(from: usize): bool {
  const base = stack + from;
  while (sp > base) {
    sp -= ENTRY;
    const what = load<i32>(sp);
    const a = load<i32>(sp, 4);
    const b = load<i32>(sp, 8);
    if (what >= 0) return true;
    if (what == UNDO) store<i32>(registers() + (<usize>a << 2), b);
    else if (failed != 0) for (let pos = a; pos <= b; pos++) note(failed, KNOWN - what, pos);
  }
  return false;
}
