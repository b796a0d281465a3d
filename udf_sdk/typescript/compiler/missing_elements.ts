// Variables that take an element which may not be there, as their program says: `const [a, b] = line.split(",")` and `const b = xs[1]`,
// followed by `b ?? d` or `b === undefined` somewhere. TypeScript's type does not say so; here they may be undefined.
import ts from "typescript-compiler-api";
import { isAbsenceAskedFor, isAskedFor, toleratesUndefined } from "./guards.ts";
import { symbolOf } from "./scopes.ts";

const SCALAR = ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike | ts.TypeFlags.BigIntLike;
const ABSENT = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Any;

/** The variables of a program that hold an element or undefined. */
export class MissingElements {
  readonly #checker: ts.TypeChecker;
  readonly #variables = new Set<ts.Symbol>();

  constructor(checker: ts.TypeChecker, files: readonly ts.SourceFile[]) {
    this.#checker = checker;
    files.forEach((file) => this.#visit(file));
  }

  /** Whether the variable may be undefined although its type does not say so. */
  has(symbol: ts.Symbol): boolean {
    return this.#variables.has(symbol);
  }

  #visit(node: ts.Node): void {
    if (ts.isIdentifier(node)) this.#note(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #note(node: ts.Identifier): void {
    const symbol = symbolOf(this.#checker, node);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined || !this.#takesElement(declaration)) return;
    if (declaration === node.parent) return;
    const type = this.#checker.getTypeOfSymbol(symbol);
    const parts = type.isUnion() ? type.types : [type];
    if (parts.some((t) => t.flags & ABSENT)) return;
    const isScalar = parts.some((t) => t.flags & SCALAR);
    const isAsked = isScalar
      ? isAbsenceAskedFor(this.#checker, node)
      : isAskedFor(this.#checker, node) || toleratesUndefined(node);
    if (isAsked) this.#variables.add(symbol);
  }

  #takesElement(node: ts.Declaration): boolean {
    if (ts.isBindingElement(node)) {
      const isPlain = node.initializer === undefined && node.dotDotDotToken === undefined;
      return isPlain && ts.isArrayBindingPattern(node.parent) && this.#isArray(node.parent);
    }
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined || node.type !== undefined) return false;
    const value = node.initializer;
    return ts.isElementAccessExpression(value) && !ts.isOptionalChain(value) && this.#isArray(value.expression);
  }

  #isArray(node: ts.Node): boolean {
    const type = this.#checker.getTypeAtLocation(node);
    return this.#checker.isArrayType(type) || (type.flags & ts.TypeFlags.StringLike) !== 0;
  }
}
