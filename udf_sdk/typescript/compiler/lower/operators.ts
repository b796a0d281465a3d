// Operators: arithmetic, comparison, logic, assignment, increments, `typeof`. Numbers are f64 everywhere; what AssemblyScript
// does not do as JavaScript does goes to the helpers of `assembly/js/`.
import ts from "typescript-compiler-api";
import { BIGINT, BOOLEAN, NUMBER, STRING, UNKNOWN, describe, isAnyObject, present } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { assignment, compoundAssignment, step } from "./assign.ts";
import { EQUALITY, ORDER, compare, equal, instanceOf, isIn } from "./comparisons.ts";
import { place, refuse, repAt } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, text, truthy } from "./convert.ts";
import { expression, marked } from "./dispatch.ts";
import { coalesce, logical } from "./logic.ts";
import { mixedTypeof } from "./mixed.ts";
import { toNumber } from "./numbers.ts";
import { concatenation } from "./text.ts";

const K = ts.SyntaxKind;

const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PlusToken, "+"],
  [K.MinusToken, "-"],
  [K.AsteriskToken, "*"],
  [K.SlashToken, "/"],
]);

const NUMBER_HELPERS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PercentToken, "number_remainder"],
  [K.AsteriskAsteriskToken, "number_power"],
  [K.BarToken, "number_or"],
  [K.AmpersandToken, "number_and"],
  [K.CaretToken, "number_xor"],
  [K.LessThanLessThanToken, "number_shiftLeft"],
  [K.GreaterThanGreaterThanToken, "number_shiftRight"],
  [K.GreaterThanGreaterThanGreaterThanToken, "number_shiftRightUnsigned"],
]);

const BIGINT_HELPERS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PlusToken, "bigint_add"],
  [K.MinusToken, "bigint_subtract"],
  [K.AsteriskToken, "bigint_multiply"],
  [K.SlashToken, "bigint_divide"],
  [K.PercentToken, "bigint_remainder"],
  [K.AsteriskAsteriskToken, "bigint_power"],
  [K.LessThanLessThanToken, "bigint_shiftLeft"],
  [K.GreaterThanGreaterThanToken, "bigint_shiftRight"],
]);

const BIGINT_BITS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.BarToken, "|"],
  [K.AmpersandToken, "&"],
  [K.CaretToken, "^"],
]);

export function binary(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const operator = node.operatorToken.kind;
  if (operator === K.EqualsToken) return assignment(ctx, node);
  if (operator >= K.FirstAssignment && operator <= K.LastAssignment) return compoundAssignment(ctx, node);
  const equality = EQUALITY.get(operator);
  if (equality !== undefined) return equal(ctx, node, equality);
  const order = ORDER.get(operator);
  if (order !== undefined) return compare(ctx, node, order);
  if (operator === K.AmpersandAmpersandToken || operator === K.BarBarToken) return logical(ctx, node, operator, target);
  if (operator === K.QuestionQuestionToken) return coalesce(ctx, node, target);
  if (operator === K.CommaToken) return comma(ctx, node, target);
  if (operator === K.InstanceOfKeyword) return instanceOf(ctx, node);
  if (operator === K.InKeyword) return isIn(ctx, node);
  if (operator === K.PlusToken && ctx.job.checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike)
    return concatenation(ctx, node);
  const left = marked(ctx, node.left);
  return arithmetic(ctx, node, operator, left, marked(ctx, node.right));
}

/** `left operator right` of two values that are there already. */
export function arithmetic(
  ctx: Context,
  node: ts.Expression,
  operator: ts.SyntaxKind,
  left: Value,
  right: Value,
): Value {
  if (operator === K.PlusToken && (left.rep.kind === "string" || right.rep.kind === "string")) {
    return { code: code`(${text(ctx, left, node)} + ${text(ctx, right, node)})`, rep: STRING };
  }
  if (left.rep.kind === "number" && right.rep.kind === "number")
    return numeric(ctx, node, operator, left.code, right.code);
  if (left.rep.kind === "bigint" && right.rep.kind === "bigint")
    return bigints(ctx, node, operator, left.code, right.code);
  return refuse(
    ctx,
    node,
    "LF317",
    `this operator does not work on '${describe(left.rep)}' and '${describe(right.rep)}' in a job`,
  );
}

