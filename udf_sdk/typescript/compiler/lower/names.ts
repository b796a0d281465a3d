// What a name becomes: a local, a field of a frame, a global of this or another unit, a constant. Also `this`, and the frames
// themselves: how a function reaches them, where they are made.
import ts from "typescript-compiler-api";
import { constant, globalFunction, refused } from "../builtins.ts";
import type { Frame } from "../captures.ts";
import { isAskedFor, toleratesUndefined } from "../guards.ts";
import {
  enclosingFunction,
  enclosingScope,
  functionOfConst,
  isFunction,
  isTopLevel,
  isVariable,
  isWithin,
  symbolOf,
} from "../scopes.ts";
import { NEVER, NULL, NUMBER, isAnyObject, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { InternalError, emptyText, globalName, localName, place as userPlace, refuse, repOf, repOfSymbol, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, isSubclass, required, unwrapped } from "./convert.ts";
import { wrappedFunction } from "./functions.ts";

/** An identifier in an expression, narrowed to what TypeScript knows at its place. */
export function identifier(ctx: Context, node: ts.Identifier): Value {
  if (node.text === "undefined") return { code: "null", rep: NULL };
  const symbol = symbolOf(ctx.job.checker, node);
  if (symbol === undefined) throw new InternalError(node, `no symbol for ${node.text}`);
  if (ctx.job.program.isLibrary(symbol)) return libraryValue(ctx, node);
  const declaration = symbol.valueDeclaration;
  if (ctx.job.program.isApi(symbol))
    return refuse(ctx, node, "LF302", `'${node.text}' of lightflus-api cannot be a value here`, "call it");
  if (isVariable(declaration)) return variable(ctx, symbol, declaration, node);
  if (declaration !== undefined && ts.isFunctionDeclaration(declaration))
    return functionValue(ctx, symbol, declaration, node);
  return refuse(ctx, node, "LF302", `'${node.text}' cannot be a value here`);
}

function libraryValue(ctx: Context, node: ts.Identifier): Value {
  const text = constant(node.text);
  if (text !== undefined) return { code: text, rep: NUMBER };
  if ("builtin" in globalFunction(node.text, { count: 1, spread: false }))
    return refuse(ctx, node, "LF302", `'${node.text}' cannot be a value here`, `write x => ${node.text}(x)`);
  const known = refused(node.text);
  ctx.job.diagnostics.add(node.getSourceFile(), node.getStart(), known);
  return refuse(ctx, node, "LF302", `'${node.text}' is not available in a job`);
}

function variable(ctx: Context, symbol: ts.Symbol, declaration: ts.Declaration, node: ts.Identifier): Value {
  const direct = isTopLevel(declaration) ? functionOfConst(declaration) : undefined;
  if (direct !== undefined) return functionValue(ctx, symbol, direct, node);
  const isNever = (ctx.job.checker.getTypeOfSymbol(symbol).flags & ts.TypeFlags.Never) !== 0;
  if (isNever && ts.isVariableDeclaration(declaration)) return { code: "0", rep: NEVER };
  const value: Value = { code: started(ctx, symbol, declaration, node), rep: repOfSymbol(ctx, symbol, node) };
  if (!ctx.job.missing.has(symbol)) return narrowed(ctx, node, value);
  return isAskedFor(ctx.job.checker, node) || toleratesUndefined(node) ? value : required(ctx, node, value);
}

/** A function by its name: a local one is a closure in a variable, one of the top level is wrapped into a closure. */
function functionValue(
  ctx: Context,
  symbol: ts.Symbol,
  declaration: ts.SignatureDeclaration,
  node: ts.Identifier,
): Value {
  if (ts.isFunctionDeclaration(declaration) && !isTopLevel(declaration)) {
    return { code: started(ctx, symbol, declaration, node), rep: repOfSymbol(ctx, symbol, node) };
  }
  return wrappedFunction(ctx, symbol, declaration, node);
}

/** A `var` lives in its block, like `let`, and is declared once; where JavaScript's one variable for all turns of a loop would show, it is refused. */
function checkVar(ctx: Context, symbol: ts.Symbol, declaration: ts.Declaration, node: ts.Node): void {
  const list = declaration.parent;
  if (!ts.isVariableDeclarationList(list) || list.flags & ts.NodeFlags.BlockScoped || isTopLevel(declaration)) return;
  if ((symbol.declarations ?? []).some((d) => d !== declaration && d === node.parent))
    refuse(ctx, node, "LF301", `'${symbol.name}' is declared twice`, `write '${symbol.name} = ...' here`);
  if (node.pos < declaration.pos && enclosingFunction(node) === enclosingFunction(declaration))
    refuse(ctx, node, "LF203", `'${symbol.name}' is declared by var below, where a job has it from its declaration on`, "declare it above that statement");
  if (!isWithin(node, enclosingScope(declaration)))
    refuse(
      ctx,
      node,
      "LF301",
      `'${symbol.name}' is declared by var in another block`,
      `declare it with let in front of that block`,
    );
  const isMade = (declaration as ts.VariableDeclaration).initializer !== undefined || !ts.isVariableStatement(list.parent);
  if (isInLoop(declaration) && (!isMade || ctx.job.captures.holder(symbol) !== undefined))
    refuse(
      ctx,
      declaration,
      "LF301",
      `'${symbol.name}' is declared by var in a loop: all turns have one variable, which ${isMade ? "a function uses" : "keeps its value"}`,
      "declare it with let: in front of the loop for one variable, in the loop for one a turn",
    );
}

/** Whether the variable is declared in the head or body of a loop of its function. */
function isInLoop(declaration: ts.Declaration): boolean {
  const loop = ts.findAncestor(declaration, (n) => isFunction(n) || ts.isIterationStatement(n, false));
  return loop !== undefined && !isFunction(loop);
}

/** Where a variable is: readable and assignable. */
export function place(ctx: Context, symbol: ts.Symbol, declaration: ts.Declaration, node: ts.Node): Code {
  checkVar(ctx, symbol, declaration, node);
  const holder = ctx.job.captures.holder(symbol);
  if (holder !== undefined && !inLoopHead(holder, node))
    return code`${frameAt(ctx, holder, node)}.${localName(holder.fields.get(symbol) ?? symbol.name)}`;
  if (isTopLevel(declaration)) return globalName(ctx, symbol);
  return localName(symbol.name);
}

/** The variable where it is read: one that a function above its declaration uses is asked whether it has a value yet. */
function started(ctx: Context, symbol: ts.Symbol, declaration: ts.Declaration, node: ts.Node): Code {
  const at = place(ctx, symbol, declaration, node);
  const check = startCheck(ctx, symbol, declaration, node);
  return check === "" ? at : code`(${check}, ${at})`;
}

/** Ends the record where the variable has no value yet; empty where that cannot be. */
export function startCheck(ctx: Context, symbol: ts.Symbol, declaration: ts.Declaration, node: ts.Node): Code {
  const holder = ctx.job.captures.holder(symbol);
  const isNear = enclosingFunction(node) === enclosingFunction(declaration);
  if (holder === undefined || isNear || !ctx.job.captures.isEarly(symbol)) return "";
  const flag = code`${frameAt(ctx, holder, node)}.__has_${holder.fields.get(symbol) ?? symbol.name}`;
  return code`__l.started(${flag}, ${quote(symbol.name)}, ${userPlace(ctx, node)})`;
}

/** Behind the declaration of a variable that is asked whether it has a value. */
export function startMark(ctx: Context, symbol: ts.Symbol, node: ts.Node): Code {
  const holder = ctx.job.captures.holder(symbol);
  if (holder === undefined || !ctx.job.captures.isEarly(symbol)) return "";
  return code` ${frameAt(ctx, holder, node)}.__has_${holder.fields.get(symbol) ?? symbol.name} = true;`;
}

/** The head of a `for (;;)` works on a plain local. */
function inLoopHead(holder: Frame, node: ts.Node): boolean {
  return ts.isForStatement(holder.scope) && isWithin(node, holder.scope) && !isWithin(node, holder.scope.statement);
}

/** The value as TypeScript sees it at the node: not null after a test, of a subclass after instanceof. */
export function narrowed(ctx: Context, node: ts.Node, value: Value): Value {
  const type = ctx.job.checker.getTypeAtLocation(node);
  if (value.rep.kind === "nullable") {
    if (type.flags & ts.TypeFlags.Never || mayBeAbsent(ctx, type, node)) return value;
    return narrowed(ctx, node, unwrapped(ctx, value));
  }
  if (value.rep.kind === "mixed") return narrowedMixed(ctx, node, value, type);
  if (value.rep.kind === "class" && type.symbol !== value.rep.symbol) {
    const seen = repOf(ctx, type, node);
    if (seen.kind === "class" && isSubclass(ctx, seen, value.rep) && !sameRep(seen, value.rep)) {
      return { code: code`changetype<${typeText(ctx, seen)}>(${value.code})`, rep: seen };
    }
  }
  return value;
}

/** Nothing is said but that it is an object, or that it has some field: `object & Record<"price", unknown>`. */
function isAnything(type: ts.Type): boolean {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive | ts.TypeFlags.Never)) return true;
  return type.isUnionOrIntersection() && type.types.some(isAnything);
}

