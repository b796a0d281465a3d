// Runs a compiled pattern (compiler/patterns/emit.ts lists the instructions) over a text: JavaScript's backtracking, whose order decides
// which match is found, with a table of what has failed already, so that time is linear in the text. Owns the registers, the stack
// and the table; knows nothing of objects. One run at a time: what a run found is copied before anything else runs.
//
// The stack has entries of three numbers. (pc, high, low): go on at pc from high, then from each place before it down to low.
// (UNDO, register, value): put the value back. (KNOWN - slot, from, to): the state `slot` has failed at these places.

/** Instructions; the same numbers as in compiler/patterns/emit.ts. */
export const enum Op {
  MATCH,
  CHAR,
  CLASS,
  POINT,
  SPLIT,
  JUMP,
  SAVE,
  MARK,
  CHECK,
  CLEAR,
  MEMO,
  START,
  LINE_START,
  END,
  LINE_END,
  WORD,
  LOOK,
  RUN,
}

/** Numbers at the start of a program. */
const enum Head {
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

const UNICODE: i32 = 1;
const ANCHORED: i32 = 2;
const LOOKS_AHEAD: i32 = 4;

const UNDO: i32 = -1;
const KNOWN: i32 = -2;
const ENTRY: usize = 12;
const STACK_BYTES: usize = 24576;
/** Registers of a pattern; the compiler refuses more. */
const REGISTERS: i32 = 512;
/** Steps for each unit of text before the table of failures is made: most patterns never need it. */
const PATIENCE: i32 = 4;

let code: usize = 0;
let text: usize = 0;
let units: i32 = 0;
let stack: usize = 0;
let limit: usize = 0;
let sp: usize = 0;
let patience: i32 = 0;
let failed: usize = 0;
let succeeded: usize = 0;
let end: i32 = 0;
let met: bool = false;

// @ts-ignore: decorator
@inline
function at(i: i32): i32 {
  return load<i32>(code + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function unit(i: i32): i32 {
  return load<u16>(text + (<usize>i << 1));
}

function registers(): usize {
  return memory.data(<i32>REGISTERS * 4, 8);
}

/** A register of the last run: 2k and 2k + 1 are start and end of group k, -1 where it took no part. */
// @ts-ignore: decorator
@inline
export function register(i: i32): i32 {
  return load<i32>(registers() + (<usize>i << 2));
}

export function groupsOf(program: StaticArray<i32>): i32 {
  return unchecked(program[Head.GROUPS]);
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
function push(what: i32, a: i32, b: i32): void {
  if (sp == limit) moreStack();
  store<i32>(sp, what);
  store<i32>(sp, a, 4);
  store<i32>(sp, b, 8);
  sp += ENTRY;
}

// @ts-ignore: decorator
@inline
function set(i: i32, value: i32): void {
  const place = registers() + (<usize>i << 2);
  const old = load<i32>(place);
  if (old == value) return;
  push(UNDO, i, old);
  store<i32>(place, value);
}

/** The table of states and places, all clear. */
function table(): usize {
  const bytes = ((<usize>at(Head.SLOTS) * <usize>(units + 1)) >> 3) + 8;
  const made = __new(bytes, 0);
  memory.fill(made, 0, bytes);
  return made;
}

// @ts-ignore: decorator
@inline
function has(from: usize, slot: i32, pos: i32): bool {
  const bit = <usize>slot * <usize>(units + 1) + <usize>pos;
  return ((load<u8>(from + (bit >> 3)) >> (<u8>bit & 7)) & 1) != 0;
}

// @ts-ignore: decorator
@inline
function note(into: usize, slot: i32, pos: i32): void {
  const bit = <usize>slot * <usize>(units + 1) + <usize>pos;
  store<u8>(into + (bit >> 3), load<u8>(into + (bit >> 3)) | (<u8>1 << (<u8>bit & 7)));
}

/** Whether the character is in the class: a bit each below 128, then ranges in ascending order. */
function isIn(set: i32, c: i32): bool {
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
function pointAt(pos: i32): i32 {
  const c = unit(pos);
  if ((c & 0xfc00) != 0xd800 || pos + 1 >= units) return c;
  const d = unit(pos + 1);
  return (d & 0xfc00) == 0xdc00 ? ((c - 0xd800) << 10) + (d - 0xdc00) + 0x10000 : c;
}

/** Between the halves of a pair, where there is no character; V8 looks for matches there, too, and may find an empty one. */
function isInPair(pos: i32): bool {
  return pos > 0 && pos < units && (unit(pos) & 0xfc00) == 0xdc00 && (unit(pos - 1) & 0xfc00) == 0xd800;
}

/** The place of the character before a place that is above `low`. */
// @ts-ignore: decorator
@inline
function before(pos: i32, low: i32, wide: bool): i32 {
  const isPair = wide && pos - 2 >= low && (unit(pos - 1) & 0xfc00) == 0xdc00 && (unit(pos - 2) & 0xfc00) == 0xd800;
  return isPair ? pos - 2 : pos - 1;
}

function isLineEnd(c: i32): bool {
  return c == 10 || c == 13 || c == 0x2028 || c == 0x2029;
}

function isWord(pos: i32): bool {
  return pos >= 0 && pos < units && isIn(at(Head.WORDS), unit(pos));
}

/** How far the class goes from a place, at most `most` characters. */
function runEnd(set: i32, from: i32, most: i32, wide: bool): i32 {
  let pos = from;
  if (!wide) {
    const last = most < 0 || units - from < most ? units : from + most;
    while (pos < last && isIn(set, unit(pos))) pos++;
    return pos;
  }
  if (isInPair(pos)) return pos;
  for (let n = 0; n != most && pos < units; n++) {
    const c = pointAt(pos);
    if (!isIn(set, c)) break;
    pos += c > 0xffff ? 2 : 1;
  }
  return pos;
}

/**
 * The same up to a place from which the run is known to fail: what is tried from there on would fail again. Answers the last place worth
 * trying; `met` says that there is such a place.
 */
function runUntilKnown(set: i32, from: i32, slot: i32, wide: bool): i32 {
  let pos = from;
  met = false;
  if (wide && isInPair(pos)) return pos;
  while (pos < units) {
    const c = wide ? pointAt(pos) : unit(pos);
    if (!isIn(set, c)) break;
    const after = pos + (c > 0xffff ? 2 : 1);
    met = has(failed, slot, after);
    if (met) break;
    pos = after;
  }
  return pos;
}

/** The slot of a state: inside loops that may match nothing it also says which of them have moved on. */
function slotAt(pc: i32, pos: i32): i32 {
  let slot = at(pc + 1);
  for (let k = at(pc + 2); k > 0; k--) if (register(at(pc + 2 + k)) != pos) slot++;
  return slot;
}

/** Whether what a lookahead wants stands there; leaves no trace in the registers. */
function looks(pc: i32, pos: i32): bool {
  const slot = at(pc + 4);
  if (failed != 0) {
    if (has(failed, slot, pos)) return false;
    if (has(succeeded, slot, pos)) return true;
  }
  const ok = run(at(pc + 3), pos, false);
  if (failed != 0) note(ok ? succeeded : failed, slot, pos);
  return ok;
}

/** Ends a part that has matched. A lookahead forgets its registers, and the states on its way are known to succeed. */
function leave(base: usize, keeps: bool): void {
  if (keeps) sp = base;
  while (sp > base) {
    sp -= ENTRY;
    const what = load<i32>(sp);
    if (what == UNDO) store<i32>(registers() + (<usize>load<i32>(sp, 4) << 2), load<i32>(sp, 8));
    else if (what <= KNOWN && succeeded != 0) note(succeeded, KNOWN - what, load<i32>(sp, 4));
  }
}

/** Takes entries off the stack up to one from which to go on; false when there is none. */
function back(base: usize): bool {
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

/** Runs from an instruction at a place; `end` is where the match ends. `keeps`: what the groups hold is wanted, so nothing is cut short. */
function run(startPc: i32, startPos: i32, keeps: bool): bool {
  const base = sp - stack;
  const wide = (at(Head.FLAGS) & UNICODE) != 0;
  let pc = startPc;
  let pos = startPos;
  while (true) {
    if (--patience == 0 && at(Head.SLOTS) > 0) {
      failed = table();
      if ((at(Head.FLAGS) & LOOKS_AHEAD) != 0) succeeded = table();
    }
    let ok = true;
    switch (at(pc)) {
      case Op.MATCH:
        end = pos;
        leave(stack + base, keeps);
        return true;
      case Op.CHAR:
        ok = pos < units && unit(pos) == at(pc + 1);
        pos++;
        pc += 2;
        break;
      case Op.CLASS:
        ok = pos < units && isIn(at(pc + 1), unit(pos));
        pos++;
        pc += 2;
        break;
      case Op.POINT: {
        ok = pos < units && !isInPair(pos);
        if (ok) {
          const c = pointAt(pos);
          ok = isIn(at(pc + 1), c);
          pos += c > 0xffff ? 2 : 1;
        }
        pc += 2;
        break;
      }
      case Op.SPLIT:
        push(at(pc + 2), pos, pos);
        pc = at(pc + 1);
        break;
      case Op.JUMP:
        pc = at(pc + 1);
        break;
      case Op.SAVE:
      case Op.MARK:
        set(at(pc + 1), pos);
        pc += 2;
        break;
      case Op.CHECK:
        ok = register(at(pc + 1)) != pos;
        pc += 2;
        break;
      case Op.CLEAR:
        for (let i = at(pc + 1); i < at(pc + 2); i++) set(i, -1);
        pc += 3;
        break;
      case Op.MEMO:
        if (failed != 0) {
          const slot = slotAt(pc, pos);
          ok = !has(failed, slot, pos);
          if (ok && !keeps && has(succeeded, slot, pos)) {
            leave(stack + base, false);
            return true;
          }
          if (ok) push(KNOWN - slot, pos, pos);
        }
        pc += 3 + at(pc + 2);
        break;
      case Op.START:
        ok = pos == 0;
        pc += 1;
        break;
      case Op.LINE_START:
        ok = pos == 0 || isLineEnd(unit(pos - 1));
        pc += 1;
        break;
      case Op.END:
        ok = pos == units;
        pc += 1;
        break;
      case Op.LINE_END:
        ok = pos == units || isLineEnd(unit(pos));
        pc += 1;
        break;
      case Op.WORD:
        ok = (isWord(pos - 1) != isWord(pos)) == (at(pc + 1) != 0);
        pc += 2;
        break;
      case Op.LOOK:
        ok = looks(pc, pos) == (at(pc + 1) != 0);
        if (ok && at(pc + 2) >= 0) set(at(pc + 2), pos);
        pc += 5;
        break;
      case Op.RUN: {
        // slot and loops around like MEMO; set, at most (-1: any number), whether less than all is never right
        const depth = at(pc + 2);
        const rest = pc + 3 + depth;
        const slot = slotAt(pc, pos);
        if (failed != 0 && has(failed, slot, pos)) {
          ok = false;
          break;
        }
        const most = at(rest + 1);
        const takesAll = at(rest + 2) != 0;
        let high = 0;
        if (failed == 0 || most >= 0) {
          high = runEnd(at(rest), pos, most, wide);
          if (failed == 0) patience = max(patience - ((high - pos) >> 1), 1);
          else push(KNOWN - slot, pos, pos);
        } else {
          // behind its first character all loops around have moved on
          high = runUntilKnown(at(rest), pos, at(pc + 1) + depth, wide);
          push(KNOWN - slot, pos, pos);
          push(KNOWN - (at(pc + 1) + depth), pos + 1, high);
          ok = !(met && takesAll);
        }
        pc = rest + 3;
        if (!takesAll && high > pos) push(pc, before(high, pos, wide), pos);
        pos = high;
        break;
      }
    }
    if (ok) continue;
    if (!back(stack + base)) return false;
    pc = load<i32>(sp);
    pos = load<i32>(sp, 4);
    const low = load<i32>(sp, 8);
    if (pos > low) push(pc, before(pos, low, wide), low);
  }
}

/** Tries one place; fills the registers, those of lookaheads last. */
function matchAt(start: i32): bool {
  sp = stack;
  if (!run(at(Head.CODE), start, true)) return false;
  const stop = end;
  const looksAt = at(Head.GROUPS) << 1;
  for (let i = 0, n = at(Head.LOOKS); i < n; i++) {
    const from = register(looksAt + i);
    if (from >= 0) run(at(Head.SIZE + i), from, true);
  }
  store<i32>(registers(), start);
  store<i32>(registers() + 4, stop);
  return true;
}

/** Begins with a pattern and a text: what is known of another pair is forgotten. */
export function begin(program: StaticArray<i32>, given: string): void {
  code = changetype<usize>(program);
  text = changetype<usize>(given);
  units = given.length;
  stack = memory.data(<i32>STACK_BYTES, 8);
  limit = stack + STACK_BYTES;
  failed = 0;
  succeeded = 0;
  const room = <i64>PATIENCE * <i64>units + 32;
  patience = room > i32.MAX_VALUE ? i32.MAX_VALUE : <i32>room;
}

/**
 * Looks for the first match at or behind a place (`sticky`: at it) of the text that was begun with. The groups are in the registers
 * then. The place is in the text or at its end.
 */
export function next(from: i32, sticky: bool): bool {
  memory.fill(registers(), 0xff, <usize>at(Head.REGISTERS) << 2);
  const wide = (at(Head.FLAGS) & UNICODE) != 0;
  let start = wide && isInPair(from) ? from - 1 : from;
  if (sticky) return matchAt(start);
  if ((at(Head.FLAGS) & ANCHORED) != 0) return start == 0 && matchAt(0);
  const first = at(Head.FIRST);
  for (; start <= units; start++) {
    if (first >= 0) {
      while (start < units && !isIn(first, wide ? pointAt(start) : unit(start))) start++;
      if (start == units) return false;
    }
    if (matchAt(start)) return true;
  }
  return false;
}
