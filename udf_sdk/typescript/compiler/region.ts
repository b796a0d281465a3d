// One function under the eyes of effects.ts, with the functions inside it: walks its statements, keeps where each variable's value
// may come from (origins.ts), and notes every write to something that the function did not create.
import ts from "typescript-compiler-api";
import { method } from "./builtins.ts";
import type { Effect, Effects, Summary } from "./effects.ts";
import { FRESH, contents, either, holding, ofParameter, seenFromCaller, size, somewhereIn } from "./origins.ts";
import type { Origin, Origins } from "./origins.ts";
import { isPatternType, knownPattern } from "./patterns/known.ts";
import { ValueOrigins, familyOf } from "./value_origins.ts";
import { bare, isAssigned, isFunction, isVariable, isWithin, symbolOf } from "./scopes.ts";

/** One function with the functions inside it. */
export class Region {
  readonly #effects: Effects;
  readonly #checker: ts.TypeChecker;
  readonly #root: ts.SignatureDeclaration;
  readonly #variables = new Map<ts.Symbol, Origins>();
  readonly #values: ValueOrigins;
  readonly #found = new Map<string, Effect>();
  #returns: Origins = FRESH;
  #grew = false;

  constructor(effects: Effects, root: ts.SignatureDeclaration) {
    this.#effects = effects;
    this.#checker = effects.program.checker;
    this.#root = root;
    this.#values = new ValueOrigins(effects, root, this.#variables);
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
    if (!ts.isBlock(body)) this.#returns = either(this.#returns, this.#values.of(body));
  }

