// `&&`, `||`, `??` and `?:` with JavaScript's values; plain conditions where only the truth value is asked for.
import ts from "typescript-compiler-api";
import { BOOLEAN, UNKNOWN, isAnyObject, isUnknown } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { repAt, temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, truthy, unwrapped } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { coalesceCall } from "./optional_results.ts";

const K = ts.SyntaxKind;

/** `&&` and `||`: of booleans directly, else with JavaScript's value. */
export function logical(
  ctx: Context,
  node: ts.BinaryExpression,
  operator: ts.SyntaxKind,
  target: Rep | undefined,
): Value {
  const symbol = operator === K.BarBarToken ? "||" : "&&";
  const left = marked(ctx, node.left);
  if (isCondition(node)) {
    const right = marked(ctx, node.right);
    return { code: code`(${truthy(ctx, left, node.left)} ${symbol} ${truthy(ctx, right, node.right)})`, rep: BOOLEAN };
  }
  if (target?.kind === "void") {
    const right = into(ctx, node.right, target);
    const condition = truthy(ctx, left, node.left);
    return {
      code:
        symbol === "&&"
          ? code`(${condition} ? (${right}, true) : false)`
          : code`(${condition} ? true : (${right}, false))`,
      rep: BOOLEAN,
    };
  }
  const own = repAt(ctx, node);
  const rep = isAnyObject(own) ? UNKNOWN : own;
  if (left.rep.kind === "boolean" && rep.kind === "boolean") {
    return { code: code`(${left.code} ${symbol} ${into(ctx, node.right, rep)})`, rep };
  }
  const held = temporary(ctx, left.rep);
  const condition = truthy(ctx, { code: code`(${held} = ${left.code})`, rep: left.rep }, node.left);
  const kept = keptSide(ctx, { code: held, rep: left.rep }, rep, node);
  const right = into(ctx, node.right, rep);
  return {
    code:
      operator === K.BarBarToken
        ? code`(${condition} ? ${kept} : ${right})`
        : code`(${condition} ? ${right} : ${kept})`,
    rep,
  };
}

/** The left operand where it is the result: not null behind `||`. */
function keptSide(ctx: Context, left: Value, rep: Rep, node: ts.BinaryExpression): Code {
  const value = left.rep.kind === "nullable" && rep.kind !== "nullable" ? unwrapped(ctx, left) : left;
  return convert(ctx, value, rep, node.left);
}

/** The value of the node is only tested. */
function isCondition(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isParenthesizedExpression(parent)) return isCondition(parent);
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === K.ExclamationToken;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent))
    return parent.expression === node;
  if (ts.isForStatement(parent)) return parent.condition === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  const isLogical =
    ts.isBinaryExpression(parent) &&
    (parent.operatorToken.kind === K.AmpersandAmpersandToken || parent.operatorToken.kind === K.BarBarToken);
  return isLogical && isCondition(parent);
}

/** `a ?? b`. */
export function coalesce(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const own = repAt(ctx, node);
  const rep = target !== undefined && target.kind !== "void" ? target : isAnyObject(own) ? UNKNOWN : own;
  const direct = coalesceCall(ctx, node, rep);
  if (direct !== undefined) return direct;
  const left = marked(ctx, node.left);
  if (left.rep.kind === "null") return { code: into(ctx, node.right, rep), rep };
  if (isUnknown(left.rep)) return unknownOr(ctx, node, left, rep);
  if (left.rep.kind !== "nullable") return left;
  const held = temporary(ctx, left.rep);
  const kept = convert(ctx, unwrapped(ctx, { code: held, rep: left.rep }), rep, node.left);
  return { code: code`((${held} = ${left.code}) !== null ? ${kept} : ${into(ctx, node.right, rep)})`, rep };
}

/** Of `unknown`, what is neither null nor undefined. */
function unknownOr(ctx: Context, node: ts.BinaryExpression, left: Value, rep: Rep): Value {
  const held = temporary(ctx, left.rep);
  const kept = convert(ctx, { code: held, rep: left.rep }, rep, node.left);
  return { code: code`((${held} = __js.mixed_orNull(${left.code})) !== null ? ${kept} : ${into(ctx, node.right, rep)})`, rep };
}

export function conditional(ctx: Context, node: ts.ConditionalExpression, target: Rep | undefined): Value {
  const rep = target ?? repAt(ctx, node);
  const condition = truthy(ctx, marked(ctx, node.condition), node.condition);
  if (rep.kind === "void") {
    return {
      code: code`(${condition} ? (${into(ctx, node.whenTrue, rep)}, true) : (${into(ctx, node.whenFalse, rep)}, true))`,
      rep: BOOLEAN,
    };
  }
  return { code: code`(${condition} ? ${into(ctx, node.whenTrue, rep)} : ${into(ctx, node.whenFalse, rep)})`, rep };
}
