// `===`, `<`, instanceof: by content for text and numbers, by identity for objects, null-safe for what may be missing.
import ts from "typescript-compiler-api";
import { BOOLEAN, DATE, UNKNOWN, describe, fieldOf, isScalar, isUnknown, nullable, present, sameRep } from "../types.ts";
import { symbolOf } from "../scopes.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { localName, refuse, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, unwrapped } from "./convert.ts";
import { isInDict } from "./dicts.ts";
import { marked } from "./dispatch.ts";
import { isLibraryError } from "./errors.ts";
import { isInUnknown, mixedInstance } from "./mixed.ts";

const K = ts.SyntaxKind;

export const EQUALITY: ReadonlyMap<ts.SyntaxKind, "==" | "!="> = new Map([
  [K.EqualsEqualsEqualsToken, "=="],
  [K.EqualsEqualsToken, "=="],
  [K.ExclamationEqualsEqualsToken, "!="],
  [K.ExclamationEqualsToken, "!="],
]);

export const ORDER: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.LessThanToken, "<"],
  [K.LessThanEqualsToken, "<="],
  [K.GreaterThanToken, ">"],
  [K.GreaterThanEqualsToken, ">="],
]);

/** `===`: by content for text, numbers and booleans, by identity for objects; a missing scalar equals only a missing one. */
export function equal(ctx: Context, node: ts.BinaryExpression, operator: "==" | "!="): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right);
  const not = operator === "!=" ? "!" : "";
  if (isUnknown(left.rep) || isUnknown(right.rep)) return mixedEqual(ctx, node, left, right, not);
  if (left.rep.kind === "null" || right.rep.kind === "null") return nullTest(ctx, node, left, right, operator);
  if (isMixed(left) || isMixed(right)) return mixedEqual(ctx, node, left, right, not);
  const told = isStrict(node) ? toldByAbsence(ctx, node, left, right) : undefined;
  if (told !== undefined) return { code: code`(${not}${told})`, rep: BOOLEAN };
  const boxed = (v: Value): boolean => v.rep.kind === "nullable" && isScalar(v.rep.of);
  if (boxed(left) || boxed(right)) return { code: code`${not}${boxedEqual(ctx, left, right, node)}`, rep: BOOLEAN };
  return { code: equalValues(ctx, node, left, right, operator), rep: BOOLEAN };
}

function isMixed(value: Value): boolean {
  return present(value.rep).kind === "mixed";
}

/** One of several types with another value: as two values of any type. */
function mixedEqual(ctx: Context, node: ts.BinaryExpression, left: Value, right: Value, not: string): Value {
  if (!isStrict(node) && left.rep.kind !== "null" && right.rep.kind !== "null")
    refuse(ctx, node, "LF318", "== and != of values of any type would convert them", "compare with === and !==");
  const [a, b] = [convert(ctx, left, UNKNOWN, node.left), convert(ctx, right, UNKNOWN, node.right)];
  return { code: code`${not}__js.mixed_${isStrict(node) ? "equal" : "alike"}(${a}, ${b})`, rep: BOOLEAN };
}

function equalValues(ctx: Context, node: ts.Node, left: Value, right: Value, operator: "==" | "!="): Code {
  const comparable =
    sameRep(present(left.rep), present(right.rep)) || (left.rep.kind === "class" && right.rep.kind === "class");
  if (!comparable || present(left.rep).kind === "function") {
    return refuse(
      ctx,
      node,
      "LF318",
      `'${describe(left.rep)}' and '${describe(right.rep)}' cannot be compared in a job`,
    );
  }
  return code`(${left.code} ${operator} ${right.code})`;
}

function nullTest(ctx: Context, node: ts.BinaryExpression, left: Value, right: Value, operator: "==" | "!="): Value {
  const tested = left.rep.kind === "null" ? right : left;
  const answer = operator === "==" ? "true" : "false";
  if (tested.rep.kind === "null") return { code: answer, rep: BOOLEAN };
  if (tested.rep.kind !== "nullable")
    return { code: code`(${tested.code}, ${operator === "==" ? "false" : "true"})`, rep: BOOLEAN };
  if (isStrict(node) && tested.rep.absent === "both")
    refuse(
      ctx,
      node,
      "LF102",
      `'${describe(tested.rep)}' may be null and undefined, which a job cannot tell apart`,
      "compare with == null, or use ??",
    );
  return { code: code`(changetype<usize>(${tested.code}) ${operator} 0)`, rep: BOOLEAN };
}

function isStrict(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind === K.EqualsEqualsEqualsToken || node.operatorToken.kind === K.ExclamationEqualsEqualsToken;
}