function numeric(ctx: Context, node: ts.Expression, operator: ts.SyntaxKind, left: Code, right: Code): Value {
  const plain = ARITHMETIC.get(operator);
  if (plain !== undefined) return { code: code`(${left} ${plain} ${right})`, rep: NUMBER };
  const helper = NUMBER_HELPERS.get(operator);
  if (helper === undefined) return refuse(ctx, node, "LF302", "this operator is not supported in a job");
  return { code: code`__js.${helper}(${left}, ${right})`, rep: NUMBER };
}

function bigints(ctx: Context, node: ts.Expression, operator: ts.SyntaxKind, left: Code, right: Code): Value {
  const bits = BIGINT_BITS.get(operator);
  if (bits !== undefined) return { code: code`(${left} ${bits} ${right})`, rep: BIGINT };
  const helper = BIGINT_HELPERS.get(operator);
  if (helper === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      "this operator is not supported on bigints in a job",
      "multiply or divide by a power of 2n",
    );
  return { code: code`__js.${helper}(${left}, ${right}, ${place(ctx, node)})`, rep: BIGINT };
}

function comma(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right, target);
  return { code: code`(${left.code}, ${right.code})`, rep: right.rep };
}

export function prefix(ctx: Context, node: ts.PrefixUnaryExpression): Value {
  const operator = node.operator;
  if (operator === K.PlusPlusToken || operator === K.MinusMinusToken)
    return step(ctx, node, node.operand, operator, true);
  const operand = marked(ctx, node.operand);
  if (operator === K.ExclamationToken) return { code: code`!${truthy(ctx, operand, node.operand)}`, rep: BOOLEAN };
  if (operand.rep.kind === "bigint" && operator !== K.PlusToken)
    return { code: code`(${operator === K.MinusToken ? "-" : "~"}${operand.code})`, rep: BIGINT };
  const number = toNumber(ctx, operand, node.operand);
  if (operator === K.PlusToken) return { code: number, rep: NUMBER };
  return { code: operator === K.MinusToken ? code`(-${number})` : code`__js.number_not(${number})`, rep: NUMBER };
}

export function postfix(ctx: Context, node: ts.PostfixUnaryExpression): Value {
  return step(ctx, node, node.operand, node.operator, false);
}

/** `typeof x` is known from x's type. */
export function typeOf(ctx: Context, node: ts.TypeOfExpression): Value {
  const rep = repAt(ctx, node.expression);
  const isAnything = present(rep).kind === "mixed" || isAnyObject(rep);
  const asked = isAnything ? marked(ctx, node.expression) : undefined;
  if (asked?.rep.kind === "mixed") return mixedTypeof(asked);
  const names: Partial<Record<Rep["kind"], string>> = {
    number: "number",
    string: "string",
    boolean: "boolean",
    bigint: "bigint",
    function: "function",
  };
  if (rep.kind === "null") {
    const isNull = ctx.job.checker.getTypeAtLocation(node.expression).flags & ts.TypeFlags.Null;
    return { code: isNull ? '"object"' : '"undefined"', rep: STRING };
  }
  if (rep.kind === "nullable") {
    if (rep.absent === "both")
      return refuse(
        ctx,
        node,
        "LF102",
        `'${describe(rep)}' may be null and undefined, which a job cannot tell apart`,
        "test it with == null first",
      );
    const value = expression(ctx, node.expression);
    if (rep.of.kind === "mixed") return mixedTypeof({ code: convert(ctx, value, UNKNOWN, node.expression), rep: UNKNOWN });
    const there = names[rep.of.kind] ?? "object";
    return {
      code: code`((${value.code}) !== null ? "${there}" : "${rep.absent === "null" ? "object" : "undefined"}")`,
      rep: STRING,
    };
  }
  return { code: from(node, `"${names[rep.kind] ?? "object"}"`), rep: STRING };
}
