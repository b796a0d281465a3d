// One entry for every expression: its kind decides which file lowers it. What has no entry here is refused, so that nothing
// reaches asc that the front end does not know.
import ts from "typescript-compiler-api";
import type { Code as ErrorCode } from "../codes.ts";
import { NEVER, NULL, STRING } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { elementAccess, nonNull, propertyAccess } from "./access.ts";
import { optionalChain } from "./optional_chain.ts";
import { arrayLiteral } from "./arrays.ts";
import { call } from "./calls.ts";
import { refuse, repAt, repOf } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert } from "./convert.ts";
import { deleteExpression } from "./dicts.ts";
import { functionLiteral } from "./functions.ts";
import { bigintLiteral, booleanLiteral, numberLiteral, templateText } from "./literals.ts";
import { memberOf } from "./mixed.ts";
import { identifier, superValue, thisValue } from "./names.ts";
import { newExpression } from "./new.ts";
import { objectLiteral } from "./objects.ts";
import { binary, postfix, prefix, typeOf } from "./operators.ts";
import { patternLiteral } from "./patterns.ts";
import { conditional } from "./logic.ts";

type Handler = (ctx: Context, node: never, target: Rep | undefined) => Value;

const K = ts.SyntaxKind;

const HANDLERS: ReadonlyMap<ts.SyntaxKind, Handler> = new Map<ts.SyntaxKind, Handler>([
  [K.Identifier, identifier],
  [K.ThisKeyword, thisValue],
  [K.SuperKeyword, superValue],
  [K.NumericLiteral, numberLiteral],
  [K.BigIntLiteral, bigintLiteral],
  [K.RegularExpressionLiteral, patternLiteral],
  [K.StringLiteral, (_: Context, node: ts.StringLiteral) => ({ code: quote(node.text), rep: STRING })],
  [
    K.NoSubstitutionTemplateLiteral,
    (_: Context, node: ts.NoSubstitutionTemplateLiteral) => ({ code: quote(node.text), rep: STRING }),
  ],
  [K.TemplateExpression, templateText],
  [K.TrueKeyword, booleanLiteral],
  [K.FalseKeyword, booleanLiteral],
  [K.NullKeyword, () => ({ code: "null", rep: NULL })],
  [K.VoidExpression, voidExpression],
  [K.ParenthesizedExpression, parenthesized],
  [K.AsExpression, cast],
  [
    K.SatisfiesExpression,
    (ctx: Context, node: ts.SatisfiesExpression, target: Rep | undefined) => expression(ctx, node.expression, target),
  ],
  [K.TypeAssertionExpression, cast],
  [
    K.AwaitExpression,
    (ctx: Context, node: ts.AwaitExpression, target: Rep | undefined) => expression(ctx, node.expression, target),
  ],
  [K.NonNullExpression, nonNull],
  [K.PropertyAccessExpression, optionalOr(propertyAccess)],
  [K.ElementAccessExpression, optionalOr(elementAccess)],
  [K.CallExpression, optionalOr(call)],
  [K.NewExpression, newExpression],
  [K.ObjectLiteralExpression, objectLiteral],
  [K.ArrayLiteralExpression, arrayLiteral],
  [K.ArrowFunction, functionLiteral],
  [K.FunctionExpression, functionLiteral],
  [K.BinaryExpression, binary],
  [K.ConditionalExpression, conditional],
  [K.PrefixUnaryExpression, prefix],
  [K.PostfixUnaryExpression, postfix],
  [K.TypeOfExpression, typeOf],
  [K.DeleteExpression, deleteExpression],
] as readonly (readonly [ts.SyntaxKind, Handler])[]);

const REFUSED: ReadonlyMap<ts.SyntaxKind, readonly [ErrorCode, string]> = new Map([
  [K.YieldExpression, ["LF205", "generators are not supported in a job"]],
  [K.ClassExpression, ["LF313", "a class expression is not supported in a job"]],
  [K.TaggedTemplateExpression, ["LF302", "tagged template text is not supported in a job"]],
  [K.SpreadElement, ["LF315", "spread is not supported here"]],
  [K.MetaProperty, ["LF302", "'import.meta' and 'new.target' are not supported in a job"]],
] as const);

/** Lowers an expression. `target` is what it will be converted to: literals shape themselves to it. */
export function expression(ctx: Context, node: ts.Expression, target?: Rep): Value {
  const handler = HANDLERS.get(node.kind);
  if (handler !== undefined) return handler(ctx, node as never, memberOf(target, node));
  const [errorCode, message] = REFUSED.get(node.kind) ?? ["LF302", `this expression is not supported in a job`];
  return refuse(ctx, node, errorCode, message);
}

/** Lowers an expression into the wanted representation. */
export function into(ctx: Context, node: ts.Expression, target: Rep): Code {
  return from(node, convert(ctx, expression(ctx, node, target), target, node));
}

/** Lowers an expression with its place. */
export function marked(ctx: Context, node: ts.Expression, target?: Rep): Value {
  const value = expression(ctx, node, target);
  return { code: from(node, value.code), rep: value.rep };
}

/** What is inside `a?.b.c` is lowered as one chain. */
function optionalOr<N extends ts.Expression>(
  handler: (ctx: Context, node: N, target: Rep | undefined) => Value,
): (ctx: Context, node: N, target: Rep | undefined) => Value {
  return (ctx, node, target) =>
    node.flags & ts.NodeFlags.OptionalChain ? optionalChain(ctx, node) : handler(ctx, node, target);
}

function parenthesized(ctx: Context, node: ts.ParenthesizedExpression, target: Rep | undefined): Value {
  const value = marked(ctx, node.expression, target);
  return { code: code`(${value.code})`, rep: value.rep };
}

function voidExpression(ctx: Context, node: ts.VoidExpression): Value {
  const value = marked(ctx, node.expression);
  return { code: code`(${value.code}, null)`, rep: NULL };
}

/** `x as T`: shapes literals, downcasts classes, is nothing otherwise. */
function cast(ctx: Context, node: ts.AsExpression | ts.TypeAssertion, target: Rep | undefined): Value {
  if (ts.isConstTypeReference(node.type)) return expression(ctx, node.expression, target ?? repAt(ctx, node));
  const wanted = repOf(ctx, ctx.job.checker.getTypeFromTypeNode(node.type), node.type);
  if (wanted === NEVER) return refuse(ctx, node, "LF302", "'as never' is not supported in a job");
  return { code: code`(${into(ctx, behindUnknown(node.expression), wanted)})`, rep: wanted };
}

/** `x as unknown as T`: the detour means nothing to a job; x must be what T is. */
function behindUnknown(node: ts.Expression): ts.Expression {
  const isDetour = ts.isAsExpression(node) && /^(unknown|any)$/.test(node.type.getText());
  return isDetour ? behindUnknown(node.expression) : node;
}