/** `null === undefined` is false: where the two sides miss in different ways, they are equal only where there is a value. */
function toldByAbsence(ctx: Context, node: ts.BinaryExpression, left: Value, right: Value): Code | undefined {
  if (left.rep.kind !== "nullable" || right.rep.kind !== "nullable") return undefined;
  if (left.rep.absent === right.rep.absent && left.rep.absent !== "both") return undefined;
  const both = left.rep.absent === "both" ? left.rep : right.rep;
  if (both.absent === "both")
    refuse(
      ctx,
      node,
      "LF102",
      `'${describe(both)}' may be null and undefined, which a job cannot tell apart`,
      "compare with ==, or give one side a default with ??",
    );
  const held = temporary(ctx, left.rep);
  const other = temporary(ctx, right.rep);
  const inner = equalValues(ctx, node, unwrapped(ctx, { code: held, rep: left.rep }), unwrapped(ctx, { code: other, rep: right.rep }), "==");
  return code`(${held} = ${left.code}, ${other} = ${right.code}, ${held} !== null && ${other} !== null && ${inner})`;
}

function boxedEqual(ctx: Context, left: Value, right: Value, node: ts.Node): Code {
  const rep = nullable(present(left.rep), "null");
  const a = temporary(ctx, rep);
  const b = temporary(ctx, rep);
  const inside = (name: string): Code => unwrapped(ctx, { code: name, rep }).code;
  const first = code`(${a} = ${convert(ctx, left, rep, node)}, ${b} = ${convert(ctx, right, rep, node)}, ${a} === null)`;
  return code`(${first} ? ${b} === null : (${b} !== null && ${inside(a)} == ${inside(b)}))`;
}

export function compare(ctx: Context, node: ts.BinaryExpression, operator: string): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right);
  const ordered = left.rep.kind === "number" || left.rep.kind === "string" || left.rep.kind === "bigint" || left.rep.kind === "date";
  if (!ordered || !sameRep(left.rep, right.rep)) {
    return refuse(
      ctx,
      node,
      "LF318",
      `'${describe(left.rep)}' and '${describe(right.rep)}' cannot be ordered in a job`,
      isBigintAndNumber(left.rep, right.rep) ? "compare two bigints: a literal such as 5n, or BigInt(x)" : undefined,
    );
  }
  const side = (v: Value): Code => (v.rep.kind === "date" ? code`(${v.code}).time` : v.code);
  return { code: code`(${side(left)} ${operator} ${side(right)})`, rep: BOOLEAN };
}

function isBigintAndNumber(a: Rep, b: Rep): boolean {
  return (a.kind === "bigint" && b.kind === "number") || (a.kind === "number" && b.kind === "bigint");
}

export function instanceOf(ctx: Context, node: ts.BinaryExpression): Value {
  const left = marked(ctx, node.left);
  const symbol = symbolOf(ctx.job.checker, node.right);
  const isKnown = symbol !== undefined && (isLibraryError(ctx, symbol) || (symbol.flags & ts.SymbolFlags.Class) !== 0);
  if (left.rep.kind === "mixed" && symbol?.name === "Date") return mixedInstance(ctx, left, DATE, node);
  if (left.rep.kind === "mixed" && isKnown) return mixedInstance(ctx, left, { kind: "class", symbol, args: [] }, node);
  if (symbol === undefined) return refuse(ctx, node, "LF318", "instanceof works on classes of the job");
  if (left.rep.kind !== "class" && present(left.rep).kind !== "class")
    return refuse(ctx, node, "LF318", "instanceof works on classes of the job");
  const rep: Rep = { kind: "class", symbol, args: [] };
  return { code: code`(${left.code} instanceof ${typeText(ctx, rep)})`, rep: BOOLEAN };
}

/** `"field" in value`, where it tells object types apart: each of them has the field always, or never. */
export function isIn(ctx: Context, node: ts.BinaryExpression): Value {
  const { checker } = ctx.job;
  const name = ts.isStringLiteralLike(node.left) ? node.left.text : undefined;
  const type = checker.getTypeAtLocation(node.right);
  const parts = type.isUnion() ? type.types : [type];
  const fields = name === undefined ? [] : parts.map((t) => checker.getPropertyOfType(t, name));
  const value = marked(ctx, node.right);
  if (value.rep.kind === "dict") return isInDict(ctx, node, value);
  if (isUnknown(value.rep)) return isInUnknown(ctx, node, value);
  const field = value.rep.kind === "record" && name !== undefined ? fieldOf(value.rep.record, name) : undefined;
  const isTold = fields.every((f) => f === undefined || isAlwaysThere(checker, f));
  if (field === undefined || !isTold || name === undefined)
    return refuse(ctx, node, "LF309", "'in' is supported between object types that have the field always or never");
  const isThere = field.rep.kind === "nullable" ? code`(${value.code}.${localName(name)} !== null)` : code`(${value.code}, true)`;
  return { code: isThere, rep: BOOLEAN };
}

function isAlwaysThere(checker: ts.TypeChecker, field: ts.Symbol): boolean {
  const type = checker.getTypeOfSymbol(field);
  return !(field.flags & ts.SymbolFlags.Optional) && checker.getNonNullableType(type) === type;
}
