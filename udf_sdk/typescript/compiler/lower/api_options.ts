// Arguments of lightflus-api that are options: objects of names and values, and values that may be text or number. Options become
// text, an object of them a flat array: name, value, name, value; a missing value is null.
import ts from "typescript-compiler-api";
import { bare } from "../scopes.ts";
import { present } from "../types.ts";
import { code, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { isUndefined } from "./arguments.ts";
import { refuse, temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { text, unwrapped } from "./convert.ts";
import { marked } from "./dispatch.ts";

const TEXTUAL = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.BooleanLike;

/** The argument, if its parameter takes options; undefined for all others. */
export function describedArgument(ctx: Context, given: ts.Expression, type: ts.Type): Code[] | undefined {
  const wanted = ctx.job.checker.getNonNullableType(type);
  if (isOptions(ctx, wanted)) return [pairs(ctx, given)];
  return isMixed(wanted) ? [optionText(ctx, given)] : undefined;
}

/** Text or number, as the user likes. */
function isMixed(type: ts.Type): boolean {
  if (!type.isUnion() || !type.types.every((t) => t.flags & TEXTUAL)) return false;
  const isText = type.types.map((t) => (t.flags & ts.TypeFlags.StringLike) !== 0);
  return isText.includes(true) && isText.includes(false);
}

/** An object type of names and values: no class, no array, no function. */
function isOptions(ctx: Context, type: ts.Type): boolean {
  const parts = type.isUnionOrIntersection() ? type.types : [type];
  return parts.every((t) => (t.isUnionOrIntersection() ? isOptions(ctx, t) : isPlainObject(ctx, t)));
}

function isPlainObject(ctx: Context, type: ts.Type): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || type.isClass() || type.getCallSignatures().length > 0) return false;
  if (type.symbol !== undefined && (type.symbol.flags & ts.SymbolFlags.Class) !== 0) return false;
  return !ctx.job.checker.isArrayType(type) && !ctx.job.checker.isTupleType(type);
}

function pairs(ctx: Context, given: ts.Expression): Code {
  const node = bare(given);
  if (isUndefined(node)) return "null";
  const list = ts.isObjectLiteralExpression(node) ? writtenPairs(ctx, node) : heldPairs(ctx, node);
  return list.length === 0 ? "new Array<string | null>(0)" : code`(<Array<string | null>>[${separated(list, ", ")}])`;
}

/** `{ name: value }` in place; of two with one name the last one stands. */
function writtenPairs(ctx: Context, node: ts.ObjectLiteralExpression): Code[] {
  return node.properties.flatMap((property): Code[] => {
    if (ts.isShorthandPropertyAssignment(property))
      return [quote(property.name.text), optionText(ctx, property.name)];
    if (ts.isSpreadAssignment(property)) return heldPairs(ctx, property.expression);
    if (!ts.isPropertyAssignment(property))
      return refuse(ctx, property, "LF315", "an option is a value, not a function", "write { name: value }");
    const { name } = property;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name) && !ts.isNumericLiteral(name))
      return refuse(ctx, name, "LF307", "an option has a fixed name", "write { name: value }");
    return [quote(name.text), optionText(ctx, property.initializer)];
  });
}

/** The options that a variable holds. */
function heldPairs(ctx: Context, node: ts.Expression): Code[] {
  const value = marked(ctx, node);
  if (value.rep.kind !== "record")
    return refuse(ctx, node, "LF302", "options are an object", "write them in place: { name: value }");
  const held = temporary(ctx, value.rep);
  return value.rep.record.fields.flatMap((field, i): Code[] => {
    const owner = i === 0 ? code`(${held} = ${value.code})` : held;
    return [quote(field.name), textOf(ctx, { code: code`${owner}.${field.name}`, rep: field.rep }, node)];
  });
}

/** A value as the text of an option. */
function optionText(ctx: Context, node: ts.Expression): Code {
  return textOf(ctx, marked(ctx, node), node);
}

function textOf(ctx: Context, value: Value, node: ts.Node): Code {
  const { rep } = value;
  if (rep.kind === "null") return "null";
  if (rep.kind !== "nullable" || present(rep).kind === "string") return rep.kind === "nullable" ? value.code : text(ctx, value, node);
  const held = temporary(ctx, rep);
  return code`((${held} = ${value.code}) !== null ? ${text(ctx, unwrapped(ctx, { code: held, rep }), node)} : null)`;
}
