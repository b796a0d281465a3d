// A regular expression as the program that assembly/js/pattern_run.ts runs: reads its text with regexpp, refuses what has no linear-time
// run. Owns the refusals; the instructions are made in emit.ts.
import { RegExpParser, RegExpSyntaxError } from "@eslint-community/regexpp";
import { emitPattern } from "./emit.ts";

/** What runs. */
export interface Program {
  readonly code: readonly number[];
  /** Groups with the whole match, which is group 0. */
  readonly groups: number;
  /** Names with the numbers of their groups. */
  readonly names: readonly (readonly [name: string, group: number])[];
}

/** A pattern that a job can run; source and flags are those of JavaScript's own object. */
export interface Pattern extends Program {
  readonly source: string;
  readonly flags: string;
}

/** What is wrong with a pattern, at which unit of its text, and the way out. */
export class PatternRefused extends Error {
  readonly offset: number;
  readonly hint: string;

  constructor(message: string, offset: number, hint: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

const FLAGS = /^[dgimsuy]*$/;

/**
 * Compiles a pattern.
 *
 * @throws PatternRefused when it is no pattern, or one that a job cannot run.
 */
export function compilePattern(source: string, flags: string): Pattern {
  if (!FLAGS.test(flags)) throw new PatternRefused(`the flags '${flags}' are not supported`, 0, "use the flags d, g, i, m, s, u and y");
  try {
    const own = new RegExp(source, flags);
    const parser = new RegExpParser({ ecmaVersion: 2024 });
    const tree = parser.parsePattern(source, 0, source.length, { unicode: flags.includes("u") });
    return { ...emitPattern(tree, flags), source: own.source, flags: own.flags };
  } catch (error) {
    if (error instanceof RegExpSyntaxError) throw new PatternRefused(error.message, error.index, "correct the pattern");
    if (error instanceof SyntaxError) throw new PatternRefused(error.message, 0, "correct the pattern");
    throw error;
  }
}
