// Functions: literals (with their environment), declarations of the top level (plain functions, called directly), local ones
// (closures in variables), parameters with defaults and patterns, bodies. Classes use the same parts for their methods.
import ts from "typescript-compiler-api";
import { Refused } from "../diagnostics.ts";
import { enclosingFunction, isFunction, symbolOf } from "../scopes.ts";
import { VOID, isUnknown } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { functionText, globalName, localName, refuse, repOf, typeText } from "./context.ts";
import type { Context, FunctionContext, Value } from "./context.ts";
import { convert, missing } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { emitted } from "./emit.ts";
import { environmentOf, place as variablePlace, startMark } from "./names.ts";
import { directParameters, parameterReps, parameters } from "./parameters.ts";
import { statements } from "./statements.ts";

type Signature = Rep & { kind: "function" };

/** A function written in place; a method of an object literal is one too. */
export type FunctionLiteral = ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration;

/** A function literal as it is passed: environment and function. */
export interface FunctionPair {
  readonly environment: Code;
  readonly fn: Code;
  readonly rep: Signature;
}

/** What the function returns; `undefined` and `never` are nothing. */
export function resultRep(ctx: Context, node: ts.SignatureDeclaration): Rep {
  const signature = ctx.job.checker.getSignatureFromDeclaration(node);
  if (signature === undefined) return VOID;
  const type = signature.getReturnType();
  if (type.flags & ts.TypeFlags.Undefined) return VOID;
  if (node.type === undefined && !ctx.job.types.has(type, ctx.substitution)) complainInside(ctx, node);
  const rep = repOf(ctx, type, node.type ?? node);
  return rep.kind === "null" && isPromise(type) ? VOID : rep;
}

/** A result without a representation comes from something in the body: that is complained about, not the function. */
export function complainInside(ctx: Context, node: ts.SignatureDeclaration): void {
  const body = (node as ts.FunctionLikeDeclaration).body;
  if (body === undefined) return;
  const before = ctx.job.diagnostics.count;
  const inner = functionContext(ctx, node, VOID);
  if (ts.isBlock(body)) statements(inner, body.statements);
  else marked(inner, body);
  if (ctx.job.diagnostics.count > before) throw new Refused("reported inside");
}

function isPromise(type: ts.Type): boolean {
  return type.symbol?.name === "Promise";
}

/** The signature of a function value. */
function valueSignature(ctx: Context, node: ts.SignatureDeclaration): Signature {
  return { kind: "function", parameters: parameterReps(ctx, node), result: resultRep(ctx, node) };
}

/** Functions that a job cannot have, wherever they stand. */
export function checkFunction(
  ctx: Context,
  node: ts.SignatureDeclaration & { asteriskToken?: ts.AsteriskToken | undefined },
): void {
  if (node.asteriskToken !== undefined) refuse(ctx, node, "LF205", "a generator function is not supported in a job");
}

/** A function expression or arrow, shaped for where it goes: padded to the wanted parameters, converted to the wanted result. */
export function functionPair(ctx: Context, node: FunctionLiteral, target: Signature | undefined): FunctionPair {
  checkFunction(ctx, node);
  if (node.typeParameters !== undefined && target === undefined) {
    refuse(
      ctx,
      node,
      "LF109",
      "a generic function cannot be a value",
      "declare it with 'function' at the top level of the file",
    );
  }
  const rep = target ?? valueSignature(ctx, node);
  const inner = functionContext(ctx, node, rep.result);
  const { names, prologue } = parameters(inner, node, rep.parameters);
  const body = functionBody(inner, node, prologue);
  const list = names.map((name, i) => code`, ${name}: ${typeText(ctx, rep.parameters[i] as Rep)}`);
  const fn = code`(__env: usize${list}): ${typeText(ctx, rep.result)} => ${body}`;
  return { environment: environmentOf(ctx, node), fn, rep };
}

/** A function literal as a value. */
export function functionLiteral(ctx: Context, node: FunctionLiteral, target: Rep | undefined): Value {
  const wanted = target?.kind === "nullable" ? target.of : target;
  const pair = functionPair(ctx, node, wanted?.kind === "function" ? wanted : undefined);
  return { code: closure(ctx, pair), rep: pair.rep };
}

function closure(ctx: Context, pair: FunctionPair): Code {
  return code`new __l.Closure<${functionText(ctx, pair.rep)}>(${pair.environment}, ${pair.fn})`;
}

/** A function of the top level as a value. */
export function wrappedFunction(ctx: Context, symbol: ts.Symbol, node: ts.SignatureDeclaration, at: ts.Node): Value {
  if (node.typeParameters !== undefined) refuse(ctx, at, "LF109", `'${symbol.name}' is generic and cannot be a value`);
  const pair = wrappedPair(ctx, symbol, node, valueSignature(ctx, node), at);
  return { code: closure(ctx, pair), rep: pair.rep };
}

/** The same as environment and function, of the wanted signature. */
export function wrappedPair(
  ctx: Context,
  symbol: ts.Symbol,
  node: ts.SignatureDeclaration,
  target: Signature,
  at: ts.Node,
): FunctionPair {
  const inner: Context = { ...ctx, fn: { node: ctx.fn.node, result: target.result, temporaries: [], turns: [] } };
  const reps = parameterReps(ctx, node).slice(0, target.parameters.length);
  const args = reps.map((rep, i) => convert(inner, { code: `a${i}`, rep: target.parameters[i] as Rep }, rep, at));
  const call = code`${globalName(ctx, symbol)}(${separated(args, ", ")})`;
  const list = target.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  const result =
    target.result.kind === "void"
      ? code`${call};`
      : code`return (${convert(inner, { code: call, rep: resultRep(ctx, node) }, target.result, at)});`;
  const fn = code`(__env: usize${list}): ${typeText(ctx, target.result)} => { ${(inner.fn.temporaries ?? []).join(" ")} ${result} }`;
  return { environment: "0", fn, rep: target };
}

