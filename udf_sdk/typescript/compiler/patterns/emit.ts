// The instructions of a pattern. Counts are written out, so that a state is a place in the program; what may be reached in several ways
// has a slot in the table of failures; a repeated class is one instruction. The meaning of each instruction is pattern_run.ts.
import type { AST } from "@eslint-community/regexpp";
import { ACCEPT, firstOf, firstOfAll, firstOfAny, or, singleSet, then } from "./first.ts";
import type { First, SetFlags } from "./first.ts";
import { PatternRefused } from "./pattern.ts";
import type { Program } from "./pattern.ts";
import { areDisjoint, charactersOf } from "./sets.ts";
import type { Ranges } from "./sets.ts";

/** The same numbers as in assembly/js/pattern_run.ts. */
const Op = {
  MATCH: 0, CHAR: 1, CLASS: 2, POINT: 3, SPLIT: 4, JUMP: 5, SAVE: 6, MARK: 7, CHECK: 8, CLEAR: 9, MEMO: 10, START: 11, LINE_START: 12,
  END: 13, LINE_END: 14, WORD: 15, LOOK: 16, RUN: 17,
} as const;

/** Numbers in front of the program, and behind them where each lookahead with groups begins. */
const HEAD = 8;
const UNICODE = 1;
const ANCHORED = 2;
const LOOKS_AHEAD = 4;

/** Instructions of a pattern with its counts written out. */
const MAX_PROGRAM = 20_000;
const MAX_COUNT = 1_000;
/** The engine's registers, and some to spare. */
const MAX_REGISTERS = 512;

/** The program of a parsed pattern. */
export function emitPattern(tree: AST.Pattern, flags: string): Program {
  return new Emitter(tree, flags).program();
}

class Emitter {
  readonly #tree: AST.Pattern;
  readonly #flags: SetFlags;
  readonly #code: number[] = [];
  readonly #sets = new Map<string, { index: number; ranges: Ranges }>();
  /** Places in the code that hold the number of a set. */
  readonly #setUses: number[] = [];
  readonly #names: [string, number][] = [];
  readonly #groups: number;
  readonly #looks: number;
  /** Where lookaheads with groups begin, by their number. */
  readonly #lookStarts: number[] = [];
  #registers: number;
  #slots = 0;
  #group = 1;
  #look = 0;
  /** Registers of the loops around that may match nothing. */
  #marks: readonly number[] = [];
  #inLook = false;
  #usesWords = false;
  #looksAhead = false;
  /** Places in the code that hold another place in it. */
  readonly #jumps: number[] = [];

  constructor(tree: AST.Pattern, flags: string) {
    this.#tree = tree;
    const has = (f: string): boolean => flags.includes(f);
    this.#flags = { ignoreCase: has("i"), unicode: has("u"), dotAll: has("s"), multiline: has("m"), endIsEmpty: false };
    this.#groups = 1 + groupsIn(tree.alternatives);
    this.#looks = looksIn(tree.alternatives);
    this.#registers = 2 * this.#groups + this.#looks;
  }

