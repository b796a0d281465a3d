// Runs a compiled pattern over a text: JavaScript's backtracking, whose order decides which match is found, with a table of what has failed
// already (pattern_trail.ts), so that time is linear in the text. Knows nothing of objects. One run at a time: what a run found is
// copied before anything else runs.
import { ANCHORED, Head, UNICODE, at, before, isIn, isInPair, isLineEnd, isWord, open, pointAt, runEnd, textLength, unit } from "./pattern_text";
import { KNOWN, back, clearRegisters, clearStack, depth, forget, found, hasFailed, hasSucceeded, leave, noteLook, push, register, registers, remember, remembers, set } from "./pattern_trail";

/** Instructions; the same numbers as in compiler/patterns/emit.ts. */
const enum Op {
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

/** Steps for each unit of text before the table of failures is made: most patterns never need it. */
const PATIENCE: i32 = 4;

let patience: i32 = 0;
let end: i32 = 0;
let met: bool = false;

/**
 * The same up to a place from which the run is known to fail: what is tried from there on would fail again. Answers the last place worth
 * trying; `met` says that there is such a place.
 */
function runUntilKnown(set: i32, from: i32, slot: i32, wide: bool): i32 {
  let pos = from;
  met = false;
  if (wide && isInPair(pos)) return pos;
  while (pos < textLength()) {
    const c = wide ? pointAt(pos) : unit(pos);
    if (!isIn(set, c)) break;
    const after = pos + (c > 0xffff ? 2 : 1);
    met = hasFailed(slot, after);
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
  if (remembers()) {
    if (hasFailed(slot, pos)) return false;
    if (hasSucceeded(slot, pos)) return true;
  }
  const ok = run(at(pc + 3), pos, false);
  noteLook(slot, pos, ok);
  return ok;
}



/** Runs from an instruction at a place; `end` is where the match ends. `keeps`: what the groups hold is wanted, so nothing is cut short. */
function run(startPc: i32, startPos: i32, keeps: bool): bool {
  const base = depth();
  const wide = (at(Head.FLAGS) & UNICODE) != 0;
  let pc = startPc;
  let pos = startPos;
  while (true) {
    if (--patience == 0) remember();
    let ok = true;
    switch (at(pc)) {
      case Op.MATCH:
        end = pos;
        leave(base, keeps);
        return true;
      case Op.CHAR:
        ok = pos < textLength() && unit(pos) == at(pc + 1);
        pos++;
        pc += 2;
        break;
      case Op.CLASS:
        ok = pos < textLength() && isIn(at(pc + 1), unit(pos));
        pos++;
        pc += 2;
        break;
      case Op.POINT: {
        ok = pos < textLength() && !isInPair(pos);
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
        if (remembers()) {
          const slot = slotAt(pc, pos);
          ok = !hasFailed(slot, pos);
          if (ok && !keeps && hasSucceeded(slot, pos)) {
            leave(base, false);
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
        ok = pos == textLength();
        pc += 1;
        break;
      case Op.LINE_END:
        ok = pos == textLength() || isLineEnd(unit(pos));
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
        const loops = at(pc + 2);
        const rest = pc + 3 + loops;
        const slot = slotAt(pc, pos);
        if (remembers() && hasFailed(slot, pos)) {
          ok = false;
          break;
        }
        const most = at(rest + 1);
        const takesAll = at(rest + 2) != 0;
        let high = 0;
        if (!remembers() || most >= 0) {
          high = runEnd(at(rest), pos, most, wide);
          if (!remembers()) patience = max(patience - ((high - pos) >> 1), 1);
          else push(KNOWN - slot, pos, pos);
        } else {
          // behind its first character all loops around have moved on
          high = runUntilKnown(at(rest), pos, at(pc + 1) + loops, wide);
          push(KNOWN - slot, pos, pos);
          push(KNOWN - (at(pc + 1) + loops), pos + 1, high);
          ok = !(met && takesAll);
        }
        pc = rest + 3;
        if (!takesAll && high > pos) push(pc, before(high, pos, wide), pos);
        pos = high;
        break;
      }
    }
    if (ok) continue;
    if (!back(base)) return false;
    pc = found(0);
    pos = found(1);
    const low = found(2);
    if (pos > low) push(pc, before(pos, low, wide), low);
  }
}

/** Tries one place; fills the registers, those of lookaheads last. */
function matchAt(start: i32): bool {
  clearStack();
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
  open(program, given);
  forget();
  const room = <i64>PATIENCE * <i64>given.length + 32;
  patience = room > i32.MAX_VALUE ? i32.MAX_VALUE : <i32>room;
}

/**
 * Looks for the first match at or behind a place (`sticky`: at it) of the text that was begun with. The groups are in the registers
 * then. The place is in the text or at its end.
 */
export function next(from: i32, sticky: bool): bool {
  clearRegisters();
  const wide = (at(Head.FLAGS) & UNICODE) != 0;
  let start = wide && isInPair(from) ? from - 1 : from;
  if (sticky) return matchAt(start);
  if ((at(Head.FLAGS) & ANCHORED) != 0) return start == 0 && matchAt(0);
  const first = at(Head.FIRST);
  for (; start <= textLength(); start++) {
    if (first >= 0) {
      while (start < textLength() && !isIn(first, wide ? pointAt(start) : unit(start))) start++;
      if (start == textLength()) return false;
    }
    if (matchAt(start)) return true;
  }
  return false;
}
