// `[name, count, price ?? "-"].join(";")`: the usual way to write a line of text. Its elements meet as texts, so they may be of
// different types, which an array that lives on may not.
import ts from "typescript-compiler-api";
import { bare } from "../scopes.ts";
import { STRING } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { text, unwrapped } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { textInto } from "./text.ts";

/** The call, if it joins an array literal whose elements are of different types. */
export function joinedLiteral(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
): Value | undefined {
  const list = bare(callee.expression);
  if (callee.name.text !== "join" || !ts.isArrayLiteralExpression(list)) return undefined;
  if (list.elements.some((e) => ts.isSpreadElement(e) || ts.isOmittedExpression(e))) return undefined;
  if (!isOfSeveral(ctx, ctx.job.checker.getTypeAtLocation(list))) return undefined;
  const parts = list.elements.map((e) => from(e, part(ctx, e)));
  const [given] = node.arguments;
  const separator = given === undefined ? '","' : into(ctx, given, STRING);
  return { code: code`__js.array_join<string>(<Array<string>>[${separated(parts, ", ")}], ${separator})`, rep: STRING };
}

/** Whether an array has elements of types that no array of a job has, or that would have to be asked what they are. */
function isOfSeveral(ctx: Context, type: ts.Type): boolean {
  if (!ctx.job.types.has(type, ctx.substitution)) return true;
  const rep = ctx.job.types.rep(type, ctx.substitution);
  const item = rep.kind === "array" ? rep.item : rep;
  return item.kind === "mixed" || (item.kind === "nullable" && item.of.kind === "mixed");
}

/** An element as text; what is missing is empty. */
function part(ctx: Context, node: ts.Expression): Code {
  const type = ctx.job.checker.getTypeAtLocation(node);
  if (ctx.job.checker.getNonNullableType(type) === type) return textInto(ctx, node);
  const value = marked(ctx, node);
  if (value.rep.kind === "null") return '""';
  if (value.rep.kind !== "nullable") return text(ctx, value, node);
  const held = temporary(ctx, value.rep);
  const inner = text(ctx, unwrapped(ctx, { code: held, rep: value.rep }), node);
  return code`((${held} = ${value.code}) !== null ? ${inner} : "")`;
}
