// `Error`, `TypeError` and their like, and the program's classes that derive from them: what they are called in the module, how they
// are made, which of their members a job has.
import ts from "typescript-compiler-api";
import { STRING, UNKNOWN, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { ERRORS } from "../type_mapper.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { refuse, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into } from "./dispatch.ts";

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

/** Refuses what errors have under Node and not here. */
export function checkErrorMember(ctx: Context, node: ts.PropertyAccessExpression, member: ts.Symbol): void {
  if (member.name === "stack" && ctx.job.program.isLibrary(member))
    refuse(ctx, node.name, "LF302", "an error has no 'stack' in a job", "use its name and message");
}
