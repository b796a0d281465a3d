// `Error`, `TypeError` and their like, and the program's classes that derive from them: what they are called in the module, how they
// are made, which of their members a job has.
import ts from "typescript-compiler-api";
import { STRING, UNKNOWN, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { ERRORS } from "../type_mapper.ts";
import { code, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { refuse, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into } from "./dispatch.ts";
import { thisValue } from "./names.ts";

/** `Error` itself or another of the library's. */
export function isLibraryError(ctx: Context, symbol: ts.Symbol | undefined): boolean {
  return symbol !== undefined && ERRORS.has(symbol.name) && ctx.job.program.isLibrary(symbol);
}

/** An error of the library, or a class that derives from one. */
export function isErrorClass(ctx: Context, symbol: ts.Symbol | undefined): boolean {
  if (symbol === undefined) return false;
  if (isLibraryError(ctx, symbol)) return true;
  const bases = ctx.job.checker.getDeclaredTypeOfSymbol(symbol).getBaseTypes() ?? [];
  return bases.some((base) => isErrorClass(ctx, base.symbol));
}

/** `new Error(text, { cause })`, also without `new`. */
export function newError(ctx: Context, node: ts.NewExpression | ts.CallExpression, symbol: ts.Symbol): Value {
  const rep: Rep = { kind: "class", symbol, args: [] };
  return { code: code`new ${typeText(ctx, rep)}(${errorArguments(ctx, node)})`, rep };
}

/** What the constructor of the library's error is given, as `new` or `super` say it. */
export function errorArguments(ctx: Context, node: ts.NewExpression | ts.CallExpression): Code {
  const [message, options, ...more] = node.arguments ?? [];
  const passed = message === undefined ? [] : [into(ctx, message, nullable(STRING, "undefined"))];
  if (options !== undefined) passed.push(cause(ctx, options));
  if (more.length > 0) refuse(ctx, more[0] as ts.Node, "LF302", "an error is made of a text and of { cause }");
  return separated(passed, ", ");
}

/** `{ cause: e }`. */
function cause(ctx: Context, node: ts.Expression): Code {
  const [property, ...more] = ts.isObjectLiteralExpression(node) ? node.properties : [];
  if (property === undefined || more.length > 0 || property.name?.getText() !== "cause")
    return refuse(ctx, node, "LF302", "what an error has besides its text is written in place, { cause: value }, in a job");
  if (ts.isShorthandPropertyAssignment(property)) return into(ctx, property.name, UNKNOWN);
  if (ts.isPropertyAssignment(property)) return into(ctx, property.initializer, UNKNOWN);
  return refuse(ctx, node, "LF302", "what an error has besides its text is written in place, { cause: value }, in a job");
}

/** `Object.setPrototypeOf(this, X.prototype)`, `Error.captureStackTrace(this, X)`: what constructors of errors do for old compilers and for stacks means nothing here. */
export function isForErrorsOnly(ctx: Context, node: ts.CallExpression): boolean {
  const made = ts.findAncestor(node, ts.isConstructorDeclaration);
  const owner = made && ctx.job.checker.getTypeAtLocation(made.parent).symbol;
  const [object, prototype] = node.arguments;
  if (owner === undefined || !isErrorClass(ctx, owner) || object?.kind !== ts.SyntaxKind.ThisKeyword) return false;
  if (/^Error\.captureStackTrace$/.test(node.expression.getText())) return true;
  const isOwn = /^(new\.target|(\w+))\.prototype$/.exec(prototype?.getText() ?? "");
  return node.expression.getText() === "Object.setPrototypeOf" && isOwn !== null && (isOwn[2] ?? owner.name) === owner.name;
}

/** `this.constructor.name`, `new.target.name` in an error's class: each class knows its name. */
export function errorClassName(ctx: Context, node: ts.PropertyAccessExpression): Value | undefined {
  const of = node.expression;
  const isNamed = node.name.text === "name" && (of.kind === ts.SyntaxKind.MetaProperty || of.getText() === "this.constructor");
  const holder = isNamed ? ts.findAncestor(node, ts.isClassDeclaration) : undefined;
  if (holder === undefined || !isErrorClass(ctx, ctx.job.checker.getTypeAtLocation(holder).symbol)) return undefined;
  return { code: code`${thisValue(ctx, node).code}.__className()`, rep: STRING };
}

/** The method behind it. */
export function classNameMethod(ctx: Context, node: ts.ClassDeclaration): string {
  const isError = isErrorClass(ctx, ctx.job.checker.getTypeAtLocation(node).symbol);
  return isError ? ` __className(): string { return ${quote(node.name?.text ?? "")}; }` : "";
}

/** Refuses what errors have under Node and not here. */
export function checkErrorMember(ctx: Context, node: ts.PropertyAccessExpression, member: ts.Symbol): void {
  if (member.name === "stack" && ctx.job.program.isLibrary(member))
    refuse(ctx, node.name, "LF302", "an error has no 'stack' in a job", "use its name and message");
}
