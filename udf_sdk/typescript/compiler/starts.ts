// Fields that are read before they have a value: a base's constructor calls a method that a derived class overrides, an initial
// value calls a method that reads a field declared later. JavaScript goes on with undefined there; a job is refused. Follows what
// happens while one object of each class is made, statement by statement; owns the order in which fields get their values.
import ts from "typescript-compiler-api";
import type { Program } from "./check.ts";
import { complaint } from "./codes.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { baseOf, isOwnField, mayBeUnset } from "./class_fields.ts";
import { bare, isFunction, isPlainTarget } from "./scopes.ts";
import { functionsBehind } from "./function_values.ts";

const K = ts.SyntaxKind;

/** Reports every field that may be read while its object is made, before it has a value. */
export function checkStarts(program: Program, diagnostics: Diagnostics): void {
  const classes = program.files.flatMap((f) => f.statements.filter(ts.isClassDeclaration));
  for (const node of classes) new Start(program.checker, node, diagnostics).run();
}

/** What may be unset at a point of the program; undefined where the program does not get. */
type Unset = ReadonlySet<string> | undefined;

/** How code was reached: by methods of the object itself, or by a function that may have got hold of the object. */
type Reached = "this" | "any";

/** The making of one object of one class. */
class Start {
  readonly #checker: ts.TypeChecker;
  readonly #class: ts.ClassDeclaration;
  readonly #diagnostics: Diagnostics;
  readonly #chain: readonly ts.ClassDeclaration[];
  readonly #entered = new Map<ts.Node, number>();
  #unset: Unset = new Set();
  #exits: Unset[] = [];
  #reached: Reached = "this";
  /** The object is known to code that is not its own. */
  #escaped = false;
  /** The part of the constructor or initial value that is being followed: the place of the complaint. */
  #place: ts.Node;

  constructor(checker: ts.TypeChecker, node: ts.ClassDeclaration, diagnostics: Diagnostics) {
    this.#checker = checker;
    this.#class = node;
    this.#place = node;
    this.#diagnostics = diagnostics;
    const chain = [node];
    for (let base = baseOf(checker, node); base !== undefined && !chain.includes(base); base = baseOf(checker, base)) chain.push(base);
    this.#chain = chain;
  }

  run(): void {
    this.#unset = new Set(this.#chain.flatMap((c) => [...c.members].flatMap((m) => this.#startsOf(m))));
    if ((this.#unset as ReadonlySet<string>).size > 0) this.#make(this.#class);
  }

  /** The names that a member adds to what is unset at first. */
  #startsOf(member: ts.ClassElement): string[] {
    if (ts.isConstructorDeclaration(member))
      return member.parameters.filter((p) => ts.isParameterPropertyDeclaration(p, member)).map((p) => p.name.getText());
    const isField = isOwnField(member) || (ts.isPropertyDeclaration(member) && (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Abstract) !== 0);
    return isField && !mayBeUnset(this.#checker, member) ? [member.name.getText()] : [];
  }

  #make(node: ts.ClassDeclaration): void {
    const made = node.members.find((m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined);
    const base = baseOf(this.#checker, node);
    if (made === undefined) {
      if (base !== undefined) this.#make(base);
      this.#fields(node, undefined);
      return;
    }
    const statements = made.body?.statements ?? [];
    const at = base === undefined ? -1 : statements.findIndex(isSuperCall);
    for (const parameter of made.parameters) this.#follow(parameter.initializer);
    for (const statement of statements.slice(0, at + 1)) this.#follow(statement);
    if (base !== undefined) this.#make(base);
    this.#fields(node, made);
    this.#body(made, statements.slice(at + 1));
  }

  #fields(node: ts.ClassDeclaration, made: ts.ConstructorDeclaration | undefined): void {
    for (const name of made === undefined ? [] : this.#startsOf(made)) this.#set(name);
    for (const member of node.members) {
      if (!isOwnField(member)) continue;
      this.#follow(member.initializer);
      if (member.initializer !== undefined) this.#set(member.name.getText());
      else if (!mayBeUnset(this.#checker, member)) this.#unset = this.#unset && new Set([...this.#unset, member.name.getText()]);
    }
  }

  /** A part of a constructor or an initial value: complaints stand there. */
  #follow(node: ts.Node | undefined): void {
    if (node === undefined) return;
    this.#place = node;
    this.#visit(node);
  }

  /** Statements of a function; what it leaves unset is what any of its ends leaves. */
  #body(fn: ts.Node, statements: readonly ts.Node[]): void {
    const outer = this.#exits;
    this.#exits = [];
    for (const statement of statements) {
      if (ts.isConstructorDeclaration(fn)) this.#place = statement;
      this.#visit(statement);
    }
    this.#unset = [...this.#exits, this.#unset].reduce(either);
    this.#exits = outer;
  }

  #set(name: string): void {
    this.#unset = this.#unset && new Set([...this.#unset].filter((n) => n !== name));
  }

  /** What may be skipped: afterwards only that is set what was set before. */
  #maybe(...nodes: readonly (ts.Node | undefined)[]): void {
    const before = this.#unset;
    for (const node of nodes) if (node !== undefined) this.#visit(node);
    this.#unset = either(before, this.#unset);
  }

  #choice(...branches: readonly (ts.Node | undefined)[]): void {
    const before = this.#unset;
    const after = branches.map((branch): Unset => {
      this.#unset = before;
      if (branch !== undefined) this.#visit(branch);
      return this.#unset;
    });
    this.#unset = after.reduce(either);
  }

