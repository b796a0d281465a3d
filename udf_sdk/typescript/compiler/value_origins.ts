// Where the value of an expression may come from, seen from one function: follows names, fields, literals and calls. The variables of
// the function are looked up in the region that is being walked (region.ts).
import ts from "typescript-compiler-api";
import { method } from "./builtins.ts";
import type { Family } from "./builtins_table.ts";
import type { Program } from "./check.ts";
import type { Effects } from "./effects.ts";
import {
  FRESH,
  OUTSIDE,
  contents,
  either,
  holding,
  holdingSomewhere,
  ofParameter,
  seenFromCaller,
  somewhereIn,
} from "./origins.ts";
import type { Origin, Origins } from "./origins.ts";
import { bare, isFunction, isWithin, symbolOf } from "./scopes.ts";

/** Answers where values come from, for the function `root`. */
export class ValueOrigins {
  readonly #effects: Effects;
  readonly #checker: ts.TypeChecker;
  readonly #root: ts.SignatureDeclaration;
  readonly #variables: ReadonlyMap<ts.Symbol, Origins>;
  readonly #running = new Set<ts.Node>();

  constructor(effects: Effects, root: ts.SignatureDeclaration, variables: ReadonlyMap<ts.Symbol, Origins>) {
    this.#effects = effects;
    this.#checker = effects.program.checker;
    this.#root = root;
    this.#variables = variables;
  }