  program(): Program {
    this.#choice(this.#tree.alternatives, ACCEPT);
    this.#put(Op.MATCH);
    if (this.#registers > MAX_REGISTERS) throw this.#refused(this.#tree, "the pattern has too many groups and loops", "make two patterns of it");
    return {
      code: this.#assembled(),
      groups: this.#groups,
      names: this.#names,
    };
  }

  /** Head, starts of lookaheads, code, sets: with all places counted from the start. */
  #assembled(): number[] {
    const first = firstOfAny(this.#tree.alternatives, { ...this.#flags, endIsEmpty: true });
    const firstSet = first.empty === "never" ? this.#set(first.set) : undefined;
    const words = this.#usesWords ? this.#set(charactersOf("\\w", this.#flags)) : undefined;
    const codeAt = HEAD + this.#looks;
    let next = codeAt + this.#code.length;
    const places: number[] = [];
    const tables = [...this.#sets.values()].map(({ ranges }) => {
      const table = tableOf(ranges);
      places.push(next);
      next += table.length;
      return table;
    });
    const code = [...this.#code];
    for (const use of this.#setUses) code[use] = places[code[use] as number] as number;
    for (const jump of this.#jumps) code[jump] = (code[jump] as number) + codeAt;
    const anchored = this.#tree.alternatives.every((a) => isStart(a.elements[0]) && !this.#flags.multiline);
    const flags = (this.#flags.unicode ? UNICODE : 0) | (anchored ? ANCHORED : 0) | (this.#looksAhead ? LOOKS_AHEAD : 0);
    const at = (set: number | undefined): number => (set === undefined ? -1 : (places[set] as number));
    const head = [codeAt, this.#groups, this.#registers, this.#slots, flags, at(firstSet), at(words), this.#looks];
    return [...head, ...this.#lookStarts.map((s) => s + codeAt), ...code, ...tables.flat()];
  }

  #put(...numbers: number[]): number {
    if (this.#code.length + numbers.length > MAX_PROGRAM)
      throw this.#refused(this.#tree, "the pattern is too large with its counts written out", "use smaller counts");
    this.#code.push(...numbers);
    return this.#code.length - numbers.length;
  }

  /** A place in the code to be filled with another. */
  #jumpAt(index: number, target = -1): void {
    this.#jumps.push(index);
    this.#code[index] = target;
  }

  #land(index: number): void {
    this.#code[index] = this.#code.length;
  }

  #set(ranges: Ranges): number {
    const key = ranges.join(";");
    const known = this.#sets.get(key);
    if (known !== undefined) return known.index;
    this.#sets.set(key, { index: this.#sets.size, ranges });
    return this.#sets.size - 1;
  }

  #refused(node: AST.Node, message: string, hint: string): PatternRefused {
    return new PatternRefused(message, node.start, hint);
  }

  /** A place that may be reached in several ways. */
  #memo(): void {
    this.#state(Op.MEMO);
  }

  /** An instruction with a slot for each state that it may be in: how many of the loops around have moved on. */
  #state(op: number): void {
    this.#put(op, this.#slots, this.#marks.length, ...this.#marks);
    this.#slots += this.#marks.length + 1;
  }

  #choice(alternatives: readonly AST.Alternative[], follow: First): void {
    const ends: number[] = [];
    alternatives.forEach((alternative, i) => {
      if (i === alternatives.length - 1) {
        this.#sequence(alternative.elements, follow);
        return;
      }
      const split = this.#put(Op.SPLIT, 0, 0);
      this.#jumpAt(split + 1, split + 3);
      this.#jumpAt(split + 2);
      this.#sequence(alternative.elements, follow);
      const jump = this.#put(Op.JUMP, 0);
      this.#jumpAt(jump + 1);
      ends.push(jump + 1);
      this.#land(split + 2);
    });
    ends.forEach((end) => this.#land(end));
    if (ends.length > 0) this.#memo();
  }

  #sequence(elements: readonly AST.Element[], follow: First): void {
    elements.forEach((element, i) => this.#element(element, then(firstOfAll(elements.slice(i + 1), this.#flags), follow)));
  }

  #element(element: AST.Element, follow: First): void {
    const set = singleSet(element, this.#flags);
    if (set !== undefined) return this.#single(set);
    switch (element.type) {
      case "Group":
        if ((element as { modifiers?: unknown }).modifiers != null) throw this.#refused(element, "modifiers inside a pattern are not supported", "use the pattern's own flags");
        return this.#choice(element.alternatives, follow);
      case "CapturingGroup":
        return this.#capture(element, follow);
      case "Quantifier":
        return this.#quantifier(element, follow);
      case "Assertion":
        return this.#assertion(element);
      case "Backreference":
        throw this.#refused(element, `'${element.raw}' refers to what a group has matched, which cannot be run in linear time`, "match without it, and compare the groups: m[1] === m[2]");
      default:
        throw this.#refused(element, `'${element.raw}' is not supported in a pattern`, "use split, indexOf, includes and slice for this part");
    }
  }