  #visit(node: ts.Node): void {
    if (isFunction(node) || ts.isTypeNode(node) || this.#unset === undefined) return;
    if (ts.isIfStatement(node)) {
      this.#visit(node.expression);
      return this.#choice(node.thenStatement, node.elseStatement);
    }
    if (ts.isConditionalExpression(node)) {
      this.#visit(node.condition);
      return this.#choice(node.whenTrue, node.whenFalse);
    }
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    if (ts.isForOfStatement(node) || ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isSwitchStatement(node))
      return this.#maybe(...node.getChildren());
    if (ts.isTryStatement(node)) return this.#tried(node);
    if (ts.isReturnStatement(node) || ts.isThrowStatement(node)) return this.#leave(node);
    if (ts.isCallExpression(node)) return this.#call(node);
    if (ts.isNewExpression(node)) return this.#new(node);
    if (ts.isPropertyAccessExpression(node)) return this.#property(node);
    if (ts.isElementAccessExpression(node) && node.expression.kind === K.ThisKeyword && ts.isStringLiteralLike(node.argumentExpression))
      return this.#read(node.argumentExpression.text, node);
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && isThis(node.initializer))
      return node.name.elements.forEach((e) => this.#read((e.propertyName ?? e.name).getText(), e));
    if (node.kind === K.ThisKeyword) this.#escaped = true;
    ts.forEachChild(node, (child) => this.#visit(child));
  }

  /** A try block may end anywhere in it, and then its handler goes on; what a finally sees may be unset, too. */
  #tried(node: ts.TryStatement): void {
    const before = this.#unset;
    this.#choice(node.tryBlock, node.catchClause?.block);
    const after = this.#unset;
    this.#unset = before;
    if (node.finallyBlock !== undefined) this.#visit(node.finallyBlock);
    this.#unset = this.#unset && after;
  }