  /** What is called: a function by its name, a method, a constructor. */
  calleeSymbol(node: ts.CallExpression | ts.NewExpression): ts.Symbol | undefined {
    const declaration = this.#checker.getResolvedSignature(node)?.declaration as
      (ts.Node & { symbol?: ts.Symbol }) | undefined;
    const callee = bare(node.expression);
    if (ts.isIdentifier(callee) && !ts.isNewExpression(node)) return symbolOf(this.#checker, callee);
    return ts.isPropertyAccessExpression(callee) && !ts.isNewExpression(node)
      ? this.#checker.getSymbolAtLocation(callee.name)
      : declaration?.symbol;
  }

  /** Where the arguments come from, by parameter; -1 is the receiver. */
  parameters(receiver: ts.Expression | undefined, args: readonly ts.Expression[]): ReadonlyMap<number, Origins> {
    const parameters = new Map<number, Origins>(args.map((a, i) => [i, this.of(a)]));
    if (receiver !== undefined) parameters.set(-1, this.of(receiver));
    return parameters;
  }

  /** Where the value of an expression may come from. */
  of(given: ts.Expression): Origins {
    const node = bare(given);
    const type = this.#checker.getTypeAtLocation(node);
    if (isPlain(type)) return FRESH;
    const origins = this.#ofObject(node);
    return this.#holdsPlainOnly(type) ? { ...FRESH, itself: origins.itself } : origins;
  }

  /** An array of numbers, a record of texts: there is nothing inside that could be changed. */
  #holdsPlainOnly(type: ts.Type): boolean {
    const parts = type.isUnion() ? type.types : [type];
    return parts.every((t) => isPlain(t) || this.#held(t)?.every(isPlain));
  }

  /** The types of what is in an array, a collection or a record; undefined where it is not known. */
  #held(type: ts.Type): readonly ts.Type[] | undefined {
    const isCollection = /^(Readonly)?(Map|Set)$/.test(type.symbol?.name ?? "");
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type) || isCollection)
      return this.#checker.getTypeArguments(type as ts.TypeReference);
    const isRecord = (type.flags & ts.TypeFlags.Object) !== 0 && !type.isClass();
    if (!isRecord || (this.#effects.program.isLibrary(type.symbol) && this.#checker.getIndexInfosOfType(type).length === 0)) return undefined;
    const indexed = this.#checker.getIndexInfosOfType(type).map((info) => info.type);
    return [...indexed, ...this.#checker.getPropertiesOfType(type).map((p) => this.#checker.getTypeOfSymbol(p))];
  }

  #ofObject(node: ts.Expression): Origins {
    if (node.kind === ts.SyntaxKind.ThisKeyword) return ofParameter(-1);
    if (ts.isIdentifier(node)) return this.#ofName(node);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
      return contents(this.of(node.expression));
    if (ts.isConditionalExpression(node)) return either(this.of(node.whenTrue), this.of(node.whenFalse));
    if (ts.isBinaryExpression(node)) return either(this.of(node.left), this.of(node.right));
    if (ts.isSpreadElement(node)) return this.elementsOf(node.expression);
    if (ts.isArrayLiteralExpression(node)) return holding(...node.elements.map((e) => this.of(e)));
    if (ts.isObjectLiteralExpression(node)) return holding(...node.properties.map((p) => this.#ofProperty(p)));
    if (ts.isCallExpression(node)) return this.#ofCall(node);
    if (ts.isNewExpression(node)) return holdingSomewhere(...(node.arguments ?? []).map((a) => this.of(a)));
    return FRESH;
  }

  /** What is iterated: elements of an array; of a Map the tuples are new, and what they refer to counts, too. */
  elementsOf(node: ts.Expression): Origins {
    const isArray = this.#checker.isArrayType(this.#checker.getTypeAtLocation(node));
    return isArray ? contents(this.of(node)) : somewhereIn(this.of(node));
  }

  #ofName(node: ts.Identifier): Origins {
    const symbol = symbolOf(this.#checker, node);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined) return FRESH;
    if (isWithin(declaration, this.#root)) return this.#variables.get(symbol) ?? FRESH;
    return isFunction(declaration) ? FRESH : OUTSIDE;
  }

  #ofProperty(property: ts.ObjectLiteralElementLike): Origins {
    if (ts.isPropertyAssignment(property)) return this.of(property.initializer);
    if (ts.isShorthandPropertyAssignment(property)) return this.of(property.name);
    if (!ts.isSpreadAssignment(property) || this.#isReplaced(property)) return FRESH;
    return contents(this.of(property.expression));
  }

  /** `{ ...a, list: [...a.list] }`: what the spread brings that could be changed is written anew behind it. */
  #isReplaced(spread: ts.SpreadAssignment): boolean {
    const { properties } = spread.parent;
    const later = new Set(properties.slice(properties.indexOf(spread) + 1).map((p) => p.name?.getText()));
    const type = this.#checker.getTypeAtLocation(spread.expression);
    if (type.isUnion() || !(type.flags & ts.TypeFlags.Object)) return false;
    return this.#checker
      .getPropertiesOfType(type)
      .every((p) => later.has(p.name) || isPlain(this.#checker.getTypeOfSymbol(p)));
  }

  #ofCall(node: ts.CallExpression): Origins {
    const receiver = ts.isPropertyAccessExpression(node.expression) ? node.expression.expression : undefined;
    const family = receiver && familyOf(this.#checker, receiver, this.#effects.program);
    const [source, make] = node.arguments;
    if (source !== undefined && node.expression.getText() === "Object.freeze") return this.of(source);
    if (source !== undefined && node.expression.getText() === "Array.from") {
      const elements = this.elementsOf(source);
      return holding(make === undefined ? elements : this.ofArgument(make, elements));
    }
    if (source !== undefined && /^Object\.(values|entries|fromEntries)$/.test(node.expression.getText()))
      return holdingSomewhere(somewhereIn(this.of(source)));
    if (receiver !== undefined && family !== undefined) return this.#ofBuiltin(node, receiver, family);
    const callees = this.#effects.callees(this.calleeSymbol(node), this.#root);
    return this.#results(callees, this.parameters(receiver, node.arguments));
  }

  /** What the functions return, seen from here. */
  #results(callees: readonly ts.SignatureDeclaration[], parameters: ReadonlyMap<number, Origins>): Origins {
    const results = callees.map((callee) => {
      if (isWithin(callee, this.#root)) return this.#returned(callee);
      const { returns } = this.#effects.summary(callee);
      const seen = (of: ReadonlySet<Origin>): Set<Origin> =>
        new Set([...of].flatMap((o) => seenFromCaller(o, parameters)));
      return { itself: seen(returns.itself), inside: seen(returns.inside), below: seen(returns.below) };
    });
    return either(FRESH, ...results);
  }

  #ofBuiltin(node: ts.CallExpression, receiver: ts.Expression, family: Family): Origins {
    const name = (node.expression as ts.PropertyAccessExpression).name.text;
    const answer = method(family, name, { count: node.arguments.length, spread: false });
    const from = this.of(receiver);
    if ("builtin" in answer && answer.builtin.chains) return from;
    if ("builtin" in answer && answer.builtin.optional) return contents(from);
    const others = node.arguments.map((a) => this.ofArgument(a, contents(from)));
    if (name === "map") return holding(...others);
    if (name === "flatMap") return holdingSomewhere(...others);
    if (["slice", "filter", "toSorted", "toReversed"].includes(name)) return holding(contents(from));
    if (!name.startsWith("reduce")) return holdingSomewhere(contents(from), ...others);
    return node.arguments.length > 1 ? either(...others) : either(contents(from), ...others);
  }

  /** A function that is passed by its name brings what it returns when it is called with the elements. */
  #ofNamed(node: ts.Expression, elements: Origins): Origins {
    const symbol = ts.isIdentifier(node) ? symbolOf(this.#checker, node) : undefined;
    const callees = this.#effects.callees(symbol, this.#root);
    return this.#results(callees, new Map([0, 1, 2].map((i) => [i, elements])));
  }

  /** A function that is passed brings what it returns; `elements` is what it is called with. */
  ofArgument(given: ts.Expression, elements: Origins): Origins {
    const node = bare(given);
    return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
      ? this.#returned(node)
      : either(this.of(node), this.#ofNamed(node, elements));
  }

  /** What a function inside this one returns. One that calls itself brings nothing new by that. */
  #returned(callee: ts.SignatureDeclaration): Origins {
    const { body } = callee as ts.FunctionLikeDeclaration;
    if (body === undefined || this.#running.has(callee)) return FRESH;
    this.#running.add(callee);
    const found: Origins[] = [];
    const visit = (n: ts.Node): void => {
      if (isFunction(n)) return;
      if (ts.isReturnStatement(n) && n.expression !== undefined) found.push(this.of(n.expression));
      ts.forEachChild(n, visit);
    };
    if (ts.isBlock(body)) visit(body);
    else found.push(this.of(body));
    this.#running.delete(callee);
    return either(FRESH, ...found);
  }
}

/** Text, numbers and their like, and functions: nothing in them can be changed. */
function isPlain(type: ts.Type): boolean {
  const plain =
    ts.TypeFlags.StringLike |
    ts.TypeFlags.NumberLike |
    ts.TypeFlags.BooleanLike |
    ts.TypeFlags.BigIntLike |
    ts.TypeFlags.Null |
    ts.TypeFlags.Undefined |
    ts.TypeFlags.Void;
  const parts = type.isUnion() ? type.types : [type];
  return parts.every(
    (t) => (t.flags & plain) !== 0 || (t.getCallSignatures().length > 0 && t.getProperties().length === 0),
  );
}

/** The family of built-in methods of the expression's type, if it can be changed. */
export function familyOf(checker: ts.TypeChecker, node: ts.Expression, program: Program): Family | undefined {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  if (checker.isArrayType(type) || checker.isTupleType(type)) return "array";
  if (!program.isLibrary(type.symbol)) return undefined;
  return /^(Readonly)?Map$/.test(type.symbol.name)
    ? "map"
    : /^(Readonly)?Set$/.test(type.symbol.name)
      ? "set"
      : undefined;
}
