// Elements that the program itself expects to be missing: `xs[i] ?? d`, `xs[i]?.a`, `xs[i] === undefined`, `if (xs[i])`. TypeScript's
// type of xs[i] does not say so; where the answer is tested at once, a missing element is undefined instead of an error.
import ts from "typescript-compiler-api";
import { NUMBER, STRING, isScalar, nullable } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { missing } from "./convert.ts";
import { into } from "./dispatch.ts";

const K = ts.SyntaxKind;

const TESTS: ReadonlySet<ts.SyntaxKind> = new Set([K.QuestionQuestionToken, K.BarBarToken, K.AmpersandAmpersandToken]);

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  K.EqualsEqualsEqualsToken,
  K.ExclamationEqualsEqualsToken,
  K.EqualsEqualsToken,
  K.ExclamationEqualsToken,
]);

/** What stands around the read asks whether there is a value. */
export function isGuarded(node: ts.Expression): boolean {
  const parent = node.parent;
  if (ts.isParenthesizedExpression(parent)) return isGuarded(parent);
  if (ts.isBinaryExpression(parent)) {
    if (COMPARISONS.has(parent.operatorToken.kind)) return isMissing(parent.left) || isMissing(parent.right);
    return TESTS.has(parent.operatorToken.kind) && (parent.left === node || isGuarded(parent));
  }
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === K.ExclamationToken;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  const isAccess =
    ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent);
  return isAccess && parent.expression === node && parent.questionDotToken !== undefined;
}

function isMissing(node: ts.Expression): boolean {
  return node.kind === K.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}

/** The element or undefined; nothing when the receiver is neither an array nor text. */
export function peek(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): Value | undefined {
  const { rep } = receiver;
  if (rep.kind === "string") {
    const of = nullable(STRING, "undefined");
    return { code: code`(${peekOk(ctx, node, receiver)} ? __js.found<string>() : ${missing(ctx, of)})`, rep: of };
  }
  if (rep.kind !== "array") return undefined;
  const of = nullable(rep.item, "undefined");
  const item = typeText(ctx, rep.item);
  const made = isScalar(rep.item) ? code`new __l.Some<${item}>(__js.found<${item}>())` : `__js.found<${item}>()`;
  return { code: code`(${peekOk(ctx, node, receiver)} ? ${made} : ${missing(ctx, of)})`, rep: of };
}

/** Whether there is an element, which `__js.found<T>()` then gives. */
export function peekOk(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): Code {
  const index = into(ctx, node.argumentExpression, NUMBER);
  if (receiver.rep.kind !== "array") return code`__js.string_peekOk(${receiver.code}, ${index})`;
  return code`__js.array_peekOk<${typeText(ctx, receiver.rep.item)}>(${receiver.code}, ${index})`;
}