/** The context of a body. */
export function functionContext(ctx: Context, node: ts.SignatureDeclaration, result: Rep): Context {
  const fn: FunctionContext = { node, result, temporaries: [], turns: [] };
  return { ...ctx, fn };
}

/** A function of the same parameters that hands on rows: `(env, value, out) => void`. */
export function emittingPair(
  ctx: Context,
  node: ts.ArrowFunction | ts.FunctionExpression,
  input: Rep,
  item: Rep,
): { environment: Code; fn: Code } {
  checkFunction(ctx, node);
  const outer = functionContext(ctx, node, VOID);
  const inner: Context = { ...outer, fn: { ...outer.fn, emits: { item, after: "return;", single: false } } };
  const { names, prologue } = parameters(inner, node, [input]);
  const body = functionBody(inner, node, prologue);
  return {
    environment: environmentOf(ctx, node),
    fn: code`(__env: usize, ${names[0] ?? "__p0"}: ${typeText(ctx, input)}, __out: usize): void => ${body}`,
  };
}

/** The body in braces: frames, parameters, temporaries, then the user's statements or expression. */
export function functionBody(ctx: Context, node: ts.SignatureDeclaration, prologue: Code): Code {
  const body = (node as ts.FunctionLikeDeclaration).body;
  if (body === undefined) return "{}";
  const inside = ts.isBlock(body)
    ? blockBody(ctx, body)
    : ctx.fn.emits
      ? emitted(ctx, body, ctx.fn.emits)
      : expressionBody(ctx, body);
  return code`{ ${(ctx.fn.temporaries ?? []).join(" ")} ${prologue}${inside} }`;
}

function blockBody(ctx: Context, body: ts.Block): Code {
  const inside = statements(ctx, body.statements);
  const { result } = ctx.fn;
  if (result.kind === "void" || result.kind === "never" || (ctx.fn.node && ts.isConstructorDeclaration(ctx.fn.node)))
    return inside;
  const last = body.statements.at(-1);
  if (last !== undefined && ts.isReturnStatement(last)) return inside;
  return code`${inside} ${result.kind === "nullable" || isUnknown(result) ? code`return ${missing(ctx, result)};` : `return __l.never<${typeText(ctx, result)}>();`}`;
}

function expressionBody(ctx: Context, body: ts.Expression): Code {
  const { result } = ctx.fn;
  if (result.kind === "void" || result.kind === "never") return code`${from(body, into(ctx, body, VOID))};`;
  return code`return (${into(ctx, body, result)});`;
}

/** A function of the top level: `function f` and `const f = (...) => ...` alike. */
export function topLevelFunction(ctx: Context, node: ts.SignatureDeclaration, name: string): Code {
  checkFunction(ctx, node);
  const result = resultRep(ctx, node);
  const inner = functionContext(ctx, node, result);
  const { list, prologue } = directParameters(inner, node);
  const body = functionBody(inner, node, prologue);
  return code`export function ${localName(name)}(${list}): ${typeText(ctx, result)} ${body}`;
}

/** A function declared inside another: a closure in a variable. Only code behind the declaration may run it. */
export function localFunction(ctx: Context, node: ts.FunctionDeclaration): Code {
  if (node.name === undefined || node.body === undefined) return "";
  checkFunction(ctx, node);
  if (node.typeParameters !== undefined)
    refuse(
      ctx,
      node,
      "LF109",
      "a generic function inside a function is not supported",
      "move it to the top level of the file",
    );
  const symbol = symbolOf(ctx.job.checker, node.name) as ts.Symbol;
  checkHoisting(ctx, node, symbol);
  const rep = valueSignature(ctx, node);
  const inner = functionContext(ctx, node, rep.result);
  const { names, prologue } = parameters(inner, node, rep.parameters);
  const body = functionBody(inner, node, prologue);
  const list = names.map((name, i) => code`, ${name}: ${typeText(ctx, rep.parameters[i] as Rep)}`);
  const fn = code`(__env: usize${list}): ${typeText(ctx, rep.result)} => ${body}`;
  const value = closure(ctx, { environment: environmentOf(ctx, node), fn, rep });
  const target = variablePlace(ctx, symbol, node, node);
  const captured = ctx.job.captures.holder(symbol) !== undefined;
  return captured ? code`${target} = ${value};${startMark(ctx, symbol, node)}` : code`let ${target}: ${typeText(ctx, rep)} = ${value};`;
}

/** JavaScript would lift the function to the top of its scope; here it exists from its place on. */
function checkHoisting(ctx: Context, node: ts.FunctionDeclaration, symbol: ts.Symbol): void {
  const owner = enclosingFunction(node);
  const visit = (n: ts.Node): void => {
    if (n === node || (isFunction(n) && n !== owner)) return;
    if (ts.isIdentifier(n) && n.pos < node.pos && symbolOf(ctx.job.checker, n) === symbol) {
      refuse(ctx, n, "LF203", `'${symbol.name}' is used above the place where it is declared inside a function`);
    }
    ts.forEachChild(n, visit);
  };
  ts.forEachChild(owner ?? node.getSourceFile(), visit);
}
