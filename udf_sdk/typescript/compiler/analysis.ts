// What the engine can know of a stream function without calling it: that it answers a plain field, which fields it hands on
// unchanged, which columns it reads. Only what is provable from the text of the function; in doubt nothing is said.
import ts from "typescript-compiler-api";
import type { ApiMethod } from "./api_table.ts";
import { bare, functionOfConst, isAssigned, isFunction, symbolOf } from "./scopes.ts";
import { fieldOf } from "./types.ts";
import type { RecordClass, Rep } from "./types.ts";

type Path = readonly string[];

/** The description of a stream function behind its position (INTERNALS.md): `,"field":["t1"]` and so on; may be empty. */
export function describeFunction(
  checker: ts.TypeChecker,
  given: ts.Expression | ts.MethodDeclaration,
  method: ApiMethod,
  rep: Rep & { kind: "function" },
): string {
  const { fn, name } = functionBehind(checker, given);
  const said: string[] = [];
  const say = (key: string, value: unknown): void => void said.push(`,${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (name !== undefined) say("name", name);
  if (fn === undefined) return said.join("");
  const inputs = fn.parameters.map((p, i) => new Input(checker, p, rep.parameters[i]));
  const returned = returns(fn);
  const field =
    method.answers === "value" && method.runsIn === "engine" && returned.length === 1 ? inputs[0]?.pathOf(returned[0] as ts.Expression) : undefined;
  if (field !== undefined) say("field", field);
  if (method.keeps) {
    const keeps = inputs[0] === undefined ? [] : kept(checker, returned, inputs[0], rep.result);
    if (keeps.length > 0) say("keeps", keeps);
  }
  const reads = field === undefined ? inputs[method.record.parameter]?.reads(fn) : undefined;
  if (reads !== undefined && reads.length > 0) say(method.record.as, reads);
  return said.join("");
}

function functionBehind(
  checker: ts.TypeChecker,
  given: ts.Expression | ts.MethodDeclaration,
): { fn: ts.FunctionLikeDeclaration | undefined; name: string | undefined } {
  if (ts.isMethodDeclaration(given)) return { fn: given, name: undefined };
  const node = bare(given);
  if (ts.isArrowFunction(node)) return { fn: node, name: undefined };
  if (ts.isFunctionExpression(node)) return { fn: node, name: node.name?.text };
  if (!ts.isIdentifier(node)) return { fn: undefined, name: undefined };
  const declaration = symbolOf(checker, node)?.valueDeclaration;
  const fn =
    declaration !== undefined && ts.isFunctionDeclaration(declaration) ? declaration : functionOfConst(declaration);
  return { fn, name: node.text };
}

/** Every expression that the function may return, branches of `?:` apart. */
export function returns(fn: ts.FunctionLikeDeclaration): ts.Expression[] {
  const found: ts.Expression[] = [];
  const add = (node: ts.Expression): void => {
    const inner = bare(node);
    if (ts.isConditionalExpression(inner)) {
      add(inner.whenTrue);
      add(inner.whenFalse);
    } else found.push(inner);
  };
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) return;
    if (ts.isReturnStatement(node) && node.expression !== undefined) add(node.expression);
    ts.forEachChild(node, visit);
  };
  if (fn.body === undefined) return found;
  if (ts.isBlock(fn.body)) ts.forEachChild(fn.body, visit);
  else add(fn.body);
  return found;
}

/** The fields that every returned object takes from the same field of the input. */
function kept(checker: ts.TypeChecker, returned: readonly ts.Expression[], input: Input, result: Rep): string[] {
  if (result.kind !== "record" || input.record === undefined || returned.length === 0) return [];
  const { record } = input;
  return result.record.fields
    .map((f) => f.name)
    .filter(
      (name) => fieldOf(record, name) !== undefined && returned.every((r) => keepsField(checker, r, input, name)),
    );
}

function keepsField(checker: ts.TypeChecker, returned: ts.Expression, input: Input, name: string): boolean {
  if (input.pathOf(returned)?.length === 0) return true;
  if (!ts.isObjectLiteralExpression(returned)) return false;
  let keeps = false;
  for (const property of returned.properties) {
    if (ts.isSpreadAssignment(property)) {
      const isInput = input.pathOf(property.expression)?.length === 0;
      const mayBring = checker.getTypeAtLocation(property.expression).getProperty(name) !== undefined;
      if (isInput || mayBring) keeps = isInput;
    } else if (property.name !== undefined && nameText(property.name) === name) {
      const value = ts.isPropertyAssignment(property)
        ? property.initializer
        : ts.isShorthandPropertyAssignment(property)
          ? property.name
          : undefined;
      const path = value && input.pathOf(value);
      keeps = path?.length === 1 && path[0] === name;
    }
  }
  return keeps;
}

function nameText(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

/** A parameter of a stream function and what is done with it. */
class Input {
  readonly record: RecordClass | undefined;
  readonly #checker: ts.TypeChecker;
  readonly #whole: ts.Symbol | undefined;
  /** Variables of a pattern by symbol; undefined when the pattern does more than name fields. */
  readonly #parts: ReadonlyMap<ts.Symbol, string> | undefined;
  readonly #rep: Rep | undefined;

  constructor(checker: ts.TypeChecker, parameter: ts.ParameterDeclaration, rep: Rep | undefined) {
    this.#checker = checker;
    this.#rep = rep;
    this.record = rep?.kind === "record" ? rep.record : undefined;
    this.#whole =
      ts.isIdentifier(parameter.name) && parameter.initializer === undefined
        ? checker.getSymbolAtLocation(parameter.name)
        : undefined;
    this.#parts = ts.isObjectBindingPattern(parameter.name) ? this.#named(parameter.name) : undefined;
  }

  #named(pattern: ts.ObjectBindingPattern): ReadonlyMap<ts.Symbol, string> | undefined {
    const parts = new Map<ts.Symbol, string>();
    for (const element of pattern.elements) {
      const key = element.propertyName ?? element.name;
      const symbol = ts.isIdentifier(element.name) ? this.#checker.getSymbolAtLocation(element.name) : undefined;
      if (
        symbol === undefined ||
        !ts.isIdentifier(key) ||
        element.dotDotDotToken !== undefined ||
        element.initializer !== undefined
      )
        return undefined;
      parts.set(symbol, key.text);
    }
    return parts;
  }

  /** The fields that lead from the parameter to the expression; undefined when it is not a plain field. */
  pathOf(expression: ts.Expression): Path | undefined {
    const names: string[] = [];
    let node = bareUntyped(expression);
    while (ts.isPropertyAccessExpression(node) && node.questionDotToken === undefined) {
      names.unshift(node.name.text);
      node = bareUntyped(node.expression);
    }
    if (!ts.isIdentifier(node)) return undefined;
    const symbol = symbolOf(this.#checker, node);
    const first = symbol && this.#parts?.get(symbol);
    if (first !== undefined) names.unshift(first);
    else if (symbol === undefined || symbol !== this.#whole) return undefined;
    return this.#isPath(names) && !this.#isChanged(symbol, expression) ? names : undefined;
  }

  #isPath(names: Path): boolean {
    let rep = this.#rep;
    for (const name of names) {
      const field = rep?.kind === "record" ? fieldOf(rep.record, name) : undefined;
      if (field === undefined) return false;
      rep = field.rep;
    }
    return true;
  }

  /** The parameter itself gets another value somewhere in its function. */
  #isChanged(symbol: ts.Symbol | undefined, within: ts.Node): boolean {
    let fn = within;
    while (!isFunction(fn)) fn = fn.parent;
    const visit = (node: ts.Node): boolean =>
      (ts.isIdentifier(node) && isAssigned(node) && symbolOf(this.#checker, node) === symbol) ||
      ts.forEachChild(node, visit) === true;
    return visit(fn);
  }

  /** The fields that the function reads, in declared order; undefined when it may read all. */
  reads(fn: ts.FunctionLikeDeclaration): string[] | undefined {
    if (this.record === undefined || fn.body === undefined) return undefined;
    if (this.#parts !== undefined) return this.#ordered(new Set(this.#parts.values()));
    if (this.#whole === undefined) return undefined;
    const names = new Set<string>();
    const visit = (node: ts.Node): boolean => {
      if (!ts.isIdentifier(node) || symbolOf(this.#checker, node) !== this.#whole)
        return ts.forEachChild(node, (n) => (visit(n) ? undefined : true)) !== true;
      const { parent } = node;
      const isField = ts.isPropertyAccessExpression(parent) && parent.expression === node && !isAssigned(parent);
      if (isField) names.add(parent.name.text);
      return isField;
    };
    return visit(fn.body) ? this.#ordered(names) : undefined;
  }

  #ordered(names: ReadonlySet<string>): string[] {
    return (this.record?.fields ?? []).map((f) => f.name).filter((name) => names.has(name));
  }
}

/** Without parentheses only: a cast or `!` is not a plain field. */
function bareUntyped(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? bareUntyped(node.expression) : node;
}