/** What may be of several types is, behind a test, of the one that TypeScript says. */
function narrowedMixed(ctx: Context, node: ts.Node, value: Value, type: ts.Type): Value {
  if (isAnything(type) || !ctx.job.types.has(type, ctx.substitution)) return value;
  const seen = repOf(ctx, type, node);
  if (isAnyObject(seen) || seen.kind === "mixed" || seen.kind === "null" || seen.kind === "never") return value;
  return { code: convert(ctx, value, seen, node), rep: seen };
}

function mayBeAbsent(ctx: Context, type: ts.Type, node: ts.Node): boolean {
  const absent = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void;
  const parts = type.isUnion() ? type.types : [type];
  if (parts.some((t) => t.flags & absent)) return true;
  return parts.some((t) => t.flags & ts.TypeFlags.TypeParameter && repOf(ctx, t, node).kind === "nullable");
}

/** `this`: the method's own, or out of the frame that an arrow function reaches. */
export function thisValue(ctx: Context, node: ts.Node): Value {
  const owner = ctx.job.captures.ownerOfThis(node);
  const field = owner === undefined ? ts.findAncestor(node, ts.isPropertyDeclaration) : undefined;
  if (field !== undefined)
    return { code: "this", rep: repOf(ctx, ctx.job.checker.getTypeAtLocation(field.parent), node) };
  if (owner === undefined || !ts.isClassLike(owner.parent))
    return refuse(ctx, node, "LF302", "'this' outside a class's methods is not supported", "name the object");
  const rep = repOf(ctx, ctx.job.checker.getTypeAtLocation(owner.parent), node);
  if (enclosingFunction(node) === owner) return { code: "this", rep };
  const frame = ctx.job.captures.frameOf(owner) as Frame;
  return { code: code`${frameAt(ctx, frame, node)}.self`, rep };
}

