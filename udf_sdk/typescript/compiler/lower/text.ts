// Expressions where only their text is wanted: operands of `+` with a string, template text, String(x), console.log. A choice such
// as `n ?? "none"` is made between texts, so its two sides may be of different types.
import ts from "typescript-compiler-api";
import { STRING, isUnknown } from "../types.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { toldApart } from "./absences.ts";
import { temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { text, truthy, unwrapped } from "./convert.ts";
import { marked } from "./dispatch.ts";
import { coalesceText } from "./optional_results.ts";

const K = ts.SyntaxKind;

/** The expression as text. */
export function textInto(ctx: Context, node: ts.Expression): Code {
  if (ts.isParenthesizedExpression(node)) return code`(${textInto(ctx, node.expression)})`;
  if (ts.isConditionalExpression(node)) {
    const condition = truthy(ctx, marked(ctx, node.condition), node.condition);
    return code`(${condition} ? ${textInto(ctx, node.whenTrue)} : ${textInto(ctx, node.whenFalse)})`;
  }
  if (ts.isBinaryExpression(node)) {
    if (node.operatorToken.kind === K.QuestionQuestionToken) return coalescedText(ctx, node);
    if (node.operatorToken.kind === K.BarBarToken || node.operatorToken.kind === K.AmpersandAmpersandToken)
      return logicalText(ctx, node);
  }
  const apart = toldApart(ctx, node, (value) => text(ctx, value, node), '"undefined"');
  if (apart !== undefined) return apart;
  const value = marked(ctx, node);
  const isUndefined =
    value.rep.kind === "null" && (ctx.job.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Undefined) !== 0;
  return isUndefined ? '"undefined"' : text(ctx, value, node);
}

function coalescedText(ctx: Context, node: ts.BinaryExpression): Code {
  const direct = coalesceText(ctx, node);
  if (direct !== undefined) return direct;
  const left = marked(ctx, node.left);
  if (left.rep.kind === "null") return textInto(ctx, node.right);
  if (left.rep.kind !== "nullable" && !isUnknown(left.rep)) return text(ctx, left, node.left);
  const held = temporary(ctx, left.rep);
  if (isUnknown(left.rep)) return code`((${held} = __js.mixed_orNull(${left.code})) !== null ? ${text(ctx, { code: held, rep: left.rep }, node.left)} : ${textInto(ctx, node.right)})`;
  const kept = text(ctx, unwrapped(ctx, { code: held, rep: left.rep }), node.left);
  return code`((${held} = ${left.code}) !== null ? ${kept} : ${textInto(ctx, node.right)})`;
}

function logicalText(ctx: Context, node: ts.BinaryExpression): Code {
  const left = marked(ctx, node.left);
  const held = temporary(ctx, left.rep);
  const condition = truthy(ctx, { code: code`(${held} = ${left.code})`, rep: left.rep }, node.left);
  const kept = text(ctx, { code: held, rep: left.rep }, node.left);
  const right = textInto(ctx, node.right);
  return node.operatorToken.kind === K.BarBarToken
    ? code`(${condition} ? ${kept} : ${right})`
    : code`(${condition} ? ${right} : ${kept})`;
}

/** `a + b` where TypeScript says that the sum is text. */
export function concatenation(ctx: Context, node: ts.BinaryExpression): Value {
  return {
    code: code`(${from(node.left, textInto(ctx, node.left))} + ${from(node.right, textInto(ctx, node.right))})`,
    rep: STRING,
  };
}
