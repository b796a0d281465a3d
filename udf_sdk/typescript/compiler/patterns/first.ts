// With which characters what a part of a pattern matches can begin, and whether it can match nothing: where a search may start, and
// where a repeated class never needs to give back what it took. Pure.
import type { AST } from "@eslint-community/regexpp";
import { NOTHING, charactersOf, union } from "./sets.ts";
import type { Ranges } from "./sets.ts";

/** "freely": whatever stands around; "guarded": where an assertion holds. */
export type Empty = "never" | "freely" | "guarded";

export interface First {
  readonly set: Ranges;
  readonly empty: Empty;
}

export interface SetFlags {
  readonly ignoreCase: boolean;
  readonly unicode: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
  /** `$` counts as a way to match nothing: for where a search may start, not for what may follow a character. */
  readonly endIsEmpty: boolean;
}

/** What follows the end of a pattern: everything is right. */
export const ACCEPT: First = { set: NOTHING, empty: "freely" };

/** The characters of an element that matches exactly one; undefined for all others. */
export function singleSet(element: AST.Element, flags: SetFlags): Ranges | undefined {
  if (element.type === "Character") return charactersOf(escaped(element.value, flags.unicode), flags);
  if (element.type === "CharacterClass") return charactersOf(element.raw, flags);
  if (element.type !== "CharacterSet") return undefined;
  if (element.kind === "any") return charactersOf(flags.dotAll ? "[^]" : "[^\\n\\r\\u2028\\u2029]", { ...flags, ignoreCase: false });
  return charactersOf(element.raw, flags);
}

function escaped(value: number, unicode: boolean): string {
  return unicode ? `\\u{${value.toString(16)}}` : `\\u${value.toString(16).padStart(4, "0")}`;
}

/** One behind the other. */
export function then(a: First, b: First): First {
  if (a.empty === "never") return a;
  const empty = b.empty === "never" ? "never" : a.empty === "guarded" || b.empty === "guarded" ? "guarded" : "freely";
  return { set: union([...a.set, ...b.set]), empty };
}

/** One or the other. */
export function or(a: First, b: First): First {
  const both = [a.empty, b.empty];
  return { set: union([...a.set, ...b.set]), empty: both.includes("guarded") ? "guarded" : both.includes("freely") ? "freely" : "never" };
}

/** How an element begins. */
export function firstOf(element: AST.Element, flags: SetFlags): First {
  const set = singleSet(element, flags);
  if (set !== undefined) return { set, empty: "never" };
  switch (element.type) {
    case "Group":
    case "CapturingGroup":
      return firstOfAny(element.alternatives, flags);
    case "Quantifier": {
      const inner = firstOf(element.element, flags);
      return element.min > 0 ? inner : or(inner, ACCEPT);
    }
    case "Assertion":
      // behind a character that is there `$` does not hold
      return element.kind === "end" && !flags.multiline && !flags.endIsEmpty ? { set: NOTHING, empty: "never" } : { set: NOTHING, empty: "guarded" };
    default:
      return { set: [[0, 0x10ffff]], empty: "guarded" };
  }
}

export function firstOfAll(elements: readonly AST.Element[], flags: SetFlags): First {
  return elements.reduceRight<First>((rest, element) => then(firstOf(element, flags), rest), ACCEPT);
}

export function firstOfAny(alternatives: readonly AST.Alternative[], flags: SetFlags): First {
  return alternatives.map((a) => firstOfAll(a.elements, flags)).reduce(or);
}