/** `super` in front of a member. */
export function superValue(ctx: Context, node: ts.Node): Value {
  const method = ctx.job.captures.ownerOfThis(node);
  if (method !== enclosingFunction(node))
    refuse(ctx, node, "LF302", "'super' in a function inside of a method is not supported in a job", "call it in the method, and use the result in the function");
  if (method !== undefined && ts.getCombinedModifierFlags(method) & ts.ModifierFlags.Static)
    refuse(ctx, node, "LF302", "'super' in a static member is not supported in a job", "name the base class");
  return { code: "super", rep: repOf(ctx, ctx.job.checker.getTypeAtLocation(node), node) };
}

/** The frame, as the code at the node reaches it: its own variable, or through the environment and the outer links. */
export function frameAt(ctx: Context, frame: Frame, node: ts.Node): Code {
  const fn = functionAt(node);
  if (functionOf(frame.scope) === fn) return `__f${frame.id}`;
  let reached = fn === undefined ? undefined : ctx.job.captures.around(fn);
  let path = reached === undefined ? "" : `__f${reached.id}`;
  while (reached !== undefined && reached !== frame) {
    reached = ctx.job.captures.around(reached.scope);
    path += ".outer";
  }
  if (reached === undefined) throw new InternalError(node, "a captured variable is out of reach");
  return path;
}

