// Variables that take an element which may not be there, as their program says: `const [a, b] = line.split(",")` and `const b = xs[1]`,
// followed by `b ?? d` or `b === undefined` somewhere; and variables that nobody says have a value when they are read: `let x!: T`, and
// `let x: T` that a function inside reads. TypeScript's type does not say so; here they may be undefined.
import ts from "typescript-compiler-api";
import { isAbsenceAskedFor, isAskedFor, toleratesUndefined } from "./guards.ts";
import { isMatchType, isPatternType } from "./patterns/known.ts";
import { bare, enclosingFunction, isPlainTarget, symbolOf } from "./scopes.ts";

const SCALAR = ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike | ts.TypeFlags.BigIntLike;
const ABSENT = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Any;

/** A variable without a first value, read where TypeScript does not follow what happens to it. */
function isOpen(declaration: ts.Declaration, node: ts.Identifier): boolean {
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer !== undefined) return false;
  if (!ts.isVariableStatement(declaration.parent.parent)) return false;
  return declaration.exclamationToken !== undefined || (enclosingFunction(node) !== enclosingFunction(declaration) && !isPlainTarget(node));
}

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
    if (symbol === undefined || declaration === undefined || declaration === node.parent) return;
    const isLeftOpen = isOpen(declaration, node) || this.#takesGroup(declaration);
    if (!isLeftOpen && !this.#takesElement(declaration)) return;
    const type = this.#checker.getTypeOfSymbol(symbol);
    const parts = type.isUnion() ? type.types : [type];
    if (parts.some((t) => t.flags & ABSENT)) return;
    const isScalar = parts.some((t) => t.flags & SCALAR);
    const isAsked = isLeftOpen || (isScalar
      ? isAbsenceAskedFor(this.#checker, node)
      : isAskedFor(this.#checker, node) || toleratesUndefined(node));
    if (isAsked) this.#variables.add(symbol);
  }

  #takesElement(node: ts.Declaration): boolean {
    if (ts.isBindingElement(node)) {
      const isPlain = node.initializer === undefined && node.dotDotDotToken === undefined;
      return isPlain && ts.isArrayBindingPattern(node.parent) && this.#isArray(node.parent);
    }
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined || node.type !== undefined) return false;
    const value = node.initializer;
    if (ts.isPropertyAccessExpression(value) && !ts.isOptionalChain(value)) return this.#isKeyedProperty(value);
    return ts.isElementAccessExpression(value) && !ts.isOptionalChain(value) && (this.#isArray(value.expression) || this.#isKeyed(value.expression));
  }

  /** `const year = match[1]`. */
  #isOfMatch(value: ts.Expression | undefined): boolean {
    if (value === undefined || !ts.isElementAccessExpression(value) || ts.isOptionalChain(value)) return false;
    return isMatchType(this.#checker.getTypeAtLocation(value.expression));
  }

  /** `const { year } = match.groups!`. */
  #isOfGroups(node: ts.ObjectBindingPattern): boolean {
    const value = ts.isVariableDeclaration(node.parent) && node.parent.initializer !== undefined ? bare(node.parent.initializer) : undefined;
    if (value === undefined || !ts.isPropertyAccessExpression(value) || value.name.text !== "groups") return false;
    return isMatchType(this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(value.expression)));
  }

  /** A variable that takes a group of a match, which may have taken no part: that is seen where the variable is read. */
  #takesGroup(node: ts.Declaration): boolean {
    if (ts.isParameter(node)) return this.#isOfReplacer(node);
    if (ts.isVariableDeclaration(node)) return node.type === undefined && this.#isOfMatch(node.initializer);
    if (!ts.isBindingElement(node) || node.initializer !== undefined || node.dotDotDotToken !== undefined) return false;
    if (ts.isObjectBindingPattern(node.parent)) return this.#isOfGroups(node.parent);
    return isMatchType(this.#checker.getTypeAtLocation(node.parent));
  }

  /** `text.replace(pattern, (match, group) => ...)`. */
  #isOfReplacer(node: ts.ParameterDeclaration): boolean {
    const call = node.parent.parent;
    if (node.initializer !== undefined || node.dotDotDotToken !== undefined || !ts.isCallExpression(call)) return false;
    const [pattern, replacer] = call.arguments;
    if (pattern === undefined || replacer !== node.parent || node.parent.parameters[0] === node) return false;
    const isText = (this.#checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;
    return isText && isPatternType(this.#checker.getTypeAtLocation(pattern));
  }

  /** `d.key` of an object by key: a property that its type does not name. */
  #isKeyedProperty(node: ts.PropertyAccessExpression): boolean {
    return this.#isKeyed(node.expression) && this.#checker.getSymbolAtLocation(node.name) === undefined;
  }

  #isArray(node: ts.Node): boolean {
    const type = this.#checker.getTypeAtLocation(node);
    return this.#checker.isArrayType(type) || (type.flags & ts.TypeFlags.StringLike) !== 0;
  }

  /** An object by key. */
  #isKeyed(node: ts.Node): boolean {
    const type = this.#checker.getTypeAtLocation(node);
    return !this.#checker.isTupleType(type) && this.#checker.getIndexInfosOfType(type).length > 0;
  }
}