  /** One character of the set. */
  #single(set: Ranges): void {
    const [only, ...more] = set;
    if (only !== undefined && more.length === 0 && only[0] === only[1] && !this.#needsPoint(set)) {
      this.#put(Op.CHAR, only[0]);
      return;
    }
    const at = this.#put(this.#needsPoint(set) ? Op.POINT : Op.CLASS, this.#set(set));
    this.#setUses.push(at + 1);
  }

  /** With the flag u, halves of pairs and what stands beyond them are looked at as whole characters. */
  #needsPoint(set: Ranges): boolean {
    return this.#flags.unicode && !areDisjoint(set, [[0xd800, 0xdfff], [0x10000, 0x10ffff]]);
  }

  #capture(element: AST.CapturingGroup, follow: First): void {
    const group = this.#group++;
    if (element.name !== null && !this.#names.some(([n, g]) => n === element.name && g === group)) this.#names.push([element.name, group]);
    this.#put(Op.SAVE, 2 * group);
    this.#choice(element.alternatives, follow);
    this.#put(Op.SAVE, 2 * group + 1);
  }

  #quantifier(node: AST.Quantifier, follow: First): void {
    const { element, min, max, greedy } = node;
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT))
      throw this.#refused(node, `'${node.raw.slice(element.raw.length)}' counts further than ${MAX_COUNT}`, "use + or *, and look at the length of what was found");
    const before = { group: this.#group, look: this.#look };
    const inner = firstOf(element, this.#flags);
    const set = singleSet(element, this.#flags);
    for (let i = 0; i < min; i++) {
      this.#again(before);
      this.#clear(element);
      this.#element(element, or(inner, follow));
    }
    if (max === min) {
      if (max === 0) this.#skip(element);
      return;
    }
    if (set !== undefined && greedy && !(this.#inLook && max === Infinity)) return this.#run(set, max === Infinity ? -1 : max - min, follow);
    if (max === Infinity) return this.#loop(element, greedy, before, or(inner, follow));
    this.#options(element, max - min, greedy, before, or(inner, follow));
  }

  /** The groups of an element that is written out again keep their numbers. */
  #again(before: { group: number; look: number }): void {
    this.#group = before.group;
    this.#look = before.look;
  }

  /** An element that is never run still has its groups. */
  #skip(element: AST.Element): void {
    const length = this.#code.length;
    const [jumps, uses] = [this.#jumps.length, this.#setUses.length];
    this.#element(element, ACCEPT);
    this.#code.length = length;
    this.#jumps.length = jumps;
    this.#setUses.length = uses;
  }

  /** What the groups held before is forgotten at the start of each turn. */
  #clear(element: AST.Element): void {
    const groups = groupsIn([element]);
    const looks = looksIn([element]);
    const lookAt = 2 * this.#groups + this.#look;
    if (groups > 0) this.#put(Op.CLEAR, 2 * this.#group, 2 * (this.#group + groups));
    if (looks > 0) this.#put(Op.CLEAR, lookAt, lookAt + looks);
  }

  #run(set: Ranges, most: number, follow: First): void {
    const takesAll = follow.empty !== "guarded" && areDisjoint(set, follow.set);
    this.#state(Op.RUN);
    const at = this.#put(this.#set(set), most, takesAll ? 1 : 0);
    this.#setUses.push(at);
    if (!takesAll) this.#memo();
  }

  /** One turn, which must not match nothing. */
  #turn(element: AST.Element, before: { group: number; look: number }, follow: First): void {
    this.#again(before);
    const mayBeEmpty = firstOf(element, { ...this.#flags, endIsEmpty: true }).empty !== "never";
    const marks = this.#marks;
    const mark = mayBeEmpty ? this.#registers++ : -1;
    if (mayBeEmpty) {
      this.#put(Op.MARK, mark);
      this.#marks = [...marks, mark];
    }
    this.#clear(element);
    this.#element(element, follow);
    if (mayBeEmpty) this.#put(Op.CHECK, mark);
    this.#marks = marks;
  }

  #loop(element: AST.Element, greedy: boolean, before: { group: number; look: number }, follow: First): void {
    const start = this.#code.length;
    this.#memo();
    const split = this.#split(greedy);
    this.#turn(element, before, follow);
    const jump = this.#put(Op.JUMP, 0);
    this.#jumpAt(jump + 1, start);
    this.#land(split);
  }

  /** Up to `count` turns, one inside the other. */
  #options(element: AST.Element, count: number, greedy: boolean, before: { group: number; look: number }, follow: First): void {
    const ends: number[] = [];
    for (let i = 0; i < count; i++) {
      ends.push(this.#split(greedy));
      this.#turn(element, before, follow);
    }
    ends.forEach((end) => this.#land(end));
    this.#memo();
  }

  /** Into what follows, or past it; answers where the place past it is to be filled in. */
  #split(greedy: boolean): number {
    const split = this.#put(Op.SPLIT, 0, 0);
    const [into, past] = greedy ? [split + 1, split + 2] : [split + 2, split + 1];
    this.#jumpAt(into, split + 3);
    this.#jumpAt(past);
    return past;
  }

  #assertion(node: AST.Assertion): void {
    switch (node.kind) {
      case "start":
        this.#put(this.#flags.multiline ? Op.LINE_START : Op.START);
        return;
      case "end":
        this.#put(this.#flags.multiline ? Op.LINE_END : Op.END);
        return;
      case "word":
        this.#usesWords = true;
        this.#put(Op.WORD, node.negate ? 0 : 1);
        return;
      case "lookbehind":
        throw this.#refused(node, "a lookbehind is not supported in a pattern", "match what stands before as a group of its own, and put it back: (before)what, with $1 in the replacement");
      default:
        this.#lookahead(node);
    }
  }

  #lookahead(node: AST.LookaheadAssertion): void {
    this.#looksAhead = true;
    const holdsGroups = isKept(node);
    const look = holdsGroups ? this.#look++ : -1;
    const at = this.#put(Op.LOOK, node.negate ? 0 : 1, holdsGroups ? 2 * this.#groups + look : -1, 0, this.#slots++);
    const around = { marks: this.#marks, inLook: this.#inLook };
    this.#jumpAt(at + 3, this.#code.length + 2);
    const jump = this.#put(Op.JUMP, 0);
    this.#jumpAt(jump + 1);
    if (holdsGroups) this.#lookStarts[look] = this.#code.length;
    this.#marks = [];
    this.#inLook = true;
    this.#choice(node.alternatives, ACCEPT);
    this.#put(Op.MATCH);
    this.#marks = around.marks;
    this.#inLook = around.inLook;
    this.#land(jump + 1);
  }
}