  #leave(node: ts.ReturnStatement | ts.ThrowStatement): void {
    if (node.expression !== undefined) this.#visit(node.expression);
    if (ts.isReturnStatement(node)) this.#exits.push(this.#unset);
    this.#unset = undefined;
  }

  #binary(node: ts.BinaryExpression): void {
    const operator = node.operatorToken.kind;
    if (operator === K.EqualsToken && ts.isPropertyAccessExpression(node.left) && isThis(node.left.expression)) {
      this.#visit(node.right);
      const setter = this.#member(node.left.name.text, ts.isSetAccessorDeclaration);
      if (setter !== undefined) this.#enter(setter, "this");
      return this.#set(node.left.name.text);
    }
    this.#visit(node.left);
    const isLazy = [K.AmpersandAmpersandToken, K.BarBarToken, K.QuestionQuestionToken].includes(operator);
    if (isLazy) this.#maybe(node.right);
    else this.#visit(node.right);
  }

  #call(node: ts.CallExpression): void {
    const callee = node.expression;
    const functions = node.arguments.filter((a) => isFunction(bare(a)));
    for (const argument of node.arguments) this.#visit(argument);
    for (const fn of functions) this.#inside(bare(fn));
    if (callee.kind === K.SuperKeyword) return;
    const method = ts.isPropertyAccessExpression(callee) ? callee : undefined;
    if (method !== undefined && (isThis(method.expression) || method.expression.kind === K.SuperKeyword)) {
      const found = this.#member(method.name.text, ts.isMethodDeclaration, method.expression.kind === K.SuperKeyword ? method : undefined);
      return found === undefined ? this.#property(method) : this.#enter(found, "this");
    }
    if (method !== undefined) this.#visit(method.expression);
    for (const fn of this.#callees(callee))
      if (isWithinMaking(fn, this.#place)) this.#inside(fn);
      else if (this.#escaped) this.#enter(fn, "any");
  }

  #callees(callee: ts.Expression): readonly ts.Node[] {
    const symbol = ts.isPropertyAccessExpression(callee) ? this.#checker.getSymbolAtLocation(callee.name) : undefined;
    return [...(symbol?.declarations ?? []).filter(isFunction), ...functionsBehind(this.#checker, callee)];
  }

  #new(node: ts.NewExpression): void {
    for (const argument of node.arguments ?? []) this.#visit(argument);
    const declared = this.#checker.getTypeAtLocation(node).symbol?.declarations?.find(ts.isClassDeclaration);
    if (!this.#escaped || declared === undefined) return;
    for (const member of declared.members) if (ts.isConstructorDeclaration(member)) this.#enter(member, "any");
  }

  #property(node: ts.PropertyAccessExpression): void {
    const isOwn = isThis(node.expression) || node.expression.kind === K.SuperKeyword;
    if (!isOwn) this.#visit(node.expression);
    if (isPlainTarget(node)) return;
    if (isOwn && this.#reached === "this") {
      const above = isThis(node.expression) ? undefined : node;
      const getter = this.#member(node.name.text, ts.isGetAccessorDeclaration, above);
      return getter === undefined ? this.#read(node.name.text, node) : this.#enter(getter, "this");
    }
    if (this.#reached === "any") this.#propertyOfAny(node);
  }

  /** A property of the class that is being made, whoever's it is: the object may be this one. */
  #propertyOfAny(node: ts.PropertyAccessExpression): void {
    for (const declared of this.#checker.getSymbolAtLocation(node.name)?.declarations ?? []) {
      if (!this.#chain.some((c) => c === declared.parent || c === declared.parent.parent)) continue;
      if (ts.isGetAccessorDeclaration(declared)) this.#enter(declared, "any");
      else this.#read(node.name.text, node);
    }
  }

  #read(name: string, node: ts.Node): void {
    if (this.#unset?.has(name) !== true) return;
    const holder = this.#chain.find((c) => c.members.some((m) => this.#startsOf(m).includes(name)));
    const made = this.#class.name?.text ?? "the object";
    const whose = holder === this.#class ? "" : ` of '${holder?.name?.text}'`;
    const file = this.#place.getSourceFile();
    const line = (n: ts.Node): number => n.getSourceFile().getLineAndCharacterOfPosition(n.getStart()).line + 1;
    const where = line(node) === line(this.#place) ? "" : ` (in line ${line(node)})`;
    this.#diagnostics.add(
      file,
      this.#place.getStart(),
      complaint("LF210", `while '${made}' is made, its field '${name}'${whose} is read here${where} before it has a value`),
    );
  }

  /** The member that the object has under the name; behind `super.` that of the base of the class around. */
  #member<T extends ts.MethodDeclaration | ts.AccessorDeclaration>(
    name: string,
    is: (m: ts.Node) => m is T,
    above?: ts.Node,
  ): T | undefined {
    const around = above === undefined ? -1 : this.#chain.findIndex((c) => ts.findAncestor(above, (n) => n === c));
    for (const node of this.#chain.slice(around + 1)) {
      const found = node.members.find((m) => is(m) && m.name.getText() === name && m.body !== undefined);
      if (found !== undefined) return found as T;
    }
    return undefined;
  }

  /** A function's body, as part of what is being made; each once at a time, and few times in all. */
  #enter(fn: ts.Node, reached: Reached): void {
    const times = this.#entered.get(fn) ?? 0;
    const { body } = fn as ts.FunctionLikeDeclaration;
    if (times >= 8 || body === undefined) return;
    this.#entered.set(fn, times + 1);
    const outer = this.#reached;
    this.#reached = reached;
    this.#body(fn.kind === K.Constructor ? body : fn, ts.isBlock(body) ? body.statements : [body]);
    this.#reached = outer;
  }

  /** A function of the code itself, called there: it may run, or not. */
  #inside(fn: ts.Node): void {
    const before = this.#unset;
    this.#enter(fn, this.#reached);
    this.#unset = before;
  }
}

function either(a: Unset, b: Unset): Unset {
  return a === undefined ? b : b === undefined ? a : new Set([...a, ...b]);
}

function isThis(node: ts.Node | undefined): boolean {
  return node?.kind === K.ThisKeyword;
}

function isWithinMaking(fn: ts.Node, place: ts.Node): boolean {
  return ts.findAncestor(fn, (n) => n === place.parent) !== undefined && !ts.isClassElement(fn);
}

function isSuperCall(node: ts.Statement): boolean {
  return ts.isExpressionStatement(node) && ts.isCallExpression(node.expression) && node.expression.expression.kind === K.SuperKeyword;
}
