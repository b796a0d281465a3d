// What a function writes to, besides what it creates: found by following values through variables, containers and calls, without
// running anything. One summary per function, computed once; recursive functions are looked at again until nothing is new.
import ts from "typescript-compiler-api";
import type { Program } from "./check.ts";
import { FRESH, size } from "./origins.ts";
import type { Origin, Origins } from "./origins.ts";
import { Region } from "./region.ts";
import { functionsBehind } from "./function_values.ts";
import { functionOfConst, isFunction, isWithin } from "./scopes.ts";

/** A write to something that the function did not create. `what` names it for a message. */
export interface Effect {
  readonly target: Origin;
  readonly node: ts.Node;
  readonly what: string;
  /** The way out, where it is a special one. */
  readonly hint?: string | undefined;
}

export interface Summary {
  readonly effects: readonly Effect[];
  readonly returns: Origins;
}

const NOTHING: Summary = { effects: [], returns: FRESH };

/** What each function of a program writes to. */
export class Effects {
  readonly program: Program;
  readonly #summaries = new Map<ts.Node, Summary>();
  readonly #running = new Set<ts.Node>();
  readonly #overrides: ReadonlyMap<ts.Symbol, readonly ts.SignatureDeclaration[]>;

  constructor(program: Program) {
    this.program = program;
    this.#overrides = overridesOf(program);
  }

  /** The writes of the function, its own and those of the functions that it calls. */
  of(fn: ts.SignatureDeclaration): readonly Effect[] {
    return this.summary(fn).effects;
  }

  /** The summary of a function; of one that is being looked at, what is known so far. */
  summary(fn: ts.SignatureDeclaration): Summary {
    if (this.#running.has(fn)) return this.#summaries.get(fn) ?? NOTHING;
    const known = this.#summaries.get(fn);
    if (known !== undefined) return known;
    this.#running.add(fn);
    let summary = NOTHING;
    for (let round = 0; round < 3; round++) {
      this.#summaries.set(fn, summary);
      const next = new Region(this, fn).run();
      const isStable = next.effects.length === summary.effects.length && size(next.returns) === size(summary.returns);
      summary = next;
      if (isStable) break;
    }
    this.#running.delete(fn);
    this.#summaries.set(fn, summary);
    return summary;
  }

  /** The functions that a call may run: a function by its name, a method with its overrides, an accessor, a constructor. */
  callees(symbol: ts.Symbol | undefined, root: ts.Node): readonly ts.SignatureDeclaration[] {
    if (symbol === undefined) return [];
    const own = (symbol.declarations ?? []).flatMap((d) => (isFunction(d) ? [d] : this.#valueOf(d, root)));
    return [...own, ...(this.#overrides.get(symbol) ?? [])];
  }

  /** The functions that a variable may hold. One that the function itself makes counts in variables of its own call. */
  #valueOf(declaration: ts.Declaration, root: ts.Node): readonly ts.SignatureDeclaration[] {
    const literal = functionOfConst(declaration);
    if (literal !== undefined) return [literal];
    const isOuter = ts.isVariableDeclaration(declaration) && !isWithin(declaration, root);
    return isOuter && declaration.initializer !== undefined
      ? functionsBehind(this.program.checker, declaration.initializer)
      : [];
  }
}

/** Methods of derived and implementing classes, by the symbol of the method that they stand for. */
function overridesOf(program: Program): ReadonlyMap<ts.Symbol, readonly ts.SignatureDeclaration[]> {
  const found = new Map<ts.Symbol, ts.SignatureDeclaration[]>();
  const { checker } = program;
  for (const node of program.files.flatMap((f) => [...f.statements])) {
    if (!ts.isClassDeclaration(node)) continue;
    const bases = (node.heritageClauses ?? []).flatMap((h) => h.types.map((t) => checker.getTypeAtLocation(t)));
    for (const member of node.members) {
      const name = member.name !== undefined && ts.isIdentifier(member.name) ? member.name.text : undefined;
      if (name === undefined || !isFunction(member)) continue;
      for (const base of bases) {
        const stands = checker.getPropertyOfType(base, name);
        if (stands !== undefined) found.set(stands, [...(found.get(stands) ?? []), member]);
      }
    }
  }
  return found;
}
