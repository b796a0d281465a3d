// Variables of a file that main reads before their line has run, through a method that an object's class decides on. Reads on any
// other way are found by asc, which looks at functions where they are named; overriding methods it looks at last of all.
import ts from "typescript-compiler-api";
import { apiMethodOf } from "./api_table.ts";
import type { Program } from "./check.ts";
import { complaint } from "./codes.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { Effects } from "./effects.ts";
import { functionsBehind } from "./function_values.ts";
import { functionOfConst, isFunction, isTopLevel, isVariable, symbolOf } from "./scopes.ts";

/** Reports what a statement of a file reads before it has a value. */
export function checkOrder(program: Program, diagnostics: Diagnostics): void {
  const effects = new Effects(program);
  const statements = program.files.flatMap((f) => [...f.statements]);
  const place = new Map<ts.Node, number>(statements.map((s, i) => [s, i]));
  statements.forEach((statement, i) => {
    if (ts.isVariableStatement(statement) || ts.isExpressionStatement(statement) || ts.isClassDeclaration(statement))
      new Reach(program, effects, diagnostics, (node) => (place.get(topOf(node)) ?? -1) > i).visit(statement, false);
  });
}

function topOf(node: ts.Node): ts.Node {
  return ts.isSourceFile(node.parent) ? node : topOf(node.parent);
}

/** What one statement may run. */
class Reach {
  readonly #seen = { own: new Set<ts.Node>(), chosen: new Set<ts.Node>() };
  readonly program: Program;
  readonly effects: Effects;
  readonly diagnostics: Diagnostics;
  readonly isLater: (node: ts.Node) => boolean;

  constructor(program: Program, effects: Effects, diagnostics: Diagnostics, isLater: (node: ts.Node) => boolean) {
    this.program = program;
    this.effects = effects;
    this.diagnostics = diagnostics;
    this.isLater = isLater;
  }

  /** `chosen`: an object's class has decided that this runs. */
  visit(node: ts.Node, chosen: boolean): void {
    if (isFunction(node) || (ts.isPropertyDeclaration(node) && !isStatic(node))) return;
    if (ts.isIdentifier(node) && chosen) this.#name(node);
    if (ts.isPropertyAccessExpression(node)) this.#enter(this.#symbol(node.name), node, chosen);
    if (ts.isCallExpression(node)) this.#call(node, chosen);
    if (ts.isNewExpression(node)) this.#new(node, chosen);
    ts.forEachChild(node, (child) => this.visit(child, chosen));
  }

  #symbol(node: ts.Node): ts.Symbol | undefined {
    return symbolOf(this.program.checker, node);
  }

  #call(node: ts.CallExpression, chosen: boolean): void {
    if (apiMethodOf(this.program, node)?.runsIn === "engine") return;
    if (ts.isIdentifier(node.expression)) this.#enter(this.#symbol(node.expression), node, chosen);
    for (const argument of node.arguments)
      for (const fn of functionsBehind(this.program.checker, argument)) this.#run(fn, chosen);
  }

  #new(node: ts.NewExpression, chosen: boolean): void {
    let type: ts.Type | undefined = this.program.checker.getTypeAtLocation(node);
    for (; type !== undefined; type = type.getBaseTypes()?.[0]) {
      const declared: ts.ClassDeclaration | undefined = type.symbol?.declarations?.find(ts.isClassDeclaration);
      for (const member of declared?.members ?? []) {
        if (ts.isConstructorDeclaration(member)) this.#run(member, chosen);
        if (ts.isPropertyDeclaration(member) && member.initializer !== undefined && !isStatic(member) && this.#isNew(member, chosen))
          this.visit(member.initializer, chosen);
      }
    }
  }

  #enter(symbol: ts.Symbol | undefined, node: ts.Node, chosen: boolean): void {
    for (const fn of this.effects.callees(symbol, node)) {
      const isOwn = symbol?.declarations?.some((d) => d === fn || functionOfConst(d) === fn) ?? false;
      this.#run(fn, chosen || !isOwn);
    }
  }

  #run(fn: ts.Node, chosen: boolean): void {
    const { body } = fn as ts.FunctionLikeDeclaration;
    if (body !== undefined && this.#isNew(fn, chosen)) this.visit(body, chosen);
  }

  #isNew(node: ts.Node, chosen: boolean): boolean {
    const seen = chosen ? this.#seen.chosen : this.#seen.own;
    if (seen.has(node)) return false;
    seen.add(node);
    return true;
  }

  #name(node: ts.Identifier): void {
    const declared = this.#symbol(node)?.valueDeclaration;
    const isField = declared !== undefined && ts.isPropertyDeclaration(declared) && isStatic(declared);
    const isGlobal = isVariable(declared) && isTopLevel(declared) && functionOfConst(declared) === undefined;
    if (declared === undefined || !(isField || isGlobal) || !this.isLater(declared)) return;
    this.diagnostics.add(
      node.getSourceFile(),
      node.getStart(),
      complaint("LF203", "this is used by a statement that runs before the variable has its value", "declare it above that statement"),
    );
  }
}

function isStatic(node: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0;
}
