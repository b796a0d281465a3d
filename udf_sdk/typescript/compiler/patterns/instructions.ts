// A program of a pattern under construction: numbers of instructions, places to be filled in, sets of characters. Owns how all of it is laid
// out behind one another; assembly/js/pattern_text.ts reads it. Knows nothing of patterns.
import type { Ranges } from "./sets.ts";

/** The same numbers as in assembly/js/pattern_run.ts. */
export const Op = {
  MATCH: 0, CHAR: 1, CLASS: 2, POINT: 3, SPLIT: 4, JUMP: 5, SAVE: 6, MARK: 7, CHECK: 8, CLEAR: 9, MEMO: 10, START: 11, LINE_START: 12,
  END: 13, LINE_END: 14, WORD: 15, LOOK: 16, RUN: 17,
} as const;

/** Numbers in front of the program; behind them stands where each lookahead with groups begins. */
const HEAD = 8;

/** What the head says, in its order. Sets by their numbers, -1 for none. */
export interface Facts {
  readonly groups: number;
  readonly registers: number;
  readonly slots: number;
  readonly flags: number;
  readonly first: number;
  readonly words: number;
}

/** How far it has grown, to go back to. */
export interface Extent {
  readonly length: number;
  readonly jumps: number;
  readonly uses: number;
}

export class Instructions {
  readonly #code: number[] = [];
  readonly #sets = new Map<string, { index: number; ranges: Ranges }>();
  /** Places in the code that hold the number of a set. */
  readonly #uses: number[] = [];
  /** Places in the code that hold another place in it. */
  readonly #jumps: number[] = [];

  get extent(): Extent {
    return { length: this.#code.length, jumps: this.#jumps.length, uses: this.#uses.length };
  }

  /** Takes back what came after. */
  goBack(to: Extent): void {
    this.#code.length = to.length;
    this.#jumps.length = to.jumps;
    this.#uses.length = to.uses;
  }

  /** Adds numbers; answers where the first stands. */
  put(...numbers: number[]): number {
    return this.#code.push(...numbers) - numbers.length;
  }

  /** The number at the index is a place in the code, `target` or one that `land` gives. */
  jump(index: number, target = -1): void {
    this.#jumps.push(index);
    this.#code[index] = target;
  }

  /** The jump at the index goes to what comes next. */
  land(index: number): void {
    this.#code[index] = this.#code.length;
  }

  /** The number of a set. */
  set(ranges: Ranges): number {
    const key = ranges.join(";");
    const known = this.#sets.get(key) ?? { index: this.#sets.size, ranges };
    this.#sets.set(key, known);
    return known.index;
  }

  /** The number at the index is a set. */
  use(index: number, ranges: Ranges): void {
    this.#uses.push(index);
    this.#code[index] = this.set(ranges);
  }

  /** Head, starts of lookaheads, code, sets: with all places counted from the start. */
  laidOut(facts: Facts, lookStarts: readonly number[]): number[] {
    const codeAt = HEAD + lookStarts.length;
    let next = codeAt + this.#code.length;
    const places: number[] = [];
    const tables = [...this.#sets.values()].map(({ ranges }) => {
      const table = tableOf(ranges);
      places.push(next);
      next += table.length;
      return table;
    });
    const code = [...this.#code];
    for (const use of this.#uses) code[use] = places[code[use] as number] as number;
    for (const jump of this.#jumps) code[jump] = (code[jump] as number) + codeAt;
    const at = (set: number): number => (set < 0 ? -1 : (places[set] as number));
    const head = [codeAt, facts.groups, facts.registers, facts.slots, facts.flags, at(facts.first), at(facts.words), lookStarts.length];
    return [...head, ...lookStarts.map((start) => start + codeAt), ...code, ...tables.flat()];
  }
}

/** A bit for each character below 128, the number of ranges above, and they themselves. */
function tableOf(ranges: Ranges): number[] {
  const bits = [0, 0, 0, 0];
  for (const [from, to] of ranges)
    for (let c = from; c <= Math.min(to, 127); c++) bits[c >> 5] = (bits[c >> 5] as number) | (1 << (c & 31));
  const above = ranges.filter(([, to]) => to > 127).map(([from, to]) => [Math.max(from, 128), to] as const);
  return [...bits, above.length, ...above.flat()];
}