function functionAt(node: ts.Node): ts.SignatureDeclaration | undefined {
  return enclosingFunction(node);
}

function functionOf(scope: ts.Node): ts.SignatureDeclaration | undefined {
  return isFunction(scope) ? scope : enclosingFunction(scope);
}

/** `const __f1 = new __F1(...)` at the entry of the scope; its class goes to the unit's head. Empty when nothing is captured. */
export function enterFrame(ctx: Context, scope: ts.Node): Code {
  const frame = ctx.job.captures.frameOf(scope);
  if (frame === undefined) return "";
  const outer = ctx.job.captures.around(scope);
  const fn = functionOf(scope);
  const linked =
    outer !== undefined && (functionOf(outer.scope) === fn || (fn !== undefined && ctx.job.captures.reachesOut(fn)));
  declareFrame(ctx, frame, linked ? outer : undefined);
  const link = linked ? code` __f${String(frame.id)}.outer = ${`__f${outer.id}`};` : "";
  const self = frame.holdsThis && !isDerivedConstructor(scope) ? ` __f${frame.id}.self = this;` : "";
  return code`const __f${String(frame.id)} = new __F${String(frame.id)}();${link}${self} `;
}

/** There is no `this` before super(...). */
function isDerivedConstructor(scope: ts.Node): boolean {
  return ts.isConstructorDeclaration(scope) && (scope.parent.heritageClauses ?? []).some((h) => h.token === ts.SyntaxKind.ExtendsKeyword);
}

/** What a frame of the constructor learns behind super(...). */
export function thisBehindSuper(ctx: Context, node: ts.ConstructorDeclaration): string {
  const frame = ctx.job.captures.frameOf(node);
  return frame?.holdsThis === true && isDerivedConstructor(node) ? `__f${frame.id}.self = this; ` : "";
}

/** `const __f1 = changetype<__F1>(__env)` at the entry of a function that reaches out. */
export function bindEnvironment(ctx: Context, fn: ts.SignatureDeclaration): Code {
  if (!ctx.job.captures.reachesOut(fn)) return "";
  const frame = ctx.job.captures.around(fn);
  return frame === undefined ? "" : `const __f${frame.id} = changetype<__F${frame.id}>(__env); `;
}

/** The environment to pass with a function literal: the address of the innermost frame, or 0. */
export function environmentOf(ctx: Context, fn: ts.SignatureDeclaration): Code {
  if (!ctx.job.captures.reachesOut(fn)) return "0";
  const frame = ctx.job.captures.around(fn);
  if (frame === undefined) throw new InternalError(fn, "a closure without a frame");
  return code`changetype<usize>(${frameAt(ctx, frame, fn)})`;
}

function declareFrame(ctx: Context, frame: Frame, outer: Frame | undefined): void {
  const fields = [...frame.fields].map(([symbol, name]) =>
    field(ctx, localName(name), repOfSymbol(ctx, symbol, frame.scope)),
  );
  for (const [symbol, name] of frame.fields) if (ctx.job.captures.isEarly(symbol)) fields.push(`__has_${name}: bool = false;`);
  if (frame.holdsThis) fields.push(field(ctx, "self", thisRep(ctx, frame)));
  if (outer !== undefined) fields.push(`outer: __F${outer.id} = changetype<__F${outer.id}>(0);`);
  ctx.unit.head.set(`__F${frame.id}`, `class __F${frame.id} { ${fields.join(" ")} }`);
}

function thisRep(ctx: Context, frame: Frame): Rep {
  return repOf(ctx, ctx.job.checker.getTypeAtLocation(frame.scope.parent), frame.scope);
}

function field(ctx: Context, name: string, rep: Rep): string {
  return `${name}: ${typeText(ctx, rep)} = ${emptyText(ctx, rep)};`;
}