/** `(?=...)` with groups inside: they hold what it saw. */
function isKept(node: AST.LookaheadAssertion): boolean {
  return !node.negate && groupsIn(node.alternatives) > 0;
}

type Part = AST.Alternative | AST.Element;

function childrenOf(node: Part): readonly Part[] {
  if (node.type === "Alternative") return node.elements;
  if (node.type === "Quantifier") return [node.element];
  return "alternatives" in node ? (node.alternatives as readonly Part[]) : [];
}

function groupsIn(nodes: readonly Part[]): number {
  return nodes.reduce((n, node) => n + (node.type === "CapturingGroup" ? 1 : 0) + groupsIn(childrenOf(node)), 0);
}

/** Lookaheads whose groups are kept. */
function looksIn(nodes: readonly Part[]): number {
  return nodes.reduce((n, node) => n + (node.type === "Assertion" && node.kind === "lookahead" && isKept(node) ? 1 : 0) + looksIn(childrenOf(node)), 0);
}

function isStart(element: AST.Element | undefined): boolean {
  return element?.type === "Assertion" && element.kind === "start";
}

/** A bit for each character below 128, the number of ranges above, and they themselves. */
function tableOf(ranges: Ranges): number[] {
  const bits = [0, 0, 0, 0];
  for (const [from, to] of ranges)
    for (let c = from; c <= Math.min(to, 127); c++) bits[c >> 5] = (bits[c >> 5] as number) | (1 << (c & 31));
  const above = ranges.filter(([, to]) => to > 127).map(([from, to]) => [Math.max(from, 128), to] as const);
  return [...bits, above.length, ...above.flat()];
}
