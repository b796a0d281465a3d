// The instructions of a pattern. Counts are written out, so that a state is a place in the program; what may be reached in several ways
// has a slot in the table of failures; a repeated class is one instruction. The meaning of each instruction is pattern_run.ts.
import type { AST } from "@eslint-community/regexpp";
import { ACCEPT, firstOf, firstOfAll, firstOfAny, or, singleSet, then } from "./first.ts";
import type { First, SetFlags } from "./first.ts";
import { PatternRefused } from "./pattern.ts";
import type { Program } from "./pattern.ts";
import { Instructions, Op } from "./instructions.ts";
import { areDisjoint, charactersOf } from "./sets.ts";
import type { Ranges } from "./sets.ts";
import { groupsIn, isKept, isStart, looksIn } from "./tree.ts";

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
  readonly #code = new Instructions();
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

  #assembled(): number[] {
    const first = firstOfAny(this.#tree.alternatives, { ...this.#flags, endIsEmpty: true });
    const isAnchored = this.#tree.alternatives.every((a) => isStart(a.elements[0]) && !this.#flags.multiline);
    const facts = {
      groups: this.#groups,
      registers: this.#registers,
      slots: this.#slots,
      flags: (this.#flags.unicode ? UNICODE : 0) | (isAnchored ? ANCHORED : 0) | (this.#looksAhead ? LOOKS_AHEAD : 0),
      first: first.empty === "never" ? this.#code.set(first.set) : -1,
      words: this.#usesWords ? this.#code.set(charactersOf("\\w", this.#flags)) : -1,
    };
    return this.#code.laidOut(facts, this.#lookStarts);
  }

  #put(...numbers: number[]): number {
    if (this.#code.extent.length + numbers.length > MAX_PROGRAM)
      throw this.#refused(this.#tree, "the pattern is too large with its counts written out", "use smaller counts");
    return this.#code.put(...numbers);
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
      this.#code.jump(split + 1, split + 3);
      this.#code.jump(split + 2);
      this.#sequence(alternative.elements, follow);
      const jump = this.#put(Op.JUMP, 0);
      this.#code.jump(jump + 1);
      ends.push(jump + 1);
      this.#code.land(split + 2);
    });
    ends.forEach((end) => this.#code.land(end));
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
    this.#code.use(this.#put(this.#needsPoint(set) ? Op.POINT : Op.CLASS, 0) + 1, set);
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
    const before = this.#code.extent;
    this.#element(element, ACCEPT);
    this.#code.goBack(before);
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
    this.#code.use(this.#put(0, most, takesAll ? 1 : 0), set);
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
    const start = this.#code.extent.length;
    this.#memo();
    const split = this.#split(greedy);
    this.#turn(element, before, follow);
    const jump = this.#put(Op.JUMP, 0);
    this.#code.jump(jump + 1, start);
    this.#code.land(split);
  }

  /** Up to `count` turns, one inside the other. */
  #options(element: AST.Element, count: number, greedy: boolean, before: { group: number; look: number }, follow: First): void {
    const ends: number[] = [];
    for (let i = 0; i < count; i++) {
      ends.push(this.#split(greedy));
      this.#turn(element, before, follow);
    }
    ends.forEach((end) => this.#code.land(end));
    this.#memo();
  }

  /** Into what follows, or past it; answers where the place past it is to be filled in. */
  #split(greedy: boolean): number {
    const split = this.#put(Op.SPLIT, 0, 0);
    const [into, past] = greedy ? [split + 1, split + 2] : [split + 2, split + 1];
    this.#code.jump(into, split + 3);
    this.#code.jump(past);
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
    this.#code.jump(at + 3, this.#code.extent.length + 2);
    const jump = this.#put(Op.JUMP, 0);
    this.#code.jump(jump + 1);
    if (holdsGroups) this.#lookStarts[look] = this.#code.extent.length;
    this.#marks = [];
    this.#inLook = true;
    this.#choice(node.alternatives, ACCEPT);
    this.#put(Op.MATCH);
    this.#marks = around.marks;
    this.#inLook = around.inLook;
    this.#code.land(jump + 1);
  }
}