  #visit(node: ts.Node): void {
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined)
      this.#bind(node.name, this.#values.of(node.initializer));
    else if (ts.isForOfStatement(node)) this.#bindLoop(node);
    else if (ts.isReturnStatement(node) && node.expression !== undefined && this.#functionOf(node) === this.#root) {
      this.#returns = either(this.#returns, this.#values.of(node.expression));
    } else if (ts.isBinaryExpression(node) && isAssigned(node.left)) this.#assign(node);
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if (isAssigned(node.operand)) this.#write(node.operand);
    } else if (ts.isDeleteExpression(node)) this.#write(node.expression);
    else if (ts.isCallExpression(node) || ts.isNewExpression(node)) this.#call(node);
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
      const parts = contents(value);
      for (const element of name.elements)
        if (ts.isBindingElement(element))
          this.#bind(element.name, element.dotDotDotToken === undefined ? parts : holding(parts));
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
      this.#bind(declaration.name, this.#values.elementsOf(node.expression));
  }

  #assign(node: ts.BinaryExpression): void {
    const left = bare(node.left);
    const value = this.#values.of(node.right);
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
    let held = holding(value);
    while (ts.isPropertyAccessExpression(root) || ts.isElementAccessExpression(root)) {
      root = bare(root.expression);
      held = holding(held);
    }
    const symbol = ts.isIdentifier(root) ? symbolOf(this.#checker, root) : undefined;
    if (symbol !== undefined) this.#add(symbol, held);
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
        this.#run(node, this.#checker.getSymbolAtLocation(node.name), node.expression, [], ts.isSetAccessor);
    }
  }

  /** The object is changed. */
  #mutate(object: ts.Expression, at: ts.Node): void {
    const isPattern = isPatternType(this.#checker.getTypeAtLocation(object));
    const what = isPattern ? `lastIndex of '${object.getText()}'` : `'${object.getText()}'`;
    const hint = isPattern ? "make the pattern inside the function, take its flag g or y away, or use text.matchAll(pattern)" : undefined;
    for (const origin of this.#values.of(object).itself) this.#effect(origin, at, what, hint);
  }

  #effect(target: Origin, node: ts.Node, what: string, hint?: string): void {
    const key = `${node.getSourceFile().fileName}:${node.pos}:${target}`;
    if (this.#found.has(key)) return;
    this.#found.set(key, { target, node, what, hint });
    this.#grew = true;
  }

  #call(node: ts.CallExpression | ts.NewExpression): void {
    const args = node.arguments ?? [];
    const callee = node.expression;
    const receiver = ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
    if (receiver !== undefined && this.#changesReceiver(node, callee as ts.PropertyAccessExpression)) {
      this.#mutate(receiver, node);
      this.#store(receiver, either(FRESH, ...args.map((a) => this.#values.of(a))));
    }
    this.#bindCallbacks(receiver, args);
    this.#run(node, this.#values.calleeSymbol(node), receiver, args);
  }

  /** A built-in method that changes what it is called on. */
  #changesReceiver(node: ts.CallExpression | ts.NewExpression, callee: ts.PropertyAccessExpression): boolean {
    if (isPatternType(this.#checker.getTypeAtLocation(callee.expression))) return this.#movesPattern(callee);
    const family = familyOf(this.#checker, callee.expression, this.#effects.program);
    if (family === undefined) return false;
    const answer = method(family, callee.name.text, { count: node.arguments?.length ?? 0, spread: false });
    return "builtin" in answer && answer.builtin.mutates;
  }

  /** `re.exec(text)`, `re.test(text)` where the flags g or y make lastIndex move. Of a pattern from elsewhere the arena knows more. */
  #movesPattern(callee: ts.PropertyAccessExpression): boolean {
    const flags = knownPattern(this.#checker, callee.expression)?.flags ?? "";
    return /^(exec|test)$/.test(callee.name.text) && /[gy]/.test(flags);
  }

  /** Functions written as arguments are given what the call has. */
  #bindCallbacks(receiver: ts.Expression | undefined, args: readonly ts.Expression[]): void {
    const literals = args
      .map(bare)
      .filter(
        (a): a is ts.ArrowFunction | ts.FunctionExpression => ts.isArrowFunction(a) || ts.isFunctionExpression(a),
      );
    const named = args.filter((a) => ts.isIdentifier(bare(a)) && this.#isFunction(a));
    if (literals.length === 0 && named.length === 0) return;
    const given = [receiver, ...args].flatMap((a) => (a === undefined ? [] : [this.#values.of(a)]));
    const isBuiltin = receiver !== undefined && familyOf(this.#checker, receiver, this.#effects.program) !== undefined;
    const value = isBuiltin ? either(...given.map(contents)) : either(...given, ...given.map(somewhereIn));
    if (isBuiltin) for (const a of named) this.#runNamed(a, value);
    for (const literal of literals) {
      literal.parameters.forEach((parameter, i) => {
        const isTotal = isBuiltin && i === 0 && args.length > 1;
        this.#bind(parameter.name, isTotal ? either(...args.map((a) => this.#values.ofArgument(a, value))) : value);
      });
    }
  }

  #isFunction(node: ts.Expression): boolean {
    return this.#checker.getTypeAtLocation(node).getCallSignatures().length > 0;
  }

  /** `xs.forEach(change)`: the function is called with the elements. */
  #runNamed(given: ts.Expression, elements: Origins): void {
    const symbol = symbolOf(this.#checker, bare(given));
    const parameters = new Map([0, 1, 2].map((i) => [i, elements]));
    for (const callee of this.#effects.callees(symbol, this.#root)) {
      if (isWithin(callee, this.#root)) callee.parameters.forEach((p) => this.#bind(p.name, elements));
      else this.#adopt(callee, parameters, given, `what '${given.getText()}' changes here`);
    }
  }

  /** The effects of a function that is called, as this function sees them. */
  #adopt(callee: ts.SignatureDeclaration, parameters: ReadonlyMap<number, Origins>, at: ts.Node, what: string): void {
    for (const effect of this.#effects.summary(callee).effects) {
      for (const origin of seenFromCaller(effect.target, parameters)) {
        if (effect.target === "outside") this.#effect(origin, effect.node, effect.what);
        else this.#effect(origin, at, what);
      }
    }
  }

  /** The effects of the functions that a call or an accessor runs. */
  #run(
    at: ts.Node,
    symbol: ts.Symbol | undefined,
    receiver: ts.Expression | undefined,
    args: readonly ts.Expression[],
    runs: (callee: ts.SignatureDeclaration) => boolean = () => true,
  ): void {
    for (const callee of this.#effects.callees(symbol, this.#root).filter(runs)) {
      if (isWithin(callee, this.#root)) {
        callee.parameters.forEach((p, i) => {
          if (args[i] !== undefined) this.#bind(p.name, this.#values.of(args[i]));
        });
        continue;
      }
      this.#adopt(callee, this.#values.parameters(receiver, args), at, `what '${calledText(at)}' changes here`);
    }
  }

  #accessor(node: ts.PropertyAccessExpression): void {
    const symbol = this.#checker.getSymbolAtLocation(node.name);
    const isRead = !isAssigned(node) || !isPlainAssignment(node.parent);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Accessor && isRead)
      this.#run(node, symbol, node.expression, [], (callee) => !ts.isSetAccessor(callee));
  }
}

/** `a.b = c`: what is there is not read. */
function isPlainAssignment(node: ts.Node): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** How a call is written, without its arguments. */
function calledText(node: ts.Node): string {
  return ts.isCallExpression(node) ? `${node.expression.getText()}(...)` : node.getText();
}
