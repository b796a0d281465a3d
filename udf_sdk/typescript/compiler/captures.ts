// Closure conversion, the analysis: which variables outlive or leave their function, and in which frame they live. A frame is an
// object made each time its scope is entered (each turn of a loop), so recursion and closures in loops are right by construction.
// Variables of a file's top level are globals of the module and need no frame.
import ts from "typescript-compiler-api";
import {
  enclosingFunction,
  enclosingScope,
  functionOfConst,
  isTopLevel,
  isVariable,
  isWithin,
  owningScope,
  symbolOf,
} from "./scopes.ts";
import type { Scope } from "./scopes.ts";

/** The captured variables of one scope. */
export interface Frame {
  readonly id: number;
  readonly scope: Scope;
  /** Field by variable. */
  readonly fields: Map<ts.Symbol, string>;
  /** The method's `this` is captured too. */
  holdsThis: boolean;
}

/** What the files of a program capture. */
export class Captures {
  readonly #checker: ts.TypeChecker;
  readonly #frames = new Map<Scope, Frame>();
  readonly #holders = new Map<ts.Symbol, Frame>();
  readonly #reaching = new Set<ts.Node>();
  readonly #early = new Set<ts.Symbol>();

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    for (const file of files) this.#visit(file);
  }

  /** The frame of the scope itself, if anything of it is captured. */
  frameOf(scope: ts.Node): Frame | undefined {
    return this.#frames.get(scope as Scope);
  }

  /** The frame in which the variable lives; undefined for a plain local. */
  holder(symbol: ts.Symbol): Frame | undefined {
    return this.#holders.get(symbol);
  }

  /** A function that stands above the variable's declaration uses it, so it may run before the variable has a value. */
  isEarly(symbol: ts.Symbol): boolean {
    return this.#early.has(symbol);
  }

  /** The function uses variables of functions around it, so it needs an environment. */
  reachesOut(fn: ts.Node): boolean {
    return this.#reaching.has(fn);
  }

  /** The innermost frame around the node, the node's own excluded. */
  around(node: ts.Node): Frame | undefined {
    for (let n: ts.Node = node; n.parent !== undefined;) {
      const scope = enclosingScope(n);
      const frame = this.#frames.get(scope);
      if (frame !== undefined && !isLoopHead(scope, n)) return frame;
      if (ts.isSourceFile(scope)) return undefined;
      n = scope;
    }
    return undefined;
  }

  /** The function whose frame holds the `this` that the node means. */
  ownerOfThis(node: ts.Node): ts.SignatureDeclaration | undefined {
    let fn = enclosingFunction(node);
    while (fn !== undefined && ts.isArrowFunction(fn)) fn = enclosingFunction(fn);
    return fn;
  }

  #visit(node: ts.Node): void {
    if (ts.isIdentifier(node)) this.#reference(node);
    if (node.kind === ts.SyntaxKind.ThisKeyword || node.kind === ts.SyntaxKind.SuperKeyword) this.#thisReference(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #reference(node: ts.Identifier): void {
    const parent = node.parent;
    if ((ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node) return;
    const symbol = symbolOf(this.#checker, node);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined) return;
    if (!isVariable(declaration) && !ts.isFunctionDeclaration(declaration)) return;
    if (isTopLevel(declaration)) return;
    const owner = enclosingFunction(declaration);
    if (declaration.getSourceFile() !== node.getSourceFile() || enclosingFunction(node) === owner) return;
    const frame = this.#frame(owningScope(declaration));
    if (!frame.fields.has(symbol)) frame.fields.set(symbol, fieldName(symbol, frame));
    this.#holders.set(symbol, frame);
    this.#markReaching(node, owner);
    if (isAbove(node, owner, declaration)) this.#early.add(symbol);
  }

  #thisReference(node: ts.Node): void {
    const owner = this.ownerOfThis(node);
    if (owner === undefined || enclosingFunction(node) === owner) return;
    this.#frame(owner).holdsThis = true;
    this.#markReaching(node, owner);
  }

  #markReaching(node: ts.Node, owner: ts.Node | undefined): void {
    for (let fn = enclosingFunction(node); fn !== undefined && fn !== owner; fn = enclosingFunction(fn))
      this.#reaching.add(fn);
  }

  #frame(scope: Scope): Frame {
    const known = this.#frames.get(scope);
    if (known !== undefined) return known;
    const frame: Frame = { id: this.#frames.size + 1, scope, fields: new Map(), holdsThis: false };
    this.#frames.set(scope, frame);
    return frame;
  }
}

/** The head of a `for` works on plain locals; only its body, and `for (... of ...)`'s, sees the frame of the turn. */
function isLoopHead(scope: Scope, node: ts.Node): boolean {
  if (!ts.isForStatement(scope) && !ts.isForOfStatement(scope) && !ts.isForInStatement(scope)) return false;
  return !isWithin(node, scope.statement);
}

/** The function of the owner in which the node lies begins before the declaration is done; `const f = () => f()` is fine. */
function isAbove(node: ts.Node, owner: ts.Node | undefined, declaration: ts.Declaration): boolean {
  if (ts.isParameter(declaration) || ts.findAncestor(declaration, (n) => n === owner || ts.isVariableDeclaration(n) || ts.isFunctionDeclaration(n)) === owner) return false;
  let fn = enclosingFunction(node);
  while (fn !== undefined && enclosingFunction(fn) !== owner) fn = enclosingFunction(fn);
  return fn !== undefined && fn !== declaration && fn !== functionOfConst(declaration) && fn.pos < declaration.end;
}

function fieldName(symbol: ts.Symbol, frame: Frame): string {
  const taken = new Set(frame.fields.values());
  let name = symbol.name;
  for (let i = 2; taken.has(name) || name === "outer" || name === "self"; i++) name = `${symbol.name}_${i}`;
  return name;
}
