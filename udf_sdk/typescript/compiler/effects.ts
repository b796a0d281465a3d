// What a function writes to, besides what it creates: found by following values through variables, containers and calls, without
// running anything. One summary per function, computed once; recursive functions are looked at again until nothing is new.
import ts from "typescript-compiler-api";
import { method } from "./builtins.ts";
import type { Family } from "./builtins.ts";
import type { Program } from "./check.ts";
import { FRESH, OUTSIDE, contents, either, holding, ofParameter, seenFromCaller, size } from "./origins.ts";
import type { Origin, Origins } from "./origins.ts";
import { bare, functionOfConst, isAssigned, isFunction, isVariable, isWithin, symbolOf } from "./scopes.ts";

/** A write to something that the function did not create. `what` names it for a message. */
export interface Effect {
  readonly target: Origin;
  readonly node: ts.Node;
  readonly what: string;
}

interface Summary {
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
  callees(symbol: ts.Symbol | undefined): readonly ts.SignatureDeclaration[] {
    if (symbol === undefined) return [];
    const own = (symbol.declarations ?? []).flatMap((d) => (isFunction(d) ? [d] : (functionOfConst(d) ?? [])));
    return [...own, ...(this.#overrides.get(symbol) ?? [])];
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

/** One function with the functions inside it. */
class Region {
  readonly #effects: Effects;
  readonly #checker: ts.TypeChecker;
  readonly #root: ts.SignatureDeclaration;
  readonly #variables = new Map<ts.Symbol, Origins>();
  readonly #found = new Map<string, Effect>();
  #returns: Origins = FRESH;
  #grew = false;

  constructor(effects: Effects, root: ts.SignatureDeclaration) {
    this.#effects = effects;
    this.#checker = effects.program.checker;
    this.#root = root;
    root.parameters.forEach((p, i) => this.#bind(p.name, ofParameter(i)));
  }

  run(): Summary {
    for (let round = 0; round < 10; round++) {
      this.#grew = false;
      for (const parameter of this.#root.parameters) this.#visit(parameter);
      this.#visitBody();
      if (!this.#grew) break;
    }
    return { effects: [...this.#found.values()], returns: this.#returns };
  }

  #visitBody(): void {
    const body = (this.#root as ts.FunctionLikeDeclaration).body;
    if (body === undefined) return;
    this.#visit(body);
    if (!ts.isBlock(body)) this.#returns = either(this.#returns, this.#origins(body));
  }

  #visit(node: ts.Node): void {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined)
      this.#bind(node.name, this.#origins(node.initializer));
    else if (ts.isForOfStatement(node)) this.#bindLoop(node);
    else if (ts.isReturnStatement(node) && node.expression !== undefined && this.#functionOf(node) === this.#root) {
      this.#returns = either(this.#returns, this.#origins(node.expression));
    } else if (ts.isBinaryExpression(node) && isAssigned(node.left)) this.#assign(node);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if (isAssigned(node.operand)) this.#write(node.operand);
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#call(node);
    else if (ts.isPropertyAccessExpression(node)) this.#accessor(node);
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  #functionOf(node: ts.Node): ts.Node {
    let n = node.parent;
    while (!isFunction(n) && n !== this.#root) n = n.parent;
    return n;
  }

  /** The variables of a name or pattern get the value. */
  #bind(name: ts.BindingName, value: Origins): void {
    if (!ts.isIdentifier(name)) {
      for (const element of name.elements) if (ts.isBindingElement(element)) this.#bind(element.name, contents(value));
      return;
    }
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (symbol !== undefined) this.#add(symbol, value);
  }

  #add(symbol: ts.Symbol, value: Origins): void {
    const before = this.#variables.get(symbol) ?? FRESH;
    const after = either(before, value);
    if (size(after) === size(before)) return;
    this.#variables.set(symbol, after);
    this.#grew = true;
  }

  #bindLoop(node: ts.ForOfStatement): void {
    if (!ts.isVariableDeclarationList(node.initializer)) return;
    for (const declaration of node.initializer.declarations)
      this.#bind(declaration.name, contents(this.#origins(node.expression)));
  }

  #assign(node: ts.BinaryExpression): void {
    const left = bare(node.left);
    const value = this.#origins(node.right);
    if (ts.isArrayLiteralExpression(left)) left.elements.forEach((e) => this.#write(e));
    else if (ts.isObjectLiteralExpression(left)) {
      for (const p of left.properties)
        this.#write(ts.isPropertyAssignment(p) ? p.initializer : (p.name as ts.Expression));
    } else this.#write(left);
    const symbol = ts.isIdentifier(left) ? symbolOf(this.#checker, left) : undefined;
    if (symbol !== undefined) this.#add(symbol, value);
    else if (ts.isPropertyAccessExpression(left) || ts.isElementAccessExpression(left))
      this.#store(left.expression, value);
  }

  /** What is stored in an object is inside the variable that leads to it. */
  #store(object: ts.Expression, value: Origins): void {
    let root = bare(object);
    while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) root = bare(root.expression);
    const symbol = ts.isIdentifier(root) ? symbolOf(this.#checker, root) : undefined;
    if (symbol !== undefined) this.#add(symbol, holding(value));
  }

  /** A write to a variable, field or element. */
  #write(given: ts.Expression): void {
    const node = bare(given);
    if (ts.isIdentifier(node)) {
      const declaration = symbolOf(this.#checker, node)?.valueDeclaration;
      if (declaration !== undefined && isVariable(declaration) && !isWithin(declaration, this.#root))
        this.#effect("outside", node, `'${node.text}'`);
    } else if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      this.#mutate(node.expression, node);
      if (ts.isPropertyAccessExpression(node))
        this.#run(node, this.#checker.getSymbolAtLocation(node.name), node.expression, []);
    }
  }

  /** The object is changed. */
  #mutate(object: ts.Expression, at: ts.Node): void {
    for (const origin of this.#origins(object).itself) this.#effect(origin, at, `'${object.getText()}'`);
  }

  #effect(target: Origin, node: ts.Node, what: string): void {
    const key = `${node.getSourceFile().fileName}:${node.pos}:${target}`;
    if (this.#found.has(key)) return;
    this.#found.set(key, { target, node, what });
    this.#grew = true;
  }

  #call(node: ts.CallExpression | ts.NewExpression): void {
    const args = node.arguments ?? [];
    const callee = node.expression;
    const receiver = ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
    if (receiver !== undefined && this.#changesReceiver(node, callee as ts.PropertyAccessExpression)) {
      this.#mutate(receiver, node);
      this.#store(receiver, holding(...args.map((a) => this.#origins(a))));
    }
    this.#bindCallbacks(receiver, args);
    this.#run(node, this.#calleeSymbol(node), receiver, args);
  }

  #calleeSymbol(node: ts.CallExpression | ts.NewExpression): ts.Symbol | undefined {
    const declaration = this.#checker.getResolvedSignature(node)?.declaration as
      (ts.Node & { symbol?: ts.Symbol }) | undefined;
    const callee = bare(node.expression);
    if (ts.isIdentifier(callee) && !ts.isNewExpression(node)) return symbolOf(this.#checker, callee);
    return ts.isPropertyAccessExpression(callee) && !ts.isNewExpression(node)
      ? this.#checker.getSymbolAtLocation(callee.name)
      : declaration?.symbol;
  }

  /** A built-in method that changes what it is called on. */
  #changesReceiver(node: ts.CallExpression | ts.NewExpression, callee: ts.PropertyAccessExpression): boolean {
    const family = familyOf(this.#checker, callee.expression, this.#effects.program);
    if (family === undefined) return false;
    const answer = method(family, callee.name.text, { count: node.arguments?.length ?? 0, spread: false });
    return "builtin" in answer && answer.builtin.mutates;
  }

  /** Functions written as arguments are given what the call has. */
  #bindCallbacks(receiver: ts.Expression | undefined, args: readonly ts.Expression[]): void {
    const literals = args
      .map(bare)
      .filter(
        (a): a is ts.ArrowFunction | ts.FunctionExpression => ts.isArrowFunction(a) || ts.isFunctionExpression(a),
      );
    if (literals.length === 0) return;
    const given = [receiver, ...args].flatMap((a) => (a === undefined ? [] : [this.#origins(a)]));
    const isBuiltin = receiver !== undefined && familyOf(this.#checker, receiver, this.#effects.program) !== undefined;
    const value = isBuiltin
      ? either(...given.map(contents), ...given.slice(1))
      : either(...given, ...given.map(contents));
    for (const literal of literals) for (const parameter of literal.parameters) this.#bind(parameter.name, value);
  }

  /** The effects of the functions that a call or an accessor runs, as this function sees them. */
  #run(
    at: ts.Node,
    symbol: ts.Symbol | undefined,
    receiver: ts.Expression | undefined,
    args: readonly ts.Expression[],
  ): void {
    for (const callee of this.#effects.callees(symbol)) {
      if (isWithin(callee, this.#root)) {
        callee.parameters.forEach((p, i) => {
          if (args[i] !== undefined) this.#bind(p.name, this.#origins(args[i]));
        });
        continue;
      }
      const parameters = this.#parameters(receiver, args);
      for (const effect of this.#effects.summary(callee).effects) {
        for (const origin of seenFromCaller(effect.target, parameters)) {
          if (effect.target === "outside") this.#effect(origin, effect.node, effect.what);
          else this.#effect(origin, at, `what '${symbol?.name ?? "it"}(...)' changes here`);
        }
      }
    }
  }

  #parameters(receiver: ts.Expression | undefined, args: readonly ts.Expression[]): ReadonlyMap<number, Origins> {
    const parameters = new Map<number, Origins>(args.map((a, i) => [i, this.#origins(a)]));
    if (receiver !== undefined) parameters.set(-1, this.#origins(receiver));
    return parameters;
  }

  #accessor(node: ts.PropertyAccessExpression): void {
    const symbol = this.#checker.getSymbolAtLocation(node.name);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Accessor) this.#run(node, symbol, node.expression, []);
  }

  /** Where the value of an expression may come from. */
  #origins(given: ts.Expression): Origins {
    const node = bare(given);
    if (isPlain(this.#checker.getTypeAtLocation(node))) return FRESH;
    if (node.kind === ts.SyntaxKind.ThisKeyword) return ofParameter(-1);
    if (ts.isIdentifier(node)) return this.#ofName(node);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
      return contents(this.#origins(node.expression));
    if (ts.isConditionalExpression(node)) return either(this.#origins(node.whenTrue), this.#origins(node.whenFalse));
    if (ts.isBinaryExpression(node)) return either(this.#origins(node.left), this.#origins(node.right));
    if (ts.isSpreadElement(node)) return contents(this.#origins(node.expression));
    if (ts.isArrayLiteralExpression(node)) return holding(...node.elements.map((e) => this.#origins(e)));
    if (ts.isObjectLiteralExpression(node)) return holding(...node.properties.map((p) => this.#ofProperty(p)));
    if (ts.isCallExpression(node)) return this.#ofCall(node);
    if (ts.isNewExpression(node)) return holding(...(node.arguments ?? []).map((a) => this.#origins(a)));
    return FRESH;
  }

  #ofName(node: ts.Identifier): Origins {
    const symbol = symbolOf(this.#checker, node);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined) return FRESH;
    if (isWithin(declaration, this.#root)) return this.#variables.get(symbol) ?? FRESH;
    return isFunction(declaration) ? FRESH : OUTSIDE;
  }

  #ofProperty(property: ts.ObjectLiteralElementLike): Origins {
    if (ts.isPropertyAssignment(property)) return this.#origins(property.initializer);
    if (ts.isShorthandPropertyAssignment(property)) return this.#ofName(property.name);
    return ts.isSpreadAssignment(property) ? contents(this.#origins(property.expression)) : FRESH;
  }

  #ofCall(node: ts.CallExpression): Origins {
    const receiver = ts.isPropertyAccessExpression(node.expression) ? node.expression.expression : undefined;
    const family = receiver && familyOf(this.#checker, receiver, this.#effects.program);
    if (receiver !== undefined && family !== undefined) return this.#ofBuiltin(node, receiver, family);
    const parameters = this.#parameters(receiver, node.arguments);
    const results = this.#effects.callees(this.#calleeSymbol(node)).map((callee) => {
      const { returns } = isWithin(callee, this.#root) ? { returns: FRESH } : this.#effects.summary(callee);
      const seen = (of: ReadonlySet<Origin>): Set<Origin> =>
        new Set([...of].flatMap((o) => seenFromCaller(o, parameters)));
      return { itself: seen(returns.itself), inside: seen(returns.inside) };
    });
    return either(FRESH, ...results);
  }

  #ofBuiltin(node: ts.CallExpression, receiver: ts.Expression, family: Family): Origins {
    const name = (node.expression as ts.PropertyAccessExpression).name.text;
    const answer = method(family, name, { count: node.arguments.length, spread: false });
    const from = this.#origins(receiver);
    if ("builtin" in answer && answer.builtin.chains) return from;
    if ("builtin" in answer && answer.builtin.optional) return contents(from);
    const others = node.arguments.map((a) => this.#ofArgument(a));
    return name.startsWith("reduce") ? either(contents(from), ...others) : holding(contents(from), ...others);
  }

  /** A function that is passed brings what it returns. */
  #ofArgument(given: ts.Expression): Origins {
    const node = bare(given);
    if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return this.#origins(node);
    if (!ts.isBlock(node.body)) return this.#origins(node.body);
    const found: Origins[] = [];
    const visit = (n: ts.Node): void => {
      if (isFunction(n)) return;
      if (ts.isReturnStatement(n) && n.expression !== undefined) found.push(this.#origins(n.expression));
      ts.forEachChild(n, visit);
    };
    visit(node.body);
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
function familyOf(checker: ts.TypeChecker, node: ts.Expression, program: Program): Family | undefined {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  if (checker.isArrayType(type) || checker.isTupleType(type)) return "array";
  if (!program.isLibrary(type.symbol)) return undefined;
  return /^(Readonly)?Map$/.test(type.symbol.name)
    ? "map"
    : /^(Readonly)?Set$/.test(type.symbol.name)
      ? "set"
      : undefined;
}
